namespace Tenon.Kube.Client.Transport;

/// <summary>
/// The seam below HTTP: sockets in life, straight into the in-memory API server in simulation, JSON bytes and all.
/// Guarantees: a reply is complete; a stream yields whole JSON documents, one watch event each, without the line break;
/// its bytes stay as they are until the next one is asked for. Errors: a refusal by the server is a reply with its
/// status code; <see cref="TransportException"/> means that no reply came, and the request may or may not have been
/// carried out.
/// </summary>
public interface IKubeTransport
{
    ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel);

    /// <summary>
    /// Opens a watch or a log. A refusal before the first event is a <see cref="StreamRefusedException"/>.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(KubeRequest request, CancellationToken cancel);
}

/// <param name="Method">GET, POST, PUT, PATCH or DELETE.</param>
/// <param name="Path">Absolute path with the query, for example <c>/api/v1/pods?limit=500</c>.</param>
/// <param name="Accept">Media types in order of preference; null means JSON.</param>
public sealed record KubeRequest(
    string Method,
    string Path,
    ReadOnlyMemory<byte> Body = default,
    string? ContentType = null,
    string? Accept = null
);

/// <param name="RetryAfter">The server's <c>Retry-After</c>, where it sent one.</param>
public sealed record KubeReply(
    int Status,
    ReadOnlyMemory<byte> Body,
    string? ContentType = null,
    TimeSpan? RetryAfter = null
)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>No reply: refused, reset, timed out, or cut in the middle.</summary>
public sealed class TransportException : Exception
{
    public TransportException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>The server answered a stream request with a refusal instead of a stream.</summary>
public sealed class StreamRefusedException(KubeReply reply) : Exception($"stream refused with status {reply.Status}")
{
    public KubeReply Reply { get; } = reply;
}

using System.Net.Http.Headers;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Sessions;

/// <summary>
/// Sockets: endpoint, credentials, signature, one HTTP request. The clock of the signature follows the service's when
/// the two disagree, so a node with a wrong clock still works.
/// </summary>
public sealed class HttpAwsTransport(AwsEndpoints endpoints, ICredentialSource credentials, TimeProvider time)
    : IAwsTransport,
        IDisposable
{
    /// <summary>As upstream; a fleet call may take minutes.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(4);

    /// <summary>An answer larger than this is refused.</summary>
    private const long MostBytes = 64 << 20;

    /// <summary>Less is not worth correcting; signatures are good for five minutes.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }
    )
    {
        Timeout = CallTimeout,
        MaxResponseContentBufferSize = MostBytes,
    };

    private TimeSpan _ahead;

    public async ValueTask<AwsReply> SendAsync(AwsCall call, CancellationToken cancel)
    {
        using var request = await SignedAsync(call, cancel);
        try
        {
            using var response = await _http.SendAsync(request, cancel);
            Follow(response.Headers.Date);
            return new AwsReply(
                (int)response.StatusCode,
                await response.Content.ReadAsByteArrayAsync(cancel),
                ErrorTypeOf(response.Headers)
            );
        }
        catch (Exception failure)
            when (failure is HttpRequestException or IOException
                || (failure is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            throw new AwsTransportException($"{request.RequestUri!.Host}: {failure.Message}", failure);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<HttpRequestMessage> SignedAsync(AwsCall call, CancellationToken cancel)
    {
        var (endpoint, region) = endpoints.Of(call.Service);
        var uri = new Uri(endpoint, call.Path);
        var headers = new List<KeyValuePair<string, string>>();
        if (call.Method == "POST")
            headers.Add(new("Content-Type", call.ContentType));
        if (call.Target is { } target)
            headers.Add(new("X-Amz-Target", target));
        var secret = await credentials.CurrentAsync(cancel);
        var signature = SigV4.Sign(
            call.Method,
            uri,
            headers,
            call.Body.Span,
            secret,
            region,
            call.Service,
            time.GetUtcNow() + _ahead
        );

        var request = new HttpRequestMessage(new HttpMethod(call.Method), uri);
        if (call.Method == "POST")
        {
            request.Content = new ReadOnlyMemoryContent(call.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", call.ContentType);
        }
        if (call.Target is not null)
            request.Headers.TryAddWithoutValidation("X-Amz-Target", call.Target);
        foreach (var (name, value) in signature)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private void Follow(DateTimeOffset? theirs)
    {
        if (theirs is not { } now)
            return;
        var ahead = now - time.GetUtcNow();
        _ahead = ahead.Duration() > Skew ? ahead : TimeSpan.Zero;
    }

    private static string? ErrorTypeOf(HttpResponseHeaders headers)
    {
        foreach (var name in (string[])["x-amzn-query-error", "x-amzn-errortype"])
            if (headers.TryGetValues(name, out var values))
                return values.FirstOrDefault();
        return null;
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Tests.Support;

/// <summary>Answers each request by a function of the request and of how many came before it.</summary>
internal sealed class ScriptedTransport(Func<KubeRequest, int, KubeReply> answer) : IKubeTransport
{
    public List<KubeRequest> Requests { get; } = [];

    public static KubeReply Ok(string json) => new(200, Encoding.UTF8.GetBytes(json));

    public static KubeReply Refuse(
        int status,
        string reason = "",
        string message = "no",
        TimeSpan? retryAfter = null
    ) =>
        new(
            status,
            Encoding.UTF8.GetBytes(
                $$"""{"kind":"Status","status":"Failure","reason":"{{reason}}","message":"{{message}}","code":{{status}}}"""
            ),
            "application/json",
            retryAfter
        );

    public ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Requests.Add(request);
        return ValueTask.FromResult(answer(request, Requests.Count - 1));
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        KubeRequest request,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var reply = await SendAsync(request, cancel);
        if (!reply.IsSuccess)
            throw new StreamRefusedException(reply);
        foreach (
            var line in Encoding.UTF8.GetString(reply.Body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        )
            yield return Encoding.UTF8.GetBytes(line);
    }
}

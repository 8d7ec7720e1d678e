using System.Diagnostics.Metrics;
using System.Globalization;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client;

/// <summary>
/// Requests by outcome and by target, under upstream's names (spec core-api §12.8); its label <c>kind</c> is the
/// plural.
/// </summary>
internal sealed class ClientMetrics
{
    private readonly Counter<long>? _requests;
    private readonly Histogram<double>? _seconds;

    public ClientMetrics(Meter? meter)
    {
        _requests = meter?.CreateCounter<long>("client_go_request_total");
        _seconds = meter?.CreateHistogram(
            "client_go_request_duration_seconds",
            "s",
            null,
            null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [.. Enumerable.Range(0, 20).Select(n => 0.001 * Math.Pow(1.5, n))],
            }
        );
    }

    /// <param name="code">The status; 0 when no reply came, which client-go calls <c>&lt;error&gt;</c>.</param>
    public void Sent(KubeRequest request, int code, TimeSpan took)
    {
        if (_requests is { Enabled: true })
            _requests.Add(
                1,
                new("code", code == 0 ? "<error>" : code.ToString(CultureInfo.InvariantCulture)),
                new KeyValuePair<string, object?>("method", request.Method)
            );
        if (_seconds is not { Enabled: true } || RequestTarget.Of(request) is not { } target)
            return;
        _seconds.Record(
            took.TotalSeconds,
            new("verb", target.Verb),
            new("group", target.Group),
            new("version", target.Version),
            new("kind", target.Plural),
            new KeyValuePair<string, object?>("subresource", target.Subresource)
        );
    }
}

/// <summary>What a request is about, read off its path.</summary>
internal readonly record struct RequestTarget(
    string Verb,
    string Group,
    string Version,
    string Plural,
    string Subresource
)
{
    /// <summary>Null for paths that are no resource, such as discovery.</summary>
    public static RequestTarget? Of(KubeRequest request)
    {
        var query = request.Path.IndexOf('?', StringComparison.Ordinal);
        var parts = (query < 0 ? request.Path : request.Path[..query]).Split(
            '/',
            StringSplitOptions.RemoveEmptyEntries
        );
        var root =
            parts is ["api", ..] ? 1
            : parts is ["apis", ..] ? 2
            : -1;
        if (root < 0 || parts.Length < root + 2)
            return null;
        // Below a namespace, unless the namespace itself is meant.
        var at = parts[root + 1] == "namespaces" && parts.Length > root + 3 ? root + 3 : root + 1;
        var hasName = parts.Length > at + 1;
        var verb = request.Method switch
        {
            "POST" => "CREATE",
            "GET" when !hasName => "LIST",
            "PUT" => "UPDATE",
            var method => method,
        };
        var subresource = parts.Length > at + 2 ? parts[at + 2] : "";
        return new RequestTarget(verb, root == 1 ? "" : parts[1], parts[root], parts[at], subresource);
    }
}

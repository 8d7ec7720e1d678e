using System.Runtime.CompilerServices;
using System.Text;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Foundation.Random;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Tests.Support;

/// <summary>
/// A server of namespaces that keeps a history, forgets it, and breaks in every way that the watch protocol allows:
/// refusals, cut, silent and short-lived streams, expired versions and continue tokens, bookmarks. It can list, page
/// and watch; no more.
/// </summary>
internal sealed class ToyServer(TimeProvider time, ulong seed) : IKubeTransport
{
    private const int PageSize = 3;
    private readonly Prng _prng = new(seed);
    private readonly SortedDictionary<string, Namespace> _items = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Type, Namespace Item)> _history = [];
    private readonly List<TaskCompletionSource> _waiting = [];
    private long _version = 1;
    private long _oldest = 1;

    /// <summary>Chance in a million that a request or a step of a stream goes wrong.</summary>
    public int FaultRate { get; set; }
    public Dictionary<string, int> Seen { get; } = new(StringComparer.Ordinal);
    public long Version => _version;
    public IReadOnlyDictionary<string, Namespace> Items => _items;

    public void Put(string name, string value)
    {
        var exists = _items.TryGetValue(name, out var old);
        var meta = new ObjectMeta
        {
            Name = name,
            Uid = old?.Metadata.Uid ?? $"uid-{_version + 1}",
            ResourceVersion = $"{++_version}",
            Labels = new Dictionary<string, string> { ["value"] = value },
        };
        Record(exists ? "MODIFIED" : "ADDED", _items[name] = new Namespace { Metadata = meta });
    }

    public void Delete(string name)
    {
        if (!_items.Remove(name, out var old))
            return;
        Record("DELETED", old with { Metadata = old.Metadata with { ResourceVersion = $"{++_version}" } });
    }

    /// <summary>Forgets everything up to now: older versions and continue tokens are gone.</summary>
    public void Compact()
    {
        _history.Clear();
        _oldest = _version;
    }

    public async ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1 + _prng.Next(20)), time, cancel);
        if (Strikes("request refused"))
            return ScriptedTransport.Refuse(_prng.Pick([500, 503, 429]));
        if (Strikes("reply lost"))
            throw new TransportException("reply lost");
        var query = Query(request);
        var (start, version) = query.TryGetValue("continue", out var token)
            ? (token.Split('@')[0], long.Parse(token.Split('@')[1]))
            : ("", _version);
        // A real server pages over the old snapshot; this one calls the token expired as soon as anything changed.
        if (version != _version)
            return ScriptedTransport.Refuse(410, "Expired");
        var rest = _items.Where(pair => string.CompareOrdinal(pair.Key, start) > 0).Take(PageSize + 1).ToList();
        var page = rest.Take(PageSize).ToList();
        var next = rest.Count > PageSize ? $"{page[^1].Key}@{version}" : "";
        var body = $$"""
            {"kind":"NamespaceList","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(
                ',',
                page.Select(pair => ApiJson.WriteText(pair.Value))
            )}}]}
            """;
        return ScriptedTransport.Ok(body);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        KubeRequest request,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancel);
        var query = Query(request);
        var at = long.Parse(query["resourceVersion"]);
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(int.Parse(query["timeoutSeconds"]));
        if (Strikes("stream refused"))
            throw new StreamRefusedException(ScriptedTransport.Refuse(503));
        while (time.GetUtcNow() < until)
        {
            if (at < _oldest)
            {
                Note("expired in the stream");
                yield return Utf8(
                    """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}"""
                );
                yield break;
            }
            foreach (var (version, type, item) in _history.Where(entry => entry.Version > at).ToList())
            {
                if (Strikes("stream cut"))
                    throw new TransportException("connection reset");
                if (Strikes("error event"))
                {
                    yield return Utf8(
                        """{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is unwell"}}"""
                    );
                    yield break;
                }
                at = version;
                yield return Utf8($$"""{"type":"{{type}}","object":{{ApiJson.WriteText(item)}} }""");
            }
            if (Strikes("stream ended early"))
                yield break;
            if (Strikes("stream silent"))
                await Task.Delay(TimeSpan.FromHours(1), time, cancel);
            if (_prng.Chance(200_000) && !_history.Exists(entry => entry.Version > at) && at >= _oldest)
            {
                Note("bookmark");
                at = _version;
                yield return Utf8(
                    $$"""{"type":"BOOKMARK","object":{"kind":"Namespace","metadata":{"resourceVersion":"{{_version}}"} } }"""
                );
            }
            await NextChange(cancel);
        }
    }

    /// <summary>The next change, or a few seconds.</summary>
    private async Task NextChange(CancellationToken cancel)
    {
        if (_history.Count > 0 && _history[^1].Version == _version && _prng.Chance(300_000))
            return;
        var source = new TaskCompletionSource();
        _waiting.Add(source);
        await source.Task.EndsWithin(TimeSpan.FromSeconds(5), time, cancel);
    }

    private void Record(string type, Namespace item)
    {
        _history.Add((_version, type, item));
        var waiting = _waiting.ToList();
        _waiting.Clear();
        foreach (var source in waiting)
            source.TrySetResult();
    }

    private bool Strikes(string fault)
    {
        if (!_prng.Chance(FaultRate))
            return false;
        Note(fault);
        return true;
    }

    private void Note(string what) => Seen[what] = Seen.GetValueOrDefault(what) + 1;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Dictionary<string, string> Query(KubeRequest request) =>
        request
            .Path.Split('?')[1]
            .Split('&')
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
}

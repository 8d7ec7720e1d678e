using System.Collections.Immutable;
using System.Text.Json;
using Tenon.Api;
using Tenon.Api.Json;
using Tenon.Kube.Client.Pacing;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Replies;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client;

/// <summary>
/// Typed access to an API server. Every call is paced by one token bucket and repeated with back-off while that is
/// safe:
/// <list type="bullet">
/// <item>reads, replacements, deletions, merge, strategic and apply patches: on a lost reply, 429 and 5xx;</item>
/// <item>creations, JSON patches: only where the server said it did nothing (429, or 503 with
/// <c>Retry-After</c>);</item>
/// <item>evictions: never, because 429 there means "a disruption budget says not now".</item>
/// </list>
/// So a deletion may answer NotFound and a replacement Conflict although an earlier attempt of the same call did the
/// work. Failures are values; only cancellation and bugs throw. Thread-safe; on a single-threaded loop it never leaves
/// the loop.
/// </summary>
public sealed partial class KubeClient(IKubeTransport transport, KubeClientOptions options, TimeProvider time)
{
    /// <summary>A list whose pages expire under way starts again at most this often.</summary>
    private const int ListRestarts = 3;

    private readonly Dispatcher _dispatcher = new(transport, options, time);

    public KubeClientOptions Options { get; } = options;
    public TimeProvider Time { get; } = time;
    internal Dispatcher Dispatcher => _dispatcher;
    internal Jitter Jitter => _dispatcher.Jitter;

    public ValueTask<KubeResult<T>> GetAsync<T>(string? ns, string name, CancellationToken cancel)
        where T : class, IKubeObject<T> =>
        SendAsync<T>(new KubeRequest("GET", ResourcePath.Of(Served<T>(), ns, name)), Repeat.Always, cancel);

    public ValueTask<KubeResult<T>> GetAsync<T>(ObjectKey key, CancellationToken cancel)
        where T : class, IKubeObject<T> => GetAsync<T>(key.Namespace, key.Name, cancel);

    /// <summary>
    /// Reads every page. Memory is bounded only by the server's content: stores should watch instead.
    /// </summary>
    public async ValueTask<KubeResult<Listing<T>>> ListAsync<T>(ListOptions options, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var decoder = new ObjectDecoder<T>(keepManagedFields: true);
        for (var restarts = 0; ; restarts++)
        {
            var items = ImmutableArray.CreateBuilder<T>();
            string? resume = null;
            while (true)
            {
                var request = new KubeRequest(
                    "GET",
                    ResourcePath.Of(Served<T>(), options.Namespace) + options.Query(resume)
                );
                var reply = await _dispatcher.SendAsync(request, Repeat.Always, cancel);
                // The continue token outlived its snapshot: what was read so far cannot be completed.
                if (resume is not null && restarts < ListRestarts && reply.Is(KubeErrorKind.Gone))
                    break;
                if (!reply.IsOk)
                    return reply.Error;
                var page = ReadPage(reply.Value, decoder, items);
                if (page.Error is not null)
                    return page.Error;
                resume = page.Value.Continue;
                if (resume is null)
                    return KubeResult.Ok(new Listing<T>(items.ToImmutable(), page.Value.ResourceVersion));
            }
        }
    }

    /// <summary>Creates in the namespace that the object names. <c>generateName</c> is filled by the server.</summary>
    public ValueTask<KubeResult<T>> CreateAsync<T>(T item, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        if (T.Resource.Namespaced && string.IsNullOrEmpty(item.Metadata.Namespace))
            throw new ArgumentException($"a namespace is needed to create a {T.Resource.Kind}", nameof(item));
        var path = ResourcePath.Of(Served<T>(), item.Metadata.Namespace) + FieldManagerQuery;
        return SendAsync<T>(new KubeRequest("POST", path, ApiJson.Write(item), Json), Repeat.WhenTurnedAway, cancel);
    }

    /// <summary>
    /// Replaces the whole object. Refused with a conflict when it changed since <c>resourceVersion</c> was read.
    /// </summary>
    public ValueTask<KubeResult<T>> UpdateAsync<T>(T item, CancellationToken cancel)
        where T : class, IKubeObject<T> => PutAsync(item, null, cancel);

    /// <summary>Replaces the status alone, under the same rule.</summary>
    public ValueTask<KubeResult<T>> UpdateStatusAsync<T>(T item, CancellationToken cancel)
        where T : class, IKubeObject<T> => PutAsync(item, "status", cancel);

    public ValueTask<KubeResult<T>> PatchAsync<T>(string? ns, string name, Patch patch, CancellationToken cancel)
        where T : class, IKubeObject<T> => PatchAsync<T>(ns, name, null, patch, cancel);

    public ValueTask<KubeResult<T>> PatchStatusAsync<T>(string? ns, string name, Patch patch, CancellationToken cancel)
        where T : class, IKubeObject<T> => PatchAsync<T>(ns, name, "status", patch, cancel);

    /// <summary>
    /// Server-side apply under this client's field manager: creates the object or takes over the fields it names.
    /// </summary>
    public ValueTask<KubeResult<T>> ApplyAsync<T>(T desired, bool force, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var meta = desired.Metadata;
        return PatchAsync<T>(
            meta.Namespace,
            meta.Name ?? "",
            Patch.Apply(desired, Options.FieldManager, force),
            cancel
        );
    }

    /// <summary>
    /// Asks for deletion. Finalizers and grace may keep the object a while, so success is no proof of absence.
    /// </summary>
    public async ValueTask<KubeResult<Deletion>> DeleteAsync<T>(
        string? ns,
        string name,
        DeleteOptions? delete,
        CancellationToken cancel
    )
        where T : class, IKubeObject<T>
    {
        ReadOnlyMemory<byte> body = delete is null ? default : delete.ToBody();
        var request = new KubeRequest(
            "DELETE",
            ResourcePath.Of(Served<T>(), ns, name),
            body,
            delete is null ? null : Json
        );
        var reply = await _dispatcher.SendAsync(request, Repeat.Always, cancel);
        return reply.IsOk ? KubeResult.Ok(Deletion.Asked) : reply.Error;
    }

    public ValueTask<KubeResult<Deletion>> DeleteAsync<T>(T item, DeleteOptions? delete, CancellationToken cancel)
        where T : class, IKubeObject<T> =>
        DeleteAsync<T>(item.Metadata.Namespace, item.Metadata.Name ?? "", delete, cancel);

    /// <summary>
    /// Any request, paced and repeated by the same rules (by its method). The reply has a status of 2xx.
    /// </summary>
    public ValueTask<KubeResult<KubeReply>> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        var repeatable = request.Method is not "POST" && request.ContentType is not "application/json-patch+json";
        return _dispatcher.SendAsync(request, repeatable ? Repeat.Always : Repeat.WhenTurnedAway, cancel);
    }

    /// <summary>Any stream, paced. Errors are the transport's exceptions.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(KubeRequest request, CancellationToken cancel) =>
        _dispatcher.StreamAsync(request, cancel);

    private const string Json = "application/json";

    private ResourceType Served<T>()
        where T : class, IKubeObject<T> => Options.Versions.Of(T.Resource);

    private string FieldManagerQuery => $"?fieldManager={Uri.EscapeDataString(Options.FieldManager)}";

    private ValueTask<KubeResult<T>> PutAsync<T>(T item, string? subresource, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var path =
            ResourcePath.Of(Served<T>(), item.Metadata.Namespace, item.Metadata.Name ?? "", subresource)
            + FieldManagerQuery;
        return SendAsync<T>(new KubeRequest("PUT", path, ApiJson.Write(item), Json), Repeat.Always, cancel);
    }

    private ValueTask<KubeResult<T>> PatchAsync<T>(
        string? ns,
        string name,
        string? subresource,
        Patch patch,
        CancellationToken cancel
    )
        where T : class, IKubeObject<T>
    {
        var query = patch.Query.Length > 0 ? $"?{patch.Query}" : FieldManagerQuery;
        var path = ResourcePath.Of(Served<T>(), ns, name, subresource) + query;
        var repeat = patch.IsRepeatable ? Repeat.Always : Repeat.WhenTurnedAway;
        return SendAsync<T>(new KubeRequest("PATCH", path, patch.Body, patch.ContentType), repeat, cancel);
    }

    private async ValueTask<KubeResult<T>> SendAsync<T>(KubeRequest request, Repeat repeat, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var reply = await _dispatcher.SendAsync(request, repeat, cancel);
        if (!reply.IsOk)
            return reply.Error;
        try
        {
            return KubeResult.Ok(ApiJson.Parse<T>(reply.Value.Body.Span));
        }
        catch (JsonException error)
        {
            return KubeError.Unreadable($"the reply to {request.Method} {request.Path}", error);
        }
    }

    private static KubeResult<ListPage> ReadPage<T>(
        KubeReply reply,
        ObjectDecoder<T> decoder,
        ImmutableArray<T>.Builder items
    )
        where T : class, IKubeObject<T>
    {
        try
        {
            var page = ListPage.Read(reply.Body.Span);
            foreach (var (start, length) in page.Items)
                items.Add(decoder.Decode(reply.Body.Span.Slice(start, length)));
            return KubeResult.Ok(page);
        }
        catch (JsonException error)
        {
            return KubeError.Unreadable($"the list of {T.Resource}", error);
        }
    }
}

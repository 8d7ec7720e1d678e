using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Removes what lost its owners, and does the garbage collector's part of foreground and orphaning deletion: the
/// finalizers
/// <c>foregroundDeletion</c> and <c>orphan</c> that the API server set are taken away when the dependents are gone or
/// freed.
/// </summary>
internal sealed class GarbageCollector(KubeClient client) : IReconciler<ObjectUid>
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    private readonly Dictionary<string, GraphNode> _graph = new(StringComparer.Ordinal);
    private readonly Trigger<ObjectUid> _trigger = new();

    public static void AddTo(ControllerHost host, Action<GarbageCollector> watch)
    {
        var collector = new GarbageCollector(host.Informers.Client);
        watch(collector);
        host.Add(new ControllerOptions { Name = "garbagecollector", Workers = 5 }, collector, collector._trigger);
    }

    /// <summary>Takes a kind into the graph.</summary>
    public void Watch<T>(Informer<T> informer)
        where T : class, IKubeObject<T> =>
        informer.Subscribe(change =>
        {
            var item = change.Item;
            var uid = item.Metadata.Uid!;
            // Owners that went, or are going, concern those they own; everybody concerns their owners when they go.
            if (change.IsDeletion)
            {
                if (_graph.Remove(uid, out var gone))
                {
                    Unlink(gone);
                    foreach (var dependent in gone.Dependents)
                        _trigger.Fire(new ObjectUid(dependent));
                    foreach (var owner in gone.Owners)
                        if (IsGoing(owner.Uid))
                            _trigger.Fire(new ObjectUid(owner.Uid));
                }
                return;
            }
            if (!_graph.TryGetValue(uid, out var node))
                _graph[uid] = node = new GraphNode(uid, T.Resource);
            else if (change.Old is { } old && Same(old.Metadata, item.Metadata))
                return;
            else
                Unlink(node);
            node.Take(item);
            foreach (var owner in node.Owners)
                if (_graph.TryGetValue(owner.Uid, out var known))
                    known.Dependents.Add(uid);
            // Dependents may have been seen before their owner.
            if (change.Old is null)
                foreach (var other in _early.Remove(uid, out var waiting) ? waiting : [])
                    if (_graph.ContainsKey(other))
                        node.Dependents.Add(other);
            foreach (var owner in node.Owners)
                if (!_graph.ContainsKey(owner.Uid))
                {
                    if (!_early.TryGetValue(owner.Uid, out var waiting))
                        _early[owner.Uid] = waiting = new(StringComparer.Ordinal);
                    waiting.Add(uid);
                    _trigger.Fire(new ObjectUid(uid), OwnerMayCome);
                }
                else if (IsGoing(owner.Uid))
                    _trigger.Fire(new ObjectUid(uid));
            if (node.HasWork)
                _trigger.Fire(new ObjectUid(uid));
        });

    /// <summary>Watches of different kinds run apart: an owner may show a little after what it owns.</summary>
    private static readonly TimeSpan OwnerMayCome = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, SortedSet<string>> _early = new(StringComparer.Ordinal);

    public async ValueTask<Requeue> ReconcileAsync(ObjectUid key, CancellationToken cancel)
    {
        if (!_graph.TryGetValue(key.Uid, out var node))
            return Requeue.Never;
        if (node.IsDeleting && node.Finalizers.Contains(Orphan))
            return await FreeAsync(node, cancel);
        if (node.IsDeleting && node.Finalizers.Contains(Foreground))
            return await ForegroundAsync(node, cancel);
        if (node.IsDeleting || node.Owners.Count == 0)
            return Requeue.Never;
        var solid = node.Owners.Count(owner =>
            _graph.TryGetValue(owner.Uid, out var known) && !(known.IsDeleting && known.Finalizers.Contains(Foreground))
        );
        if (solid > 0)
            return Requeue.Never;
        var waited = node.Owners.Any(owner => _graph.ContainsKey(owner.Uid));
        if (!waited && !await OwnersAreGoneAsync(node, cancel))
            return Requeue.In(OwnerMayCome);
        await DeleteAsync(node, waited && node.Dependents.Count > 0 ? Foreground[..^"Deletion".Length] : null, cancel);
        return Requeue.Never;
    }

    /// <summary>The graph is only what was watched: before anything is deleted, the server is asked.</summary>
    private async ValueTask<bool> OwnersAreGoneAsync(GraphNode node, CancellationToken cancel)
    {
        foreach (var owner in node.Owners)
        {
            if (KnownKinds.Find(owner.ApiVersion, owner.Kind) is not { } type)
                return false;
            var path = ResourcePath.Of(type, node.Namespace, owner.Name);
            var reply = await client.SendAsync(new Kube.Client.Transport.KubeRequest("GET", path), cancel);
            if (reply.IsNotFound)
                continue;
            var uid = JsonNode.Parse(reply.OrThrow().Body.Span)?["metadata"]?["uid"]?.GetValue<string>();
            if (uid == owner.Uid)
                return false;
        }
        return true;
    }

    private async ValueTask<Requeue> ForegroundAsync(GraphNode node, CancellationToken cancel)
    {
        var blocking = 0;
        foreach (var uid in node.Dependents.ToList())
        {
            if (!_graph.TryGetValue(uid, out var dependent))
                continue;
            if (dependent.Owners.Exists(owner => owner.Uid == node.Uid && owner.BlockOwnerDeletion == true))
                blocking++;
            _trigger.Fire(new ObjectUid(uid));
        }
        if (blocking == 0)
            await FinishAsync(node, Foreground, cancel);
        return Requeue.Never;
    }

    private async ValueTask<Requeue> FreeAsync(GraphNode node, CancellationToken cancel)
    {
        foreach (var uid in node.Dependents.ToList())
        {
            if (!_graph.TryGetValue(uid, out var dependent))
                continue;
            var left = dependent
                .Owners.Where(owner => owner.Uid != node.Uid)
                .Select(owner => JsonSerializer.SerializeToNode(owner, Api.Json.ApiJson.TypeOf<OwnerReference>()))
                .ToArray();
            await PatchAsync(
                dependent,
                new JsonObject { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(left) } },
                cancel
            );
        }
        await FinishAsync(node, Orphan, cancel);
        return Requeue.Never;
    }

    private async ValueTask FinishAsync(GraphNode node, string finalizer, CancellationToken cancel)
    {
        var left = node.Finalizers.Where(one => one != finalizer).Select(one => (JsonNode)one).ToArray();
        await PatchAsync(
            node,
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["finalizers"] = new JsonArray(left),
                    ["resourceVersion"] = node.ResourceVersion,
                },
            },
            cancel
        );
    }

    private async ValueTask PatchAsync(GraphNode node, JsonObject body, CancellationToken cancel)
    {
        var request = new Kube.Client.Transport.KubeRequest(
            "PATCH",
            ResourcePath.Of(node.Type, node.Namespace, node.Name),
            System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()),
            "application/merge-patch+json"
        );
        var reply = await client.SendAsync(request, cancel);
        if (!reply.IsOk && !reply.IsNotFound)
            throw new KubeException(reply.Error);
    }

    private async ValueTask DeleteAsync(GraphNode node, string? propagation, CancellationToken cancel)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["preconditions"] = new JsonObject { ["uid"] = node.Uid },
        };
        body["propagationPolicy"] = propagation is null ? "Background" : "Foreground";
        var reply = await client.SendAsync(
            new Kube.Client.Transport.KubeRequest(
                "DELETE",
                ResourcePath.Of(node.Type, node.Namespace, node.Name),
                System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()),
                "application/json"
            ),
            cancel
        );
        if (!reply.IsOk && !reply.IsNotFound && !reply.Is(KubeErrorKind.Conflict))
            throw new KubeException(reply.Error);
    }

    private bool IsGoing(string uid) => _graph.TryGetValue(uid, out var node) && node.IsDeleting;

    private void Unlink(GraphNode node)
    {
        foreach (var owner in node.Owners)
            if (_graph.TryGetValue(owner.Uid, out var known))
                known.Dependents.Remove(node.Uid);
    }

    private static bool Same(ObjectMeta a, ObjectMeta b) =>
        a.IsDeleting == b.IsDeleting
        && a.Finalizers.SequenceEqual(b.Finalizers)
        && a.OwnerReferences.Select(owner => owner.Uid).SequenceEqual(b.OwnerReferences.Select(owner => owner.Uid))
        && a.Finalizers.Count == 0;

    private sealed class GraphNode(string uid, ResourceType type)
    {
        public string Uid { get; } = uid;
        public ResourceType Type { get; } = type;
        public string? Namespace { get; private set; }
        public string Name { get; private set; } = "";
        public string? ResourceVersion { get; private set; }
        public bool IsDeleting { get; private set; }
        public List<string> Finalizers { get; private set; } = [];
        public List<OwnerReference> Owners { get; private set; } = [];
        public SortedSet<string> Dependents { get; } = new(StringComparer.Ordinal);
        public bool HasWork => IsDeleting && (Finalizers.Contains(Foreground) || Finalizers.Contains(Orphan));

        public void Take(IKubeObject item)
        {
            (Namespace, Name, ResourceVersion) = (
                item.Metadata.Namespace,
                item.Metadata.Name!,
                item.Metadata.ResourceVersion
            );
            IsDeleting = item.Metadata.IsDeleting;
            Finalizers = [.. item.Metadata.Finalizers];
            Owners = [.. item.Metadata.OwnerReferences];
        }
    }
}

/// <summary>An object by its identity, whatever its kind.</summary>
internal readonly record struct ObjectUid(string Uid)
{
    public override string ToString() => Uid;
}

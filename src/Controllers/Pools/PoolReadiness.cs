using System.Text.Json;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>
/// What is known of a node class of whatever provider: enough to say whether claims can be made from it.
/// </summary>
internal sealed record NodeClassState(
    bool IsTerminating,
    long? Generation,
    string? ReadyStatus,
    string? ReadyReason,
    string? ReadyMessage
);

/// <summary>Reads node classes without knowing their kind at compile time.</summary>
internal sealed class NodeClassReader(KubeClient kube, ManagedKinds kinds)
{
    /// <summary>Null when there is no such node class.</summary>
    public async ValueTask<NodeClassState?> ReadAsync(NodeClassReference reference, CancellationToken cancel)
    {
        if (kinds.TypeOf(reference) is not { } type)
            return null;
        var reply = await kube.SendAsync(new KubeRequest("GET", ResourcePath.Of(type, null, reference.Name)), cancel);
        if (reply.IsNotFound)
            return null;
        using var document = JsonDocument.Parse(reply.OrThrow().Body);
        var root = document.RootElement;
        var meta = root.GetProperty("metadata");
        var ready = Conditions(root).FirstOrDefault(static it => Text(it, "type") == ConditionTypes.Ready);
        var hasReady = ready.ValueKind == JsonValueKind.Object;
        return new NodeClassState(
            meta.TryGetProperty("deletionTimestamp", out _),
            meta.TryGetProperty("generation", out var generation) ? generation.GetInt64() : null,
            hasReady ? Text(ready, "status") : null,
            hasReady ? Text(ready, "reason") : null,
            hasReady ? Text(ready, "message") : null
        );
    }

    private static JsonElement.ArrayEnumerator Conditions(JsonElement root) =>
        root.TryGetProperty("status", out var status)
        && status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty("conditions", out var conditions)
        && conditions.ValueKind == JsonValueKind.Array
            ? conditions.EnumerateArray()
            : default;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>Says on the pool whether its node class is fit: the condition <c>NodeClassReady</c>.</summary>
internal sealed class PoolReadiness(OperatorContext context, NodeClassReader classes) : IReconciler<ObjectKey>
{
    /// <summary>Node classes of any kind are read, not watched; a change is seen after this long.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(15);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Pools.Get(key) is not { } pool || !context.Kinds.Has(pool))
            return Requeue.Never;
        var state = await classes.ReadAsync(pool.Spec.Template.Spec.NodeClassRef, cancel);
        await context.Kube.WriteStatusAsync(pool, Judged(pool, state, context.Time.GetUtcNow()), cancel);
        return Requeue.In(Poll);
    }

    internal static NodePool Judged(NodePool pool, NodeClassState? state, DateTimeOffset now)
    {
        if (state is null)
            return No(ConditionReasons.NodeClassNotFound, "NodeClass not found on cluster");
        if (state.IsTerminating)
            return No(ConditionReasons.NodeClassTerminating, "NodeClass is Terminating");
        return state.ReadyStatus switch
        {
            ConditionStatus.True => pool.SetTrue(ConditionTypes.NodeClassReady, now),
            ConditionStatus.False => No(state.ReadyReason ?? "", state.ReadyMessage ?? ""),
            _ => No(ConditionReasons.NodeClassReadinessUnknown, "Node Class Readiness Unknown"),
        };

        NodePool No(string reason, string message) =>
            pool.Set(ConditionTypes.NodeClassReady, ConditionStatus.False, reason, message, now);
    }
}

using System.Collections.Immutable;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Claims;

/// <summary>Gives claims made by older versions the label that names their node class.</summary>
internal sealed class ClaimHydration(OperatorContext context) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Claims.Get(key) is not { } claim || !context.Kinds.Has(claim))
            return Requeue.Never;
        var label = ManagedKinds.LabelOf(claim.Spec.NodeClassRef);
        if (claim.Metadata.Labels.ContainsKey(label))
            return Requeue.Never;
        var labels = claim
            .Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(label, claim.Spec.NodeClassRef.Name);
        await context.Kube.WriteAsync(claim, claim with { Metadata = claim.Metadata with { Labels = labels } }, cancel);
        return Requeue.Never;
    }
}

/// <summary>The same for nodes of such claims: without the label their termination would not be ours.</summary>
internal sealed class NodeHydration(OperatorContext context) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            context.Stores.Nodes.Get(key) is not { } node
            || context.Stores.ClaimsOf(node).FirstOrDefault(context.Kinds.Has) is not { } claim
        )
            return Requeue.Never;
        var label = ManagedKinds.LabelOf(claim.Spec.NodeClassRef);
        if (node.Metadata.Labels.ContainsKey(label))
            return Requeue.Never;
        var labels = node
            .Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(label, claim.Spec.NodeClassRef.Name);
        await context.Kube.WriteAsync(node, node with { Metadata = node.Metadata with { Labels = labels } }, cancel);
        return Requeue.Never;
    }
}

using Tenon.Controllers.Cluster;
using Tenon.Domain.Pods;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Provisioning;

/// <summary>
/// Wakes the provisioner for every pod that waits for a node, and again every ten seconds while it waits.
/// </summary>
internal sealed class PodTrigger(Stores stores, Batcher batcher, PodBook book) : IReconciler<ObjectKey>
{
    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    public ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (stores.Pods.Get(key) is not { } pod)
        {
            book.Deleted(key.Namespace ?? "", key.Name);
            return ValueTask.FromResult(Requeue.Never);
        }
        if (!pod.IsProvisionable)
            return ValueTask.FromResult(Requeue.Never);
        batcher.Trigger(pod.Metadata.Uid ?? "");
        book.Seen(pod);
        return ValueTask.FromResult(Requeue.In(Again));
    }
}

/// <summary>Wakes the provisioner while a node is being disrupted: its pods will need a place.</summary>
internal sealed class NodeTrigger(Stores stores, Batcher batcher) : IReconciler<ObjectKey>
{
    public ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            stores.Nodes.Get(key) is not { } node
            || !node.Spec.Taints.Any(static taint => Tolerations.SameTaint(taint, Api.Names.Taints.Disrupted))
        )
            return ValueTask.FromResult(Requeue.Never);
        batcher.Trigger(node.Metadata.Uid ?? "");
        return ValueTask.FromResult(Requeue.In(PodTrigger.Again));
    }
}

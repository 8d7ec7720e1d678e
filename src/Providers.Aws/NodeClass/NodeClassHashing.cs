using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>
/// Keeps the drift hash on the class (AWS provider specification §1.8). When the way of hashing changed, the class's
/// claims are stamped anew first: otherwise an upgrade would look like drift and roll the fleet.
/// </summary>
internal sealed class NodeClassHashing(
    KubeClient kube,
    Informer<Ec2NodeClass> classes,
    Informer<NodeClaim> claims,
    string caBundle
) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (classes.Get(null, key.Name) is not { } nodeClass)
            return Requeue.Never;
        var hash = Ec2NodeClassHash.Of(nodeClass, caBundle);
        var version = nodeClass.Metadata.Annotations.GetValueOrDefault(AwsAnnotations.HashVersion);
        if (version != Ec2NodeClassHash.Version)
            foreach (var claim in claims.All)
                if (IsOf(claim, nodeClass))
                    await RestampAsync(claim, hash, cancel);
        await WriteAsync(nodeClass, nodeClass.Metadata.Annotations, hash, cancel);
        return Requeue.Never;
    }

    private static bool IsOf(NodeClaim claim, Ec2NodeClass nodeClass) =>
        claim.Spec.NodeClassRef.Kind == Ec2NodeClass.Resource.Kind
        && claim.Spec.NodeClassRef.Name == nodeClass.Metadata.Name;

    /// <summary>A claim that has drifted already keeps its old hash, and so stays drifted.</summary>
    private async ValueTask RestampAsync(NodeClaim claim, string hash, CancellationToken cancel)
    {
        var annotations = claim.Metadata.Annotations;
        if (annotations.GetValueOrDefault(AwsAnnotations.HashVersion) == Ec2NodeClassHash.Version)
            return;
        var own = claim.Status.Conditions.Find(ConditionTypes.Drifted) is null
            ? hash
            : annotations.GetValueOrDefault(AwsAnnotations.Hash, "");
        await WriteAsync(claim, annotations, own, cancel);
    }

    private async ValueTask WriteAsync<T>(
        T item,
        IReadOnlyDictionary<string, string> annotations,
        string hash,
        CancellationToken cancel
    )
        where T : class, Api.IKubeObject<T>
    {
        var stamped = annotations
            .ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(AwsAnnotations.Hash, hash)
            .SetItem(AwsAnnotations.HashVersion, Ec2NodeClassHash.Version);
        var changed = item.With(item.Metadata with { Annotations = stamped });
        var written = await kube.MergeAsync(item, changed, ifUnchanged: false, cancel);
        if (!written.IsNotFound)
            written.OrThrow();
    }
}

using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Instances;

/// <summary>
/// Writes the names of node and claim on the instance once they are known (AWS provider specification §5.10).
/// </summary>
internal sealed class ClaimTagging(
    KubeClient kube,
    Informer<NodeClaim> claims,
    Ec2Client ec2,
    InstanceBook instances,
    AwsOptions options,
    TimeProvider time
) : IReconciler<ObjectKey>
{
    /// <summary>Between two writes: tags are a nicety and the limit on calls is shared.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private const string Name = "Name";

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            claims.Get(null, key.Name) is not { Metadata.IsDeleting: false } claim
            || claim.Spec.NodeClassRef.Kind != Ec2NodeClass.Resource.Kind
            || claim.Status.NodeName is not { Length: > 0 } node
            || IsDone(claim)
        )
            return Requeue.Never;
        if (MachineClaims.InstanceIdOf(claim.Status.ProviderId) is not { } id)
            throw new TerminalException($"\"{claim.Status.ProviderId}\" is no provider id of EC2's");
        var found = await instances.GetAsync(id, fresh: true, cancel);
        if (found.Is(AwsErrorKind.NotFound))
            return Requeue.Never;
        if (!found.IsOk)
            throw new AwsTransportException(found.Error.ToString());
        var missing = Wanted(claim, node)
            .Where(tag => !found.Value.Tags.ContainsKey(tag.Key))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (!missing.IsEmpty)
        {
            var written = await ec2.CreateTagsAsync(id, missing, cancel);
            if (written.Is(AwsErrorKind.NotFound))
                return Requeue.Never;
            if (!written.IsOk)
                throw new AwsTransportException(written.Error.ToString());
            instances.Forget(id);
            await Task.Delay(Pause, time, cancel);
        }
        var marked = claim with
        {
            Metadata = claim.Metadata with
            {
                Annotations = claim
                    .Metadata.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal)
                    .SetItem(AwsAnnotations.Tagged, "true")
                    .SetItem(AwsAnnotations.ClusterNameTagged, "true"),
            },
        };
        var patched = await kube.MergeAsync(claim, marked, ifUnchanged: false, cancel);
        if (!patched.IsNotFound)
            patched.OrThrow();
        return Requeue.Never;
    }

    private static bool IsDone(NodeClaim claim) =>
        claim.Metadata.Annotations.GetValueOrDefault(AwsAnnotations.Tagged) == "true"
        && claim.Metadata.Annotations.GetValueOrDefault(AwsAnnotations.ClusterNameTagged) == "true";

    private IEnumerable<KeyValuePair<string, string>> Wanted(NodeClaim claim, string node) =>
        [
            KeyValuePair.Create(Name, node),
            KeyValuePair.Create(NodeTags.NodeClaim, claim.Metadata.Name ?? ""),
            KeyValuePair.Create(NodeTags.Cluster, options.ClusterName),
        ];
}

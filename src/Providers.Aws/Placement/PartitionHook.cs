using Tenon.Api.Karpenter;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Placement;

/// <summary>
/// Fills in the partition that EC2 chose, where the claim left the choice to it (AWS provider specification §5.10).
/// </summary>
internal sealed class PartitionHook(KubeClient kube, InstanceBook instances) : IRegistrationHook
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public string Name => "PlacementGroupRegistrationHook";

    public async ValueTask<TimeSpan?> RegisteredAsync(NodeClaim claim, CancellationToken cancel)
    {
        var labels = claim.Metadata.Labels;
        if (
            !labels.ContainsKey(Ec2Labels.PlacementGroupId)
            || !labels.TryGetValue(Ec2Labels.PlacementGroupPartition, out var partition)
            || partition.Length > 0
        )
            return null;
        if (MachineClaims.InstanceIdOf(claim.Status.ProviderId) is not { } id)
            return Pause;
        var found = await instances.GetAsync(id, fresh: true, cancel);
        if (!found.IsOk)
            throw new AwsTransportException(found.Error.ToString());
        if (found.Value.Partition is not { } number)
            return Pause;
        var told = claim with
        {
            Metadata = claim.Metadata with
            {
                Labels = labels
                    .ToImmutableSortedDictionary(StringComparer.Ordinal)
                    .SetItem(
                        Ec2Labels.PlacementGroupPartition,
                        number.ToString(System.Globalization.CultureInfo.InvariantCulture)
                    ),
            },
        };
        var written = await kube.MergeAsync(claim, told, ifUnchanged: true, cancel);
        return written.IsOk || written.IsNotFound ? null : Pause;
    }
}

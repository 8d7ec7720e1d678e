using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Interruptions;

/// <summary>The claims by their instances, as the store shows them. Safe for concurrent use.</summary>
public sealed class InstanceDirectory : IInstanceDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, NodeClaim> _claims = new(StringComparer.Ordinal);

    /// <summary>Follows a store; an earlier one is forgotten.</summary>
    public void Follow(Informer<NodeClaim> claims)
    {
        lock (_lock)
            _claims.Clear();
        claims.Subscribe(change =>
        {
            lock (_lock)
            {
                if (change.Old is { } old && MachineClaims.InstanceIdOf(old.Status.ProviderId) is { } was)
                    _claims.Remove(was);
                if (change.New is { } now && MachineClaims.InstanceIdOf(now.Status.ProviderId) is { } id)
                    _claims[id] = now;
            }
        });
    }

    public string? ProviderIdOf(string instanceId) => Find(instanceId)?.Status.ProviderId;

    public OfferingKey? OfferingOf(string instanceId) =>
        Find(instanceId)?.Metadata.Labels is { } labels
        && labels.TryGetValue(WellKnownLabels.InstanceType, out var type)
        && labels.TryGetValue(WellKnownLabels.Zone, out var zone)
            ? new OfferingKey(type, zone, CapacityTypes.Spot)
            : null;

    public string? ReservationOf(string instanceId) =>
        Find(instanceId)?.Metadata.Labels.GetValueOrDefault(Ec2Labels.ReservationId);

    private NodeClaim? Find(string instanceId)
    {
        lock (_lock)
            return _claims.GetValueOrDefault(instanceId);
    }
}

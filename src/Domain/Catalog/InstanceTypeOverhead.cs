using Tenon.Api.Core;

namespace Tenon.Domain.Catalog;

/// <summary>What a machine keeps for itself: the kubelet, the system, and the margin that triggers eviction.</summary>
public sealed record InstanceTypeOverhead(
    ResourceList KubeReserved,
    ResourceList SystemReserved,
    ResourceList EvictionThreshold
)
{
    public static readonly InstanceTypeOverhead None = new(ResourceList.Empty, ResourceList.Empty, ResourceList.Empty);

    public ResourceList Total => KubeReserved + SystemReserved + EvictionThreshold;
}

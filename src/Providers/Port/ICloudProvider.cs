using Tenon.Api;

namespace Tenon.Providers.Port;

/// <summary>
/// Everything Tenon asks of a cloud. Consumers depend on the part they use (<see cref="IInstanceLauncher"/>,
/// <see cref="IInstanceTypeSource"/>, <see cref="IDriftSource"/>, <see cref="IRepairPolicySource"/>); only a
/// composition root sees the whole.
/// </summary>
public interface ICloudProvider : IInstanceLauncher, IInstanceTypeSource, IDriftSource, IRepairPolicySource
{
    /// <summary>The value of the metrics label <c>provider</c>.</summary>
    string Name { get; }

    /// <summary>The node class kinds this provider serves. The first is the default kind; a NodePool or NodeClaim is
    /// managed exactly when it refers to one of them.</summary>
    ImmutableArray<ResourceType> NodeClassTypes { get; }

    /// <summary>The words this provider adds to Karpenter's vocabulary.</summary>
    ProviderVocabulary Vocabulary { get; }
}

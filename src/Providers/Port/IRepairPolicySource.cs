namespace Tenon.Providers.Port;

/// <summary>Tells which node conditions mean that a machine should be replaced.</summary>
public interface IRepairPolicySource
{
    ImmutableArray<RepairPolicy> RepairPolicies { get; }
}

/// <summary>
/// A node whose condition <paramref name="ConditionType"/> has had the status <paramref name="ConditionStatus"/> for
/// <paramref name="Toleration"/> is beyond repair.
/// </summary>
public sealed record RepairPolicy(string ConditionType, string ConditionStatus, TimeSpan Toleration);

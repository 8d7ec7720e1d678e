namespace Tenon.Api.Names;

/// <summary>Operators of requirements, selectors and tolerations.</summary>
public static class Operators
{
    public const string In = "In";
    public const string NotIn = "NotIn";
    public const string Exists = "Exists";
    public const string DoesNotExist = "DoesNotExist";
    public const string Gt = "Gt";
    public const string Lt = "Lt";

    /// <summary>Only in pools, claims and overlays.</summary>
    public const string Gte = "Gte";

    /// <summary>Only in pools, claims and overlays.</summary>
    public const string Lte = "Lte";
    public const string Equal = "Equal";
}

public static class PodPhases
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string Unknown = "Unknown";
}

public static class RestartPolicies
{
    public const string Always = "Always";
    public const string OnFailure = "OnFailure";
    public const string Never = "Never";
}

public static class SpreadActions
{
    public const string DoNotSchedule = "DoNotSchedule";
    public const string ScheduleAnyway = "ScheduleAnyway";
}

/// <summary>Whether a spread constraint honours node affinity, or taints.</summary>
public static class NodeInclusionPolicies
{
    public const string Honor = "Honor";
    public const string Ignore = "Ignore";
}

public static class VolumeBindingModes
{
    public const string Immediate = "Immediate";
    public const string WaitForFirstConsumer = "WaitForFirstConsumer";
}

public static class ClaimPhases
{
    public const string Pending = "Pending";
    public const string Bound = "Bound";
    public const string Lost = "Lost";
}

public static class PreemptionPolicies
{
    public const string Never = "Never";
    public const string LowerPriority = "PreemptLowerPriority";
}

public static class QosClasses
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";
}

public static class UnhealthyPodEvictionPolicies
{
    public const string IfHealthyBudget = "IfHealthyBudget";
    public const string AlwaysAllow = "AlwaysAllow";
}

public static class PropagationPolicies
{
    public const string Background = "Background";
    public const string Foreground = "Foreground";
    public const string Orphan = "Orphan";
}

namespace Tenon.Disruption;

/// <summary>Why a node is taken, as budgets and the <c>DisruptionReason</c> condition spell it.</summary>
public static class Reasons
{
    public const string Empty = "Empty";
    public const string Underutilized = "Underutilized";
    public const string Drifted = "Drifted";

    public static readonly System.Collections.Immutable.ImmutableArray<string> All = [Underutilized, Empty, Drifted];
}

/// <summary>How much a method may ask of pods that object.</summary>
public enum DisruptionClass
{
    /// <summary>Waits for pods that must not be disrupted and for disruption budgets.</summary>
    Graceful,

    /// <summary>Goes ahead where the claim's termination grace period bounds how long they may hold the node.</summary>
    Eventual,
}

/// <summary>The methods in the order in which they are tried; the order is the policy.</summary>
public enum MethodKind
{
    Emptiness,
    StaticDrift,
    Drift,
    MultiNode,
    SingleNode,

    /// <summary>Ours, in place of MultiNode.</summary>
    Repack,
}

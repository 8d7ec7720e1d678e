namespace Tenon.Disruption;

/// <summary>Whose rules decide which nodes go.</summary>
public enum DisruptionPolicy
{
    /// <summary>Ours: any set of nodes for any set of replacements, worth its trouble, and no move twice.</summary>
    Best,

    /// <summary>Karpenter's, with its caps and time limits, for comparison.</summary>
    Upstream,
}

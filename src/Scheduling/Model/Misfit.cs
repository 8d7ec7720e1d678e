namespace Tenon.Scheduling.Model;

/// <summary>
/// What stood in the way of a placement. A refusal may have several causes, one or more for each pool.
/// </summary>
[Flags]
public enum Misfit
{
    None = 0,
    Taint = 1 << 0,
    Requirements = 1 << 1,
    VolumeRequirements = 1 << 2,
    Spread = 1 << 3,
    Affinity = 1 << 4,
    AntiAffinity = 1 << 5,
    Resources = 1 << 6,
    Offering = 1 << 7,
    MinValues = 1 << 8,
    HostPort = 1 << 9,
    VolumeLimit = 1 << 10,
    Limit = 1 << 11,
    NoInstanceTypes = 1 << 12,
    ReservedOffering = 1 << 13,
    ResourceClaim = 1 << 14,
}

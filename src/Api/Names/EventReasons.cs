namespace Tenon.Api.Names;

/// <summary>Reasons of the events we record, in upstream's words (core API specification §11.2).</summary>
public static class EventReasons
{
    public const string Evicted = "Evicted";
    public const string Disrupted = "Disrupted";
    public const string FailedDraining = "FailedDraining";
    public const string AwaitingVolumeDetachment = "AwaitingVolumeDetachment";
    public const string TerminationGracePeriodExpiring = "TerminationGracePeriodExpiring";
    public const string NodeRepairBlocked = "NodeRepairBlocked";
    public const string DisruptionLaunching = "DisruptionLaunching";
    public const string DisruptionWaitingReadiness = "DisruptionWaitingReadiness";
    public const string DisruptionTerminating = "DisruptionTerminating";
    public const string Unconsolidatable = "Unconsolidatable";
    public const string DisruptionBlocked = "DisruptionBlocked";
    public const string ConsolidationCandidate = "ConsolidationCandidate";
    public const string ConsolidationRejected = "ConsolidationRejected";
    public const string ConsolidationApproved = "ConsolidationApproved";
    public const string Nominated = "Nominated";
    public const string NoCompatibleInstanceTypes = "NoCompatibleInstanceTypes";
    public const string FailedScheduling = "FailedScheduling";
    public const string FailedConsistencyCheck = "FailedConsistencyCheck";
    public const string InsufficientCapacityError = "InsufficientCapacityError";
    public const string UnregisteredTaintMissing = "UnregisteredTaintMissing";
    public const string InvalidDoNotDisruptAnnotation = "InvalidDoNotDisruptAnnotation";
    public const string DoNotDisruptUntil = "DoNotDisruptUntil";
    public const string DoNotDisruptGracePeriodElapsed = "DoNotDisruptGracePeriodElapsed";
    public const string Finalized = "Finalized";
    public const string LeaderElection = "LeaderElection";

    /// <summary>Ours: upstream does not do this.</summary>
    public const string RollingSingleReplica = "RollingSingleReplica";

    /// <summary>Ours: a machine was taken before all of its pods had another place.</summary>
    public const string PodsNotSaved = "PodsNotSaved";
}

public static class EventTypes
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";
}

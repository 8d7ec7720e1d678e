namespace Tenon.Api.Names;

/// <summary>
/// Condition types and the reasons that go with them (core API specification §3.8, §4.3, §5.3, §6.3).
/// </summary>
public static class ConditionTypes
{
    public const string Ready = "Ready";

    public const string ValidationSucceeded = "ValidationSucceeded";
    public const string NodeClassReady = "NodeClassReady";
    public const string NodeRegistrationHealthy = "NodeRegistrationHealthy";

    public const string Launched = "Launched";
    public const string Registered = "Registered";
    public const string Initialized = "Initialized";
    public const string Consolidatable = "Consolidatable";
    public const string Drifted = "Drifted";
    public const string DisruptionReason = "DisruptionReason";
    public const string Drained = "Drained";
    public const string VolumesDetached = "VolumesDetached";
    public const string InstanceTerminating = "InstanceTerminating";
    public const string ConsistentStateFound = "ConsistentStateFound";

    public const string ReadyForProvisioning = "ReadyForProvisioning";
    public const string Provisioning = "Provisioning";

    public const string PodScheduled = "PodScheduled";
    public const string PodInitialized = "Initialized";
    public const string ContainersReady = "ContainersReady";
    public const string DisruptionTarget = "DisruptionTarget";
    public const string MemoryPressure = "MemoryPressure";
    public const string DiskPressure = "DiskPressure";
    public const string PidPressure = "PIDPressure";
    public const string NetworkUnavailable = "NetworkUnavailable";
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";
    public const string Complete = "Complete";
    public const string Failed = "Failed";
    public const string Suspended = "Suspended";
}

public static class ConditionStatus
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";
}

public static class ConditionReasons
{
    public const string AwaitingReconciliation = "AwaitingReconciliation";
    public const string UnhealthyDependents = "UnhealthyDependents";
    public const string ReconcilingDependents = "ReconcilingDependents";
    public const string NodePoolValidationFailed = "NodePoolValidationFailed";
    public const string NodeClassNotFound = "NodeClassNotFound";
    public const string NodeClassTerminating = "NodeClassTerminating";
    public const string NodeClassReadinessUnknown = "NodeClassReadinessUnknown";
    public const string RegistrationFailed = "RegistrationFailed";
    public const string LaunchFailed = "LaunchFailed";
    public const string NodeNotFound = "NodeNotFound";
    public const string NodeNotReady = "NodeNotReady";
    public const string RegistrationHookPending = "RegistrationHookPending";
    public const string MultipleNodesFound = "MultipleNodesFound";
    public const string StartupTaintsExist = "StartupTaintsExist";
    public const string KnownEphemeralTaintsExist = "KnownEphemeralTaintsExist";
    public const string ResourceNotRegistered = "ResourceNotRegistered";
    public const string DraDriverPoolsNotPublished = "DRADriverPoolsNotPublished";
    public const string NodePoolDrifted = "NodePoolDrifted";
    public const string RequirementsDrifted = "RequirementsDrifted";
    public const string InstanceTypeNotFound = "InstanceTypeNotFound";
    public const string Draining = "Draining";
    public const string AwaitingVolumeDetachment = "AwaitingVolumeDetachment";
    public const string TerminationGracePeriodElapsed = "TerminationGracePeriodElapsed";
    public const string ConsistencyCheckFailed = "ConsistencyCheckFailed";
    public const string RuntimeValidation = "RuntimeValidation";
    public const string OverlayConflict = "Conflict";
    public const string Resolved = "Resolved";
    public const string PodTemplateNotFound = "PodTemplateNotFound";
    public const string ScalableRefNotFound = "ScalableRefNotFound";
    public const string ResolutionFailed = "ResolutionFailed";
    public const string FitsExistingCapacity = "FitsExistingCapacity";
    public const string RequiresNewCapacity = "RequiresNewCapacity";
    public const string BufferEmpty = "BufferEmpty";
    public const string NotReadyForProvisioning = "NotReadyForProvisioning";
    public const string Unschedulable = "Unschedulable";
    public const string SchedulingGated = "SchedulingGated";
}

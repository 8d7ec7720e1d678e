namespace Tenon.Simulation.Faults;

/// <summary>A place where the world can go wrong.</summary>
public enum FaultSite
{
    /// <summary>The API server answers 429 or 503 and does nothing.</summary>
    ApiRefused,

    /// <summary>The request never reaches the API server.</summary>
    ApiRequestLost,

    /// <summary>The API server does what was asked and the answer never comes.</summary>
    ApiReplyLost,

    /// <summary>The request takes seconds.</summary>
    ApiSlow,

    /// <summary>A watch breaks in place of its next event.</summary>
    WatchCut,

    /// <summary>The cloud refuses a launch for lack of capacity.</summary>
    LaunchRefused,

    /// <summary>
    /// The cloud launches and the answer never comes: a retry must find the machine, not pay for a second.
    /// </summary>
    LaunchReplyLost,

    /// <summary>A machine takes minutes to become ready.</summary>
    NodeSlow,

    /// <summary>The kubelet never reports ready.</summary>
    NodeNeverReady,

    /// <summary>The kubelet of a working node falls silent for good.</summary>
    NodeDies,

    /// <summary>A container exits now and then.</summary>
    PodCrash,

    /// <summary>The cloud takes a spot machine back, after a notice.</summary>
    SpotReclaim,

    /// <summary>The operator is stopped in the middle of whatever it does, and started again.</summary>
    OperatorRestart,
}

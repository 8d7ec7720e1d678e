namespace Tenon.Kube.Runtime.Leadership;

/// <summary>Why leading came to an end.</summary>
public enum LeadershipEnd
{
    /// <summary>We were asked to stop; the lease is given back.</summary>
    Stopped,

    /// <summary>The lease could not be renewed in time. The work was cancelled; the process should end.</summary>
    Lost,

    /// <summary>The work ended by itself; the lease is given back.</summary>
    WorkDone,
}

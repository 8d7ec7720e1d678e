using Tenon.Disruption;
using Tenon.Scheduling;

namespace Tenon.Controllers.Operator;

/// <summary>
/// Everything an operator may set, with upstream's flag names, variables and defaults. Precedence: flag, variable,
/// default (see <see cref="OptionParser"/>). A plain record from here on: nothing below reads the environment.
/// </summary>
public sealed record OperatorOptions
{
    public const string DefaultFeatureGates =
        "NodeRepair=false,ReservedCapacity=true,SpotToSpotConsolidation=false,NodeOverlay=false,StaticCapacity=false,CapacityBuffer=false";

    public string KarpenterService { get; init; } = "";
    public int MetricsPort { get; init; } = 8080;
    public int HealthProbePort { get; init; } = 8081;

    /// <summary>Requests per second to the API server, and the burst above it.</summary>
    public int KubeClientQps { get; init; } = 200;
    public int KubeClientBurst { get; init; } = 300;

    public bool EnableProfiling { get; init; }
    public bool DisableControllerWarmup { get; init; } = true;
    public bool DisableLeaderElection { get; init; }
    public bool DisableClusterStateObservability { get; init; }
    public string LeaderElectionName { get; init; } = "karpenter-leader-election";

    /// <summary>Empty means the pod's own namespace.</summary>
    public string LeaderElectionNamespace { get; init; } = "";

    /// <summary>Bytes; not positive means no limit.</summary>
    public long MemoryLimit { get; init; } = -1;

    /// <summary>Millicores; sizes the number of workers of each controller.</summary>
    public long CpuRequests
    {
        get;
        init => field = value <= 0 ? 1000 : value;
    } = 1000;

    public string LogLevel { get; init; } = "info";
    public string LogOutputPaths { get; init; } = "stdout";
    public string LogErrorOutputPaths { get; init; } = "stderr";

    /// <summary>Longest time a batch of pending pods stays open.</summary>
    public TimeSpan BatchMaxDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence that closes a batch.</summary>
    public TimeSpan BatchIdleDuration { get; init; } = TimeSpan.FromSeconds(1);

    public PreferencePolicy PreferencePolicy { get; init; } = PreferencePolicy.Respect;
    public MinValuesPolicy MinValuesPolicy { get; init; } = MinValuesPolicy.Strict;
    public bool IgnoreDraRequests { get; init; } = true;
    public FeatureGates Gates { get; init; } = FeatureGates.Default;

    /// <summary>YAML or JSON text of the scheduler configuration to mirror; empty for none.</summary>
    public string SchedulerConfig { get; init; } = "";

    /// <summary>How far a plan is searched; <see cref="SolvePolicy.Greedy"/> is upstream's, for comparison.</summary>
    public SolvePolicy PlanPolicy { get; init; } = SolvePolicy.Best;

    /// <summary>Which rules decide disruption.</summary>
    public DisruptionPolicy DisruptionPolicy { get; init; } = DisruptionPolicy.Best;

    /// <summary>The only replica of a Deployment is replaced by a rollout before its node is drained.</summary>
    public bool RollSingleReplicas { get; init; } = true;

    /// <summary>A leaving node is drained when its pods have another place, or cannot get one.</summary>
    public bool ReplaceBeforeDrain { get; init; } = true;

    /// <summary>Everything beyond upstream switched off: greedy plans and upstream's rules, for comparison.</summary>
    public OperatorOptions AsUpstream() =>
        this with
        {
            PlanPolicy = SolvePolicy.Greedy,
            DisruptionPolicy = DisruptionPolicy.Upstream,
            RollSingleReplicas = false,
            ReplaceBeforeDrain = false,
        };

    /// <summary>
    /// Time one provisioning pass may spend on improving its plan. The first valid plan is never delayed by it.
    /// </summary>
    public TimeSpan PlanBudget { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// What measures <see cref="PlanBudget"/>; null takes the operator's own clock. A box in real time gives the
    /// wall's.
    /// </summary>
    public TimeProvider? PlanClock { get; init; }

    /// <summary>
    /// A node that was promised pods is left alone for this long: twice the longest batch, at least 10 s.
    /// </summary>
    public TimeSpan NominationWindow =>
        BatchMaxDuration * 2 > TimeSpan.FromSeconds(10) ? BatchMaxDuration * 2 : TimeSpan.FromSeconds(10);
}

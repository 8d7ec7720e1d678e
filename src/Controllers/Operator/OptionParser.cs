using System.Collections.Immutable;
using Tenon.Disruption;
using Tenon.Scheduling;

namespace Tenon.Controllers.Operator;

/// <summary>The outcome of reading flags and variables.</summary>
public abstract record ParsedOptions
{
    private ParsedOptions() { }

    public sealed record Ok(OperatorOptions Options) : ParsedOptions;

    public sealed record Usage(string Text) : ParsedOptions;

    public sealed record Invalid(string Message) : ParsedOptions;
}

/// <summary>
/// Reads Go-style flags over environment variables over defaults. A bad flag stops the start; a bad number, boolean or
/// duration in a variable silently means the default, as upstream does.
/// </summary>
public static class OptionParser
{
    private static readonly ImmutableArray<Option> Options =
    [
        new(
            "karpenter-service",
            "KARPENTER_SERVICE",
            "The Karpenter Service name.",
            Text((o, v) => o with { KarpenterService = v })
        ),
        new(
            "metrics-port",
            "METRICS_PORT",
            "The port of the metric endpoint.",
            Int((o, v) => o with { MetricsPort = v })
        ),
        new(
            "health-probe-port",
            "HEALTH_PROBE_PORT",
            "The port of the health probes.",
            Int((o, v) => o with { HealthProbePort = v })
        ),
        new(
            "kube-client-qps",
            "KUBE_CLIENT_QPS",
            "Requests per second to the API server.",
            Int((o, v) => o with { KubeClientQps = v })
        ),
        new(
            "kube-client-burst",
            "KUBE_CLIENT_BURST",
            "Burst of requests to the API server.",
            Int((o, v) => o with { KubeClientBurst = v })
        ),
        new(
            "enable-profiling",
            "ENABLE_PROFILING",
            "Serve profiles on the metric endpoint.",
            Bool((o, v) => o with { EnableProfiling = v }),
            true
        ),
        new(
            "disable-controller-warmup",
            "DISABLE_CONTROLLER_WARMUP",
            "Start watches only after leadership is won.",
            Bool((o, v) => o with { DisableControllerWarmup = v }),
            true
        ),
        new(
            "disable-leader-election",
            "DISABLE_LEADER_ELECTION",
            "Run without a lease.",
            Bool((o, v) => o with { DisableLeaderElection = v }),
            true
        ),
        new(
            "disable-cluster-state-observability",
            "DISABLE_CLUSTER_STATE_OBSERVABILITY",
            "No per-object metrics and events.",
            Bool((o, v) => o with { DisableClusterStateObservability = v }),
            true
        ),
        new(
            "leader-election-name",
            "LEADER_ELECTION_NAME",
            "Name of the lease.",
            Text((o, v) => o with { LeaderElectionName = v })
        ),
        new(
            "leader-election-namespace",
            "LEADER_ELECTION_NAMESPACE",
            "Namespace of the lease.",
            Text((o, v) => o with { LeaderElectionNamespace = v })
        ),
        new(
            "memory-limit",
            "MEMORY_LIMIT",
            "Memory limit in bytes; the heap is kept under 90 % of it.",
            Long((o, v) => o with { MemoryLimit = v })
        ),
        new(
            "cpu-requests",
            "CPU_REQUESTS",
            "CPU of this process in millicores.",
            Long((o, v) => o with { CpuRequests = v })
        ),
        new("log-level", "LOG_LEVEL", "debug, info or error.", Text((o, v) => o with { LogLevel = v })),
        new("log-output-paths", "LOG_OUTPUT_PATHS", "Where logs go.", Text((o, v) => o with { LogOutputPaths = v })),
        new(
            "log-error-output-paths",
            "LOG_ERROR_OUTPUT_PATHS",
            "Where the logger's own errors go.",
            Text((o, v) => o with { LogErrorOutputPaths = v })
        ),
        new(
            "batch-max-duration",
            "BATCH_MAX_DURATION",
            "Longest time a batch stays open.",
            Duration((o, v) => o with { BatchMaxDuration = v })
        ),
        new(
            "batch-idle-duration",
            "BATCH_IDLE_DURATION",
            "Silence that closes a batch.",
            Duration((o, v) => o with { BatchIdleDuration = v })
        ),
        new(
            "preference-policy",
            "PREFERENCE_POLICY",
            "Respect or Ignore.",
            Choice<PreferencePolicy>("PREFERENCE_POLICY", (o, v) => o with { PreferencePolicy = v })
        ),
        new(
            "min-values-policy",
            "MIN_VALUES_POLICY",
            "Strict or BestEffort.",
            Choice<MinValuesPolicy>("MIN_VALUES_POLICY", (o, v) => o with { MinValuesPolicy = v })
        ),
        new(
            "ignore-dra-requests",
            "IGNORE_DRA_REQUESTS",
            "Leave pods with dynamic resource claims alone.",
            Bool((o, v) => o with { IgnoreDraRequests = v }),
            true
        ),
        new("feature-gates", "FEATURE_GATES", "Name=bool, comma separated.", Gates),
        new(
            "scheduler-config",
            "SCHEDULER_CONFIG",
            "Scheduler configuration to mirror.",
            Text((o, v) => o with { SchedulerConfig = v })
        ),
        new("policy", "POLICY", "best, or upstream: plans and disruption as Karpenter does them.", WholePolicy),
        new(
            "disruption-policy",
            "DISRUPTION_POLICY",
            "Best, or Upstream.",
            Choice<DisruptionPolicy>("DISRUPTION_POLICY", (o, v) => o with { DisruptionPolicy = v })
        ),
        new(
            "roll-single-replicas",
            "ROLL_SINGLE_REPLICAS",
            "Replace the only replica of a Deployment before its node is drained.",
            Bool((o, v) => o with { RollSingleReplicas = v }),
            true
        ),
        new(
            "replace-before-drain",
            "REPLACE_BEFORE_DRAIN",
            "Drain a node when its pods have another place.",
            Bool((o, v) => o with { ReplaceBeforeDrain = v }),
            true
        ),
        new(
            "plan-policy",
            "PLAN_POLICY",
            "Best, or Greedy as upstream.",
            Choice<SolvePolicy>("PLAN_POLICY", (o, v) => o with { PlanPolicy = v })
        ),
        new(
            "plan-budget",
            "PLAN_BUDGET",
            "Time a pass may spend on improving its plan.",
            Duration((o, v) => o with { PlanBudget = v })
        ),
    ];

    /// <param name="arguments">Flags without the command; positional arguments are ignored.</param>
    /// <param name="environment">Reads one variable: null when it is not set.</param>
    public static ParsedOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ReadFlags(arguments, flags) is { } stopped)
            return stopped;
        var options = new OperatorOptions();
        foreach (var option in Options)
        {
            var isFlag = flags.TryGetValue(option.Flag, out var value);
            if (!isFlag && (value = environment(option.Variable)) is null)
                continue;
            var (next, error, isStrict) = option.Read(options, value!);
            if (next is null && isStrict)
                return Fail(error);
            if (next is null && isFlag)
                return new ParsedOptions.Invalid(
                    $"parsing flags, invalid value \"{value}\" for flag -{option.Flag}: parse error"
                );
            options = next ?? options;
        }
        return options.LogLevel is "" or "debug" or "info" or "error"
            ? new ParsedOptions.Ok(options)
            : Fail($"invalid LOG_LEVEL \"{options.LogLevel}\"");
    }

    private static ParsedOptions? ReadFlags(IReadOnlyList<string> arguments, Dictionary<string, string> flags)
    {
        for (var i = 0; i < arguments.Count && arguments[i] is not "--"; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith('-') || argument.Length < 2)
                continue;
            var body = argument.TrimStart('-');
            if (body is "h" or "help")
                return new ParsedOptions.Usage(Usage());
            var equals = body.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? body : body[..equals];
            if (Options.FirstOrDefault(candidate => candidate.Flag == name) is not { } option)
                return new ParsedOptions.Invalid($"parsing flags, flag provided but not defined: -{name}");
            if (equals >= 0)
                flags[name] = body[(equals + 1)..];
            else if (option.IsSwitch)
                flags[name] = "true";
            else if (++i < arguments.Count)
                flags[name] = arguments[i];
            else
                return new ParsedOptions.Invalid($"parsing flags, flag needs an argument: -{name}");
            if (option.IsSwitch && flags[name] is not ("true" or "false"))
                return new ParsedOptions.Invalid(
                    $"parsing flags, invalid boolean value \"{flags[name]}\" for -{name}: parse error"
                );
        }
        return null;
    }

    public static string Usage() =>
        string.Concat(Options.Select(option => $"  -{option.Flag}\n    \t{option.Help} ({option.Variable})\n"));

    private static ParsedOptions.Invalid Fail(string? error) => new($"validating cli flags / env vars, {error}");

    private static Reader Text(Func<OperatorOptions, string, OperatorOptions> set) =>
        (o, v) => new Read(set(o, v), null, false);

    private static Reader Int(Func<OperatorOptions, int, OperatorOptions> set) =>
        (o, v) =>
            new Read(
                OptionText.Integer(v) is >= int.MinValue and <= int.MaxValue and { } number
                    ? set(o, (int)number)
                    : null,
                null,
                false
            );

    private static Reader Long(Func<OperatorOptions, long, OperatorOptions> set) =>
        (o, v) => new Read(OptionText.Integer(v) is { } number ? set(o, number) : null, null, false);

    private static Reader Bool(Func<OperatorOptions, bool, OperatorOptions> set) =>
        (o, v) => new Read(OptionText.Boolean(v) is { } on ? set(o, on) : null, null, false);

    private static Reader Duration(Func<OperatorOptions, TimeSpan, OperatorOptions> set) =>
        (o, v) => new Read(OptionText.Duration(v) is { } span ? set(o, span) : null, null, false);

    private static Reader Choice<T>(string variable, Func<OperatorOptions, T, OperatorOptions> set)
        where T : struct, Enum =>
        (o, v) =>
            Enum.GetNames<T>().Contains(v, StringComparer.Ordinal)
                ? new Read(set(o, Enum.Parse<T>(v)), null, true)
                : new Read(null, $"invalid {variable} \"{v}\"", true);

    /// <summary>Comes before the options it sets, so that each of them may still be set apart.</summary>
    private static Read WholePolicy(OperatorOptions options, string text) =>
        text.ToLowerInvariant() switch
        {
            "best" => new Read(options, null, true),
            "upstream" => new Read(options.AsUpstream(), null, true),
            _ => new Read(null, $"invalid POLICY \"{text}\"", true),
        };

    private static Read Gates(OperatorOptions options, string text) =>
        FeatureGates.TryParse(text, out var error) is { } gates
            ? new Read(options with { Gates = gates }, null, true)
            : new Read(null, $"parsing feature gates, {error}", true);

    private delegate Read Reader(OperatorOptions options, string value);

    /// <param name="IsStrict">A bad value stops the start wherever it stands; otherwise only as a flag.</param>
    private readonly record struct Read(OperatorOptions? Options, string? Error, bool IsStrict);

    private sealed record Option(string Flag, string Variable, string Help, Reader Read, bool IsSwitch = false);
}

using Tenon.Cli.CommandLine;
using Tenon.Controllers.Operator;

namespace Tenon.Cli.Controller;

/// <summary>
/// What <c>tenon controller</c> was told: which cluster and which cloud, and upstream's own options. All are spelled as
/// Go programs spell flags (one or two dashes, <c>-name value</c> or <c>-name=value</c>), because charts and scripts
/// that exist spell them so.
/// </summary>
sealed record ControllerFlags
{
    public const string Kwok = "kwok";
    public const string Aws = "aws";

    /// <summary>The flags that upstream does not have, each with its variable and what it is for.</summary>
    static readonly (string Flag, string Variable, string Help)[] Own =
    [
        ("provider", "TENON_PROVIDER", "The cloud: aws or kwok."),
        ("kubeconfig", "", "The cluster; without it KUBECONFIG, the pod's service account, ~/.kube/config."),
        ("context", "", "The context of the kubeconfig; without it the current one."),
        ("instance-types-file-path", "INSTANCE_TYPES_FILE_PATH", "kwok: instance types, in KWOK's file format."),
        ("catalog", "TENON_CATALOG", "kwok: aws:REGION or generic (the default), where no file is named."),
        ("cluster-name", "CLUSTER_NAME", "aws: the cluster's name in EKS and in tags."),
        ("cluster-endpoint", "CLUSTER_ENDPOINT", "aws: where nodes find the API server; EKS is asked without it."),
        ("cluster-ca-bundle", "CLUSTER_CA_BUNDLE", "aws: base64 of the authority that nodes trust."),
        ("isolated-vpc", "ISOLATED_VPC", "aws: true where the price list cannot be reached."),
        ("eks-control-plane", "EKS_CONTROL_PLANE", "aws: true to ask EKS for the cluster's version."),
        ("vm-memory-overhead-percent", "VM_MEMORY_OVERHEAD_PERCENT", "aws: share of memory a machine withholds."),
        ("interruption-queue", "INTERRUPTION_QUEUE", "aws: the queue that EventBridge writes to."),
        ("reserved-enis", "RESERVED_ENIS", "aws: interfaces that pods get no addresses from."),
        ("disable-dry-run", "DISABLE_DRY_RUN", "aws: true to believe node classes without a rehearsal."),
        ("enable-zonal-shift", "ENABLE_ZONAL_SHIFT", "aws: true to follow zonal shifts."),
        ("ami-refresh-interval", "AMI_REFRESH_INTERVAL", "aws: how often images are looked up, 1m at least."),
        ("subnet-refresh-interval", "SUBNET_REFRESH_INTERVAL", "aws: how often subnets are looked up."),
        ("aws-feature-gates", "AWS_FEATURE_GATES", "aws: NodeClassCEL=true|false."),
    ];

    public required string Provider { get; init; }
    public string? Kubeconfig { get; init; }
    public string? Context { get; init; }

    /// <summary>What kwok sells: a name, or the path of a file.</summary>
    public required string Catalogue { get; init; }

    /// <summary>The value of one of the cloud's own flags; null when it was not given.</summary>
    public Func<string, string?> Cloud { get; init; } = static _ => null;

    public required OperatorOptions Operator { get; init; }

    /// <summary>The flags of this command as Go prints them, then upstream's.</summary>
    public static string Usage() =>
        string.Concat(
            Own.Select(own =>
                $"  -{own.Flag}\n    \t{own.Help}{(own.Variable.Length > 0 ? $" ({own.Variable})" : "")}\n"
            )
        ) + OptionParser.Usage();

    /// <exception cref="UserFault">A flag is unknown, or a value cannot be understood.</exception>
    public static ControllerFlags Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = TakeOwn(arguments, own);
        var options = OptionParser.Parse(rest, environment) switch
        {
            ParsedOptions.Ok parsed => parsed.Options,
            ParsedOptions.Invalid invalid => throw new UserFault(invalid.Message, ExitCode.Usage),
            _ => throw new UserFault("help is asked for with --help alone", ExitCode.Usage),
        };
        return new ControllerFlags
        {
            Provider = Value("provider") ?? Kwok,
            Kubeconfig = Value("kubeconfig"),
            Context = Value("context"),
            Catalogue = Value("instance-types-file-path") ?? Value("catalog") ?? "generic",
            Cloud = flag => own.GetValueOrDefault(flag),
            Operator = options,
        };

        string? Value(string flag) =>
            own.GetValueOrDefault(flag) is { Length: > 0 } given ? given
            : Own.First(known => known.Flag == flag).Variable is { Length: > 0 } variable
            && environment(variable) is { Length: > 0 } set
                ? set
            : null;
    }

    static List<string> TakeOwn(IReadOnlyList<string> arguments, Dictionary<string, string> own)
    {
        var rest = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var body = arguments[i].TrimStart('-');
            var equals = body.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? body : body[..equals];
            if (!arguments[i].StartsWith('-') || !Own.Any(known => known.Flag == name))
                rest.Add(arguments[i]);
            else if (equals >= 0)
                own[name] = body[(equals + 1)..];
            else if (++i < arguments.Count)
                own[name] = arguments[i];
            else
                throw new UserFault($"flag needs an argument: -{name}", ExitCode.Usage);
        }
        return rest;
    }
}

using System.Globalization;
using Tenon.Api.Karpenter;

namespace Tenon.Providers.Aws;

/// <summary>
/// The provider's settings (AWS provider specification §8.1). A flag beats the environment, which beats the default.
/// </summary>
public sealed record AwsOptions
{
    public required string ClusterName { get; init; }
    public required string Region { get; init; }

    /// <summary>Empty: EKS is asked.</summary>
    public string ClusterEndpoint { get; init; } = "";

    /// <summary>Base64; empty: that of the controller's own API client.</summary>
    public string ClusterCaBundle { get; init; } = "";

    /// <summary>No price list, no collection of instance profiles.</summary>
    public bool IsolatedVpc { get; init; }

    /// <summary>The version is asked of EKS instead of the API server.</summary>
    public bool EksControlPlane { get; init; }

    public double VmMemoryOverheadPercent { get; init; } = 0.075;

    /// <summary>Name of the queue; empty: none is read.</summary>
    public string InterruptionQueue { get; init; } = "";

    public long ReservedEnis { get; init; }
    public bool DisableDryRun { get; init; }
    public bool EnableZonalShift { get; init; }
    public TimeSpan AmiRefreshInterval { get; init; } = Least;
    public TimeSpan SubnetRefreshInterval { get; init; } = Least;

    /// <summary>Feature gate NodeClassCEL: expressions in kubelet settings.</summary>
    public bool NodeClassCel { get; init; }

    /// <summary>Core feature gate ReservedCapacity.</summary>
    public bool ReservedCapacity { get; init; } = true;

    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>Reads all settings and tells everything that is wrong with them at once.</summary>
    /// <param name="flag">Value of a command line flag by its name without dashes; null when not given.</param>
    /// <param name="environment">Value of an environment variable; null when not set.</param>
    public static (AwsOptions Options, ImmutableArray<string> Faults) Read(
        Func<string, string?> flag,
        Func<string, string?> environment
    )
    {
        var read = new Reading(flag, environment);
        var options = new AwsOptions
        {
            ClusterName = read.Text("cluster-name"),
            Region = environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION") ?? "",
            ClusterEndpoint = read.Text("cluster-endpoint"),
            ClusterCaBundle = read.Text("cluster-ca-bundle"),
            IsolatedVpc = read.Switch("isolated-vpc"),
            EksControlPlane = read.Switch("eks-control-plane"),
            VmMemoryOverheadPercent = read.Share("vm-memory-overhead-percent", 0.075),
            InterruptionQueue = read.Text("interruption-queue"),
            ReservedEnis = read.Count("reserved-enis"),
            DisableDryRun = read.Switch("disable-dry-run"),
            EnableZonalShift = read.Switch("enable-zonal-shift"),
            AmiRefreshInterval = read.Duration("ami-refresh-interval"),
            SubnetRefreshInterval = read.Duration("subnet-refresh-interval"),
            NodeClassCel = read.Gate("aws-feature-gates", "NodeClassCEL"),
        };
        if (options.ClusterName.Length == 0)
            read.Faults.Add("missing field, cluster-name");
        if (
            options.ClusterEndpoint.Length > 0
            && !(Uri.TryCreate(options.ClusterEndpoint, UriKind.Absolute, out var uri) && uri.Host.Length > 0)
        )
            read.Faults.Add($"\"{options.ClusterEndpoint}\" cluster endpoint URL is not valid");
        if (options.VmMemoryOverheadPercent < 0)
            read.Faults.Add("vm-memory-overhead-percent cannot be negative");
        if (options.ReservedEnis < 0)
            read.Faults.Add("reserved-enis cannot be negative");
        if (options.AmiRefreshInterval < Least)
            read.Faults.Add("ami-refresh-interval must be at least 1m");
        if (options.SubnetRefreshInterval < Least)
            read.Faults.Add("subnet-refresh-interval must be at least 1m");
        return (options, [.. read.Faults]);
    }

    private sealed class Reading(Func<string, string?> flag, Func<string, string?> environment)
    {
        public List<string> Faults { get; } = [];

        public string Text(string name) => Given(name) ?? "";

        /// <summary>What does not read as a switch is a fault on the command line and the default elsewhere.</summary>
        public bool Switch(string name) =>
            Given(name)?.ToLowerInvariant() switch
            {
                "true" or "1" or "t" => true,
                _ => false,
            };

        public double Share(string name, double otherwise) =>
            double.TryParse(Given(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
                ? share
                : otherwise;

        public long Count(string name) =>
            long.TryParse(Given(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
                ? count
                : 0;

        public TimeSpan Duration(string name) =>
            Given(name) is { Length: > 0 } text && GoDuration.TryParse(text, out var duration)
                ? duration.ToTimeSpan()
                : Least;

        /// <summary>A list of <c>name=bool</c>; gates nobody knows are passed over.</summary>
        public bool Gate(string name, string gate)
        {
            var on = false;
            foreach (
                var entry in Text(name)
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            )
                if (entry.Split('=') is [var key, var value] && bool.TryParse(value, out var set))
                    on = key == gate ? set : on;
                else
                    Faults.Add($"invalid value of {name}: {entry}");
            return on;
        }

        private string? Given(string name)
        {
            var value = flag(name) ?? environment(name.Replace('-', '_').ToUpperInvariant());
            return value is { Length: > 0 } ? value : null;
        }
    }
}

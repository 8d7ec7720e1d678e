using Tenon.Controllers.Operator;
using Tenon.Disruption;
using Tenon.Scheduling;

namespace Tenon.Controllers.Tests;

public sealed class OptionTests
{
    [Fact]
    public void Nothing_said_means_upstreams_defaults_and_our_policy()
    {
        var options = Ok([]);
        Assert.Equal(8080, options.MetricsPort);
        Assert.Equal(8081, options.HealthProbePort);
        Assert.Equal(200, options.KubeClientQps);
        Assert.Equal(300, options.KubeClientBurst);
        Assert.Equal(TimeSpan.FromSeconds(10), options.BatchMaxDuration);
        Assert.Equal(TimeSpan.FromSeconds(1), options.BatchIdleDuration);
        Assert.Equal(TimeSpan.FromSeconds(20), options.NominationWindow);
        Assert.True(options.DisableControllerWarmup);
        Assert.True(options.IgnoreDraRequests);
        Assert.Equal(new FeatureGates { ReservedCapacity = true }, options.Gates);
        Assert.Equal(DisruptionPolicy.Best, options.DisruptionPolicy);
    }

    [Fact]
    public void A_flag_beats_a_variable_and_a_variable_beats_the_default()
    {
        var environment = new Dictionary<string, string> { ["METRICS_PORT"] = "9000", ["BATCH_IDLE_DURATION"] = "3s" };
        var options = Ok(["--metrics-port=9001"], environment);
        Assert.Equal(9001, options.MetricsPort);
        Assert.Equal(TimeSpan.FromSeconds(3), options.BatchIdleDuration);
        Assert.Equal(8080, Ok([], new() { ["METRICS_PORT"] = "many" }).MetricsPort);
    }

    [Fact]
    public void The_policy_of_upstream_switches_everything_of_ours_off_and_single_parts_on_again()
    {
        var upstream = Ok(["--policy", "upstream"]);
        Assert.Equal(DisruptionPolicy.Upstream, upstream.DisruptionPolicy);
        Assert.Equal(SolvePolicy.Greedy, upstream.PlanPolicy);
        Assert.False(upstream.RollSingleReplicas);
        Assert.False(upstream.ReplaceBeforeDrain);
        var mixed = Ok(["--policy=upstream", "--roll-single-replicas=true", "--plan-policy=Best"]);
        Assert.True(mixed.RollSingleReplicas);
        Assert.Equal(SolvePolicy.Best, mixed.PlanPolicy);
        Assert.Equal(DisruptionPolicy.Upstream, mixed.DisruptionPolicy);
        Assert.Equal(DisruptionPolicy.Best, Ok(["--policy", "best"]).DisruptionPolicy);
    }

    [Theory]
    [InlineData("--policy=fancy", "invalid POLICY \"fancy\"")]
    [InlineData("--metrics-port=many", "invalid value \"many\" for flag -metrics-port")]
    [InlineData("--no-such-flag", "flag provided but not defined: -no-such-flag")]
    [InlineData("--feature-gates=StaticCapacity", "missing value for StaticCapacity")]
    [InlineData("--log-level=loud", "invalid LOG_LEVEL \"loud\"")]
    public void A_bad_flag_stops_the_start_and_says_which(string flag, string words) =>
        Assert.Contains(
            words,
            Assert.IsType<ParsedOptions.Invalid>(OptionParser.Parse([flag], static _ => null)).Message
        );

    private static OperatorOptions Ok(string[] flags, Dictionary<string, string>? environment = null) =>
        Assert
            .IsType<ParsedOptions.Ok>(OptionParser.Parse(flags, name => environment?.GetValueOrDefault(name)))
            .Options;
}

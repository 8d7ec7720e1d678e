using Tenon.Api.Core;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>Pods that want company, and spreads that look at part of it.</summary>
public sealed class Company
{
    [Fact]
    public void A_group_that_wants_one_host_stops_where_the_host_is_full()
    {
        var pods = Pods(10, name => Pod(name, labels: Labels(), with: spec => spec.With(Hostname)));
        var result = Moment(pods).Greedy();
        Assert.Equal(5, Assert.Single(result.Claims).Pods.Length);
        Assert.Equal(5, result.Refusals.Length);
    }

    [Fact]
    public void A_group_starts_once_and_who_cannot_join_it_waits()
    {
        // Upstream opens a second node for the second pod, which kube-scheduler then never binds.
        var result = Moment(
                Pod("a", labels: Labels(), with: spec => spec.With(Zone).Selector(Zone, Zones[0])),
                Pod("b", labels: Labels(), with: spec => spec.With(Zone).Selector(Zone, Zones[1]))
            )
            .Greedy();
        Assert.Single(result.Claims);
        Assert.Contains("pod affinity", Assert.Single(result.Refusals).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Revisions_are_spread_apart_from_each_other()
    {
        var pods = new[] { "1", "2" }
            .SelectMany(revision =>
                Pods(
                    2,
                    name =>
                        Pod(
                            $"{name}-{revision}",
                            labels: new() { ["app"] = "web", ["rev"] = revision },
                            with: spec => Spread(spec, ["rev", "unheard-of"])
                        )
                )
            )
            .ToArray();
        Assert.Equal("2,2", Moment(pods).Greedy().Skew(CapacityType));
    }

    [Fact]
    public void A_spread_without_a_selector_holds_nobody_apart()
    {
        var pods = Pods(
            2,
            name =>
                Pod(
                    name,
                    with: spec =>
                        spec with
                        {
                            TopologySpreadConstraints =
                            [
                                new TopologySpreadConstraint
                                {
                                    TopologyKey = Hostname,
                                    MaxSkew = 1,
                                    WhenUnsatisfiable = "DoNotSchedule",
                                },
                            ],
                        }
                )
        );
        Assert.Single(Moment(pods).Greedy().Claims);
    }

    [Fact]
    public void Alternatives_a_pod_gave_up_still_decide_which_domains_its_spread_compares()
    {
        // The first alternative cannot be bought; the second allows spot only. Yet on-demand remains a domain.
        var pods = Pods(
            4,
            name =>
                Pod(
                    name,
                    labels: Labels(),
                    with: spec =>
                        spec.Requires(Term(Zone, "In", "mars"), Term(CapacityType, "In", "spot")).Spread(CapacityType)
                )
        );
        var result = Moment(pods).Greedy();
        Assert.Equal(3, result.Refusals.Length);
    }

    [Fact]
    public void Pods_on_a_machine_count_in_its_zone_as_soon_as_that_is_decided()
    {
        // Three free pods open a machine anywhere; a fourth pins it to a zone; the fifth spreads away from all four.
        var free = Pods(3, name => Pod(name, cpu: "500m", labels: Labels()));
        var pinned = Pod("pinned", cpu: "400m", labels: Labels(), with: spec => spec.Selector(Zone, Zones[0]));
        var spread = Pod("spread", cpu: "100m", labels: Labels(), with: spec => spec.Spread(Zone));
        var result = Moment([.. free, pinned, spread]).Greedy();
        var zone = result
            .Claims.Single(claim => claim.Pods.Any(pod => pod.Metadata.Name == "spread"))
            .Requirements.Of(Zone);
        Assert.NotEqual(Zones[0], zone.AnyValue());
    }

    private static PodSpec Spread(PodSpec spec, string[] keys)
    {
        var with = spec.Spread(CapacityType);
        return with with
        {
            TopologySpreadConstraints = [with.TopologySpreadConstraints[0] with { MatchLabelKeys = keys }],
        };
    }
}

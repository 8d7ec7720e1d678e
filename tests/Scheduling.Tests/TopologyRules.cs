using Tenon.Api.Core;
using Tenon.Api.Names;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

public sealed class TopologyRules
{
    private static Pod Web(string name, Func<PodSpec, PodSpec> with, string cpu = "10m") =>
        Pod(name, cpu: cpu, labels: Labels(), with: with);

    [Fact]
    public void Four_pods_over_three_zones_stand_two_one_one() =>
        Assert.Equal("2,1,1", Moment(Pods(4, name => Web(name, spec => spec.Spread(Zone)))).Greedy().Skew());

    [Fact]
    public void Zones_the_pool_excludes_do_not_count()
    {
        var input = Moment(Pods(4, name => Web(name, spec => spec.Spread(Zone)))) with
        {
            Pools = [new NodePoolOffer(Pool(requirements: Need(Zone, "In", Zones[0], Zones[1])), Types)],
        };
        Assert.Equal("2,2", input.Greedy().Skew());
    }

    [Fact]
    public void One_per_host_or_four_on_one()
    {
        Assert.Equal(4, Moment(Pods(4, name => Web(name, spec => spec.Spread(Hostname)))).Greedy().Claims.Length);
        Assert.Single(Moment(Pods(4, name => Web(name, spec => spec.Spread(Hostname, skew: 4)))).Greedy().Claims);
    }

    [Fact]
    public void Capacity_types_are_domains_too() =>
        Assert.Equal(
            "2,2",
            Moment(Pods(4, name => Web(name, spec => spec.Spread(CapacityType)))).Greedy().Skew(CapacityType)
        );

    [Fact]
    public void Too_few_domains_hold_pods_back_until_there_are_enough()
    {
        var pool = Pool(requirements: Need(Zone, "In", Zones[0], Zones[1]));
        var three = Moment(Pods(3, name => Web(name, spec => spec.Spread(Zone, minDomains: 3)))) with
        {
            Pools = [new NodePoolOffer(pool, Types)],
        };
        var result = three.Greedy();
        Assert.Equal("1,1", result.Skew());
        Assert.StartsWith(
            $"unsatisfiable topology constraint for topology spread, key={Zone} (counts = test-zone-1: 1, test-zone-2: 1, "
                + "podDomains = ",
            Assert.Single(result.Refusals).Message,
            StringComparison.Ordinal
        );
        var eleven = Moment(Pods(11, name => Web(name, spec => spec.Spread(Zone, minDomains: 3))));
        Assert.Equal("4,4,3", eleven.Greedy().Skew());
    }

    [Fact]
    public void An_unknown_key_holds_only_those_that_ask_for_it()
    {
        var result = Moment(Web("a", spec => spec.Spread("rack")), Web("b", spec => spec)).Greedy();
        Assert.Equal("uid-default-a", Assert.Single(result.Refusals).Pod.Metadata.Uid);
    }

    [Fact]
    public void Running_pods_count_where_they_run()
    {
        var running = Web("old", spec => spec with { NodeName = "n1" });
        var node = Node("n1", Zones[0], cpu: "1", bound: running);
        var input = Moment(Pods(2, name => Web(name, spec => spec.Spread(Zone), cpu: "2"))) with
        {
            Nodes = [node],
            Lookup = new ClusterLookup { BoundPods = [new BoundPod(running, "n1", node.Labels, [])] },
        };
        Assert.Equal(
            [Zones[1], Zones[2]],
            input.Greedy().Claims.Select(it => it.Requirements.Of(Zone).AnyValue()).Order()
        );
    }

    [Fact]
    public void A_soft_spread_is_hard_until_it_stands_in_the_way()
    {
        var soft = Moment(Pods(4, name => Web(name, spec => spec.Spread(Zone, soft: true))));
        Assert.Equal("2,1,1", soft.Greedy().Skew());
        var narrow = soft with
        {
            Pods = [.. Pods(4, name => Web(name, spec => spec.Spread(Zone, soft: true, minDomains: 9)))],
        };
        Assert.True(narrow.Greedy().AllPodsPlaced);
        Assert.Single((soft with { Options = Options with { Preferences = PreferencePolicy.Ignore } }).Greedy().Claims);
    }

    [Fact]
    public void Taints_hide_domains_only_when_they_are_honoured()
    {
        var taint = new Taint { Key = "t", Effect = "NoSchedule" };
        var offers = new[]
        {
            new NodePoolOffer(Pool("open", requirements: Need(Zone, "In", Zones[0])), Types),
            new NodePoolOffer(Pool("closed", taints: [taint], requirements: Need(Zone, "In", Zones[1])), Types),
        };
        SchedulingResult With(string policy) =>
            (
                Moment(Pods(2, name => Web(name, spec => spec.Spread(Zone, taints: policy)))) with
                {
                    Pools = [.. offers],
                }
            ).Greedy();
        Assert.Single(With("Ignore").Refusals);
        Assert.True(With("Honor").AllPodsPlaced);
    }

    [Fact]
    public void Anti_affinity_separates_hosts_and_blocks_zones_in_either_order()
    {
        Assert.Equal(3, Moment(Pods(3, name => Web(name, spec => spec.Apart(Hostname)))).Greedy().Claims.Length);
        var zones = Moment([
                .. Zones.Select(zone =>
                    Web(
                        $"carrier-{zone}",
                        spec => spec.Selector(Zone, zone).Apart(Zone, Selecting("kind", "victim")),
                        cpu: "2"
                    )
                ),
                Pod("victim", labels: Labels("kind", "victim")),
            ])
            .Greedy();
        Assert.Equal("victim", Assert.Single(zones.Refusals).Pod.Metadata.Name);
        Assert.StartsWith(
            "unsatisfiable topology constraint for pod anti-affinity",
            zones.Refusals[0].Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_undecided_zone_blocks_until_the_next_pass()
    {
        var result = Moment(
                Web("carrier", spec => spec.Apart(Zone, Selecting("kind", "victim")), cpu: "2"),
                Pod("victim", labels: Labels("kind", "victim"))
            )
            .Greedy();
        Assert.Equal("victim", Assert.Single(result.Refusals).Pod.Metadata.Name);
    }

    [Fact]
    public void Affinity_joins_its_target_or_itself_and_waits_for_nobody()
    {
        var self = Moment(Pods(5, name => Web(name, spec => spec.With(Hostname)))).Greedy();
        Assert.Single(self.Claims);
        var overfull = Moment(Pods(10, name => Web(name, spec => spec.With(Hostname)))) with
        {
            Pools = [new NodePoolOffer(Pool(), [Types[0]])],
        };
        Assert.Equal(5, overfull.Greedy().Refusals.Length);
        var missing = Moment(Web("a", spec => spec.With(Zone, Selecting("app", "ghost")))).Greedy();
        Assert.StartsWith(
            "unsatisfiable topology constraint for pod affinity",
            Assert.Single(missing.Refusals).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_chain_of_affinities_resolves_in_any_order()
    {
        Pod Link(int i, string cpu) =>
            Pod(
                $"link-{i}",
                cpu: cpu,
                labels: Labels("link", $"{i}"),
                with: spec => i == 0 ? spec : spec.With(Hostname, Selecting("link", $"{i - 1}"))
            );
        var result = Moment(Link(0, "100m"), Link(1, "200m"), Link(2, "300m"), Link(3, "400m")).Greedy();
        Assert.Equal(4, Assert.Single(result.Claims).Pods.Length);
    }

    [Fact]
    public void Affinity_looks_into_its_own_namespace_unless_told_otherwise()
    {
        var target = Pod(
            "target",
            labels: Labels("app", "db"),
            space: "other",
            with: spec => spec.Selector(Zone, Zones[1])
        );
        var blind = Moment(target, Pod("a", cpu: "2", with: spec => spec.With(Zone, Selecting("app", "db")))).Greedy();
        Assert.Single(blind.Refusals);
        var term = new PodAffinityTerm
        {
            TopologyKey = Zone,
            LabelSelector = Selecting("app", "db"),
            NamespaceSelector = new LabelSelector(),
        };
        var seeing = Moment(
                target,
                Pod(
                    "a",
                    cpu: "2",
                    with: spec =>
                        spec with
                        {
                            Affinity = new Affinity { PodAffinity = new PodAffinity { Required = [term] } },
                        }
                )
            )
            .Greedy();
        Assert.True(seeing.AllPodsPlaced);
    }

    [Fact]
    public void Host_ports_conflict_on_one_machine()
    {
        Pod Port(string name, string ip) =>
            Pod(
                name,
                with: spec =>
                    spec with
                    {
                        Containers =
                        [
                            new Container
                            {
                                Ports =
                                [
                                    new ContainerPort
                                    {
                                        Port = 80,
                                        HostPort = 80,
                                        HostIP = ip,
                                    },
                                ],
                            },
                        ],
                    }
            );
        Assert.Equal(2, Moment(Port("a", "0.0.0.0"), Port("b", "1.2.3.4")).Greedy().Claims.Length);
        Assert.Single(Moment(Port("a", "4.3.2.1"), Port("b", "1.2.3.4")).Greedy().Claims);
    }
}

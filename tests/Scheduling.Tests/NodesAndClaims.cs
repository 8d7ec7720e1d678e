using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Api.Storage;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Model;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

public sealed class NodesAndClaims
{
    [Fact]
    public void An_initialised_node_is_used_before_others_and_before_anything_is_bought()
    {
        var input = Moment(Pod("a", cpu: "1")) with
        {
            Nodes = [.. Enumerable.Range(0, 100).Select(i => Node($"n-{i:D3}", initialized: i == 57))],
        };
        Assert.Equal("n-057", Assert.Single(input.Greedy().Existing).Node.Name);
        Assert.Empty(input.Greedy().Claims);
    }

    [Fact]
    public void DaemonSets_that_still_come_keep_their_share_of_a_node_and_those_bound_do_not_count_twice()
    {
        var daemon = Pod("daemon", cpu: "1");
        var input = Moment(Pod("a", cpu: "3500m")) with { Nodes = [Node("n")], DaemonSetPods = [daemon] };
        Assert.Empty(input.Greedy().Existing);
        var bound = Node("n", bound: daemon) with
        {
            DaemonSetRequests = ResourceList.Parse(("cpu", "1"), ("pods", "1")),
        };
        Assert.Single((input with { Nodes = [bound], Pods = [Pod("a", cpu: "3")] }).Greedy().Existing);
    }

    [Fact]
    public void DaemonSets_size_new_machines_and_are_counted_once()
    {
        var input = Moment(Pod("a", cpu: "1"), Pod("b", cpu: "1")) with
        {
            DaemonSetPods = [Pod("d", cpu: "1", memory: "1Gi")],
        };
        var claim = Assert.Single(input.Greedy().Claims);
        Assert.Equal("{cpu: 3, memory: 1Gi, pods: 3}", claim.Requests.ToString());
        Assert.DoesNotContain("small-instance-type", claim.Types.Select(it => it.Name));
        var huge = input with { DaemonSetPods = [Pod("d", cpu: "10000")] };
        Assert.NotEmpty(huge.Greedy().Refusals);
        var elsewhere = input with
        {
            DaemonSetPods = [Pod("d", cpu: "10000", with: spec => spec.Selector("team", "red"))],
        };
        Assert.True(elsewhere.Greedy().AllPodsPlaced);
    }

    [Fact]
    public void A_planned_claim_is_written_as_upstream_writes_it()
    {
        var pool = Pool(labels: new() { ["team"] = "blue" }, requirements: Need("custom", "In", "only"));
        var input = Moment(Pod("a", cpu: "1", with: spec => spec.Selector(Zone, Zones[1]))) with
        {
            Pools = [new NodePoolOffer(pool, Types)],
        };
        var claim = Assert.Single(input.Greedy().Claims).ToNodeClaim();
        Assert.Equal("default-", claim.Metadata.GenerateName);
        Assert.Equal("blue", claim.Metadata.Labels["team"]);
        Assert.Equal("only", claim.Metadata.Labels["custom"]);
        Assert.Equal("default", claim.Metadata.Labels[WellKnownLabels.NodePool]);
        Assert.Equal("default", claim.Metadata.Labels["karpenter.test.sh/testnodeclass"]);
        Assert.DoesNotContain(Zone, claim.Metadata.Labels.Keys);
        Assert.DoesNotContain(WellKnownLabels.Registered, claim.Metadata.Labels.Keys);
        Assert.Equal("v3", claim.Metadata.Annotations["karpenter.sh/nodepool-hash-version"]);
        var byKey = claim.Spec.Requirements.ToDictionary(it => it.Key);
        Assert.Equal([Zones[1]], byKey[Zone].Values);
        Assert.Equal(["on-demand", "spot"], byKey[CapacityType].Values);
        Assert.DoesNotContain(Hostname, byKey.Keys);
        Assert.DoesNotContain(WellKnownLabels.Initialized, byKey.Keys);
        Assert.Contains("small-instance-type", byKey[WellKnownLabels.InstanceType].Values);
        Assert.Equal("{cpu: 1, pods: 1}", claim.Spec.Resources!.Requests.ToString());
        Assert.Equal("default", Assert.Single(claim.Metadata.OwnerReferences).Name);
    }

    [Fact]
    public void Types_are_listed_by_the_price_of_what_may_be_bought()
    {
        var spotCheap = Type("a", price: 5) with
        {
            Offerings = [Offer("spot", Zones[0], 1), Offer("on-demand", Zones[0], 9)],
        };
        var demandCheap = Type("b", price: 5) with
        {
            Offerings = [Offer("spot", Zones[0], 4), Offer("on-demand", Zones[0], 6)],
        };
        var input = Moment(Pod("x")) with { Pools = [new NodePoolOffer(Pool(), [demandCheap, spotCheap])] };
        Assert.Equal(["a", "b"], Assert.Single(input.Greedy().Claims).Types.Select(it => it.Name));
        var onDemand = input with { Pods = [Pod("x", with: spec => spec.Selector(CapacityType, "on-demand"))] };
        Assert.Equal(["b", "a"], Assert.Single(onDemand.Greedy().Claims).Types.Select(it => it.Name));
    }

    [Fact]
    public void MinValues_keep_machines_flexible_or_say_which_label_fell_short()
    {
        var flexible = Need(WellKnownLabels.InstanceType, "Exists") with { MinValues = 2 };
        InstanceType[] types = [Type("one", cpu: 2), Type("two", cpu: 4)];
        var input = Moment(Pod("a", cpu: "1"), Pod("b", cpu: "1")) with
        {
            Pools = [new NodePoolOffer(Pool(requirements: flexible), [.. types])],
        };
        Assert.Equal(2, input.Greedy().Claims.Length);
        Assert.Equal(
            2,
            Assert
                .Single(
                    input.Greedy().Claims[0].ToNodeClaim().Spec.Requirements,
                    it => it.Key == WellKnownLabels.InstanceType
                )
                .MinValues
        );
        var strict = input with { Pods = [Pod("a", cpu: "3")] };
        Assert.StartsWith(
            $"minValues requirement is not met for label(s) (label(s)=[{WellKnownLabels.InstanceType}])",
            Assert.Single(strict.Greedy().Refusals).Message,
            StringComparison.Ordinal
        );
        var relaxed = Assert.Single(
            (strict with { Options = Options with { MinValues = MinValuesPolicy.BestEffort } }).Greedy().Claims
        );
        Assert.Equal(1, relaxed.Requirements.Of(WellKnownLabels.InstanceType).MinValues);
        Assert.Equal("true", relaxed.ToNodeClaim().Metadata.Annotations["karpenter.sh/nodeclaim-min-values-relaxed"]);
    }

    [Fact]
    public void Reserved_capacity_is_used_while_it_lasts_and_deferred_when_it_is_taken()
    {
        static Offering Reserve(string id, int capacity) =>
            new()
            {
                Requirements = RequirementSet.Of(
                    Requirement.In(CapacityType, "reserved"),
                    Requirement.In(Zone, Zones[0]),
                    Requirement.In("reservation-id", id)
                ),
                Price = new(1),
                Available = true,
                ReservationCapacity = capacity,
                ReservationLabel = "reservation-id",
            };
        var type = Type("r", sold: [("on-demand", Zones[0]), ("reserved", Zones[0])]);
        type = type with { Offerings = [Offer("on-demand", Zones[0], 1), Reserve("cr-1", 1)] };
        var input = Moment(Pods(2, name => Pod(name, cpu: "3"))) with
        {
            Pools = [new NodePoolOffer(Pool(), [type])],
            Options = Options with { Reserved = ReservedMode.Strict },
        };
        var result = input.Greedy();
        var claim = Assert.Single(result.Claims);
        Assert.Equal("karpenter.sh/capacity-type In [reserved]", claim.Requirements.Of(CapacityType).ToString());
        Assert.Equal(["cr-1"], claim.Requirements.Of("reservation-id").Values);
        Assert.True(Assert.Single(result.Refusals).IsReservedOffering);
        Assert.Equal(2, (input with { Options = Options }).Greedy().Claims.Length);
    }

    [Fact]
    public void Volumes_pin_zones_and_fill_the_drivers_slots()
    {
        var storage = new StorageClass
        {
            Metadata = new ObjectMeta { Name = "fast" },
            Provisioner = "csi.test",
        };
        PersistentVolumeClaim Claim(string name, string? volume) =>
            new()
            {
                Metadata = new ObjectMeta { Name = name, Namespace = "default" },
                Spec = new PersistentVolumeClaimSpec { StorageClassName = "fast", VolumeName = volume },
            };
        var volume = new PersistentVolume
        {
            Metadata = new ObjectMeta { Name = "pv" },
            Spec = new PersistentVolumeSpec
            {
                Csi = new CsiPersistentVolumeSource { Driver = "csi.test" },
                NodeAffinity = new VolumeNodeAffinity
                {
                    Required = new NodeSelector { NodeSelectorTerms = [Term(Zone, "In", Zones[2])] },
                },
            },
        };
        static Pod Using(string name, params string[] claims) =>
            Pod(
                name,
                with: spec =>
                    spec with
                    {
                        Volumes =
                        [
                            .. claims.Select(it => new Volume
                            {
                                Name = it,
                                PersistentVolumeClaim = new() { ClaimName = it },
                            }),
                        ],
                    }
            );
        var lookup = new ClusterLookup
        {
            Claims = [Claim("bound", "pv"), Claim("a", null), Claim("b", null)],
            Volumes = [volume],
            Classes = [storage],
        };
        var input = Moment(Using("x", "bound")) with { Lookup = lookup };
        Assert.Equal([Zones[2]], Assert.Single(input.Greedy().Claims).Requirements.Of(Zone).Values);
        var pinned = input with
        {
            Pods = [Using("x", "bound") is var pod ? pod with { Spec = pod.Spec.Selector(Zone, Zones[0]) } : pod],
        };
        Assert.StartsWith(
            "incompatible volume requirements, ",
            Assert.Single(pinned.Greedy().Refusals).Message,
            StringComparison.Ordinal
        );
        var node = Node("n") with { VolumeLimits = new Dictionary<string, int> { ["csi.test"] = 1 } };
        var two = Moment(Using("x", "a"), Using("y", "b")) with { Lookup = lookup, Nodes = [node] };
        Assert.Single(Assert.Single(two.Greedy().Existing).Pods);
        var shared = two with { Pods = [Using("x", "a"), Using("y", "a")] };
        Assert.Equal(2, Assert.Single(shared.Greedy().Existing).Pods.Length);
    }

    [Fact]
    public void Default_spreads_reach_pods_with_an_owner_or_a_service_and_no_others()
    {
        var service = new Service
        {
            Metadata = new ObjectMeta { Name = "web", Namespace = "default" },
            Spec = new ServiceSpec { Selector = Labels() },
        };
        var input = Moment(Pods(4, name => Pod(name, labels: Labels()))) with
        {
            Lookup = new ClusterLookup { AllServices = [service] },
            Options = Options with
            {
                DefaultSpread =
                [
                    new TopologySpreadConstraint
                    {
                        TopologyKey = Zone,
                        MaxSkew = 1,
                        WhenUnsatisfiable = "DoNotSchedule",
                    },
                ],
            },
        };
        Assert.Equal("2,1,1", input.Greedy().Skew());
        Assert.Single((input with { Lookup = ClusterLookup.Empty }).Greedy().Claims);
    }

    [Fact]
    public void A_problem_survives_its_file_and_gives_the_same_plan()
    {
        var problem = Tenon.Scheduling.Lowering.Lowering.From(Tenon.Bench.Workloads.ReferenceMix.Input(200)).Problem;
        var read = ProblemJson.Read(ProblemJson.Write(problem), out var fault);
        Assert.Null(fault);
        Assert.Equal(
            Engine.Engine.Solve(problem, SolveLimits.Greedy).Sha256(),
            Engine.Engine.Solve(read!, SolveLimits.Greedy).Sha256()
        );
        Assert.Null(ProblemJson.Read("{\"version\":1}"u8, out fault));
        Assert.StartsWith("problem: ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Absurd_quantities_end_in_a_refusal()
    {
        var result = Moment(Pod("a", cpu: "9E"), Pod("b", cpu: "9E", memory: "9E"), Pod("c", cpu: "1n")).Greedy();
        Assert.Equal(2, result.Refusals.Length);
        Assert.Single(result.Claims);
    }

    [Fact]
    public void Zero_of_an_unknown_resource_is_no_obstacle()
    {
        var pod = Pod(
            "a",
            with: spec =>
                spec with
                {
                    Containers =
                    [
                        new Container
                        {
                            Resources = new ResourceRequirements
                            {
                                Requests = ResourceList.Parse(("example.com/none", "0")),
                            },
                        },
                    ],
                }
        );
        Assert.True(Moment(pod).Greedy().AllPodsPlaced);
    }
}

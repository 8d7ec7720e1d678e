using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Storage;
using Tenon.Domain.Catalog;
using Tenon.Foundation.Random;
using Tenon.Simulation.Oracles.Legality;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>
/// Every plan is shown to a judge that was written from kube-scheduler's rules and shares nothing with the engine.
/// </summary>
public sealed class LegalPlans
{
    /// <summary>Set to run more than the quick tier does, e.g. 10000.</summary>
    private const string SeedsVariable = "TENON_LEGALITY_SEEDS";

    /// <summary>Where to begin, to look at one seed again.</summary>
    private const string FirstVariable = "TENON_LEGALITY_FIRST";

    [Theory]
    [InlineData(SolvePolicy.Greedy)]
    [InlineData(SolvePolicy.Best)]
    public void Nothing_the_engine_plans_breaks_a_rule_of_the_scheduler(SolvePolicy policy)
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable(SeedsVariable) ?? "30", CultureInfo.InvariantCulture);
        var first = int.Parse(Environment.GetEnvironmentVariable(FirstVariable) ?? "1", CultureInfo.InvariantCulture);
        var broken = new List<string>();
        for (var seed = first; seed < first + seeds; seed++)
        {
            var input = RandomWorlds.Of(seed);
            var lowered = Tenon.Scheduling.Lowering.Lowering.From(input);
            var limits = new SolveLimits
            {
                Policy = policy,
                MaxRounds = 6,
                MaxSteps = 20_000_000,
            };
            var plan = Engine.Engine.Solve(lowered.Problem, limits);
            var turns = plan
                .TurnOf.Select((turn, pod) => (plan.Problem.Pods[pod].Name, turn))
                .ToDictionary(it => it.Name, it => it.turn, StringComparer.Ordinal);
            if (Fault(input, Explain.Raising.From(lowered, plan), turns, seed) is { } fault)
                broken.Add($"seed {seed}: {fault}");
        }
        Assert.True(broken.Count == 0, $"{broken.Count} of {seeds}\n{string.Join('\n', broken.Take(20))}");
    }

    [Fact]
    public void The_judge_would_notice()
    {
        var input = Moment(Pod("a", cpu: "1"), Pod("b", cpu: "1")) with { Nodes = [Node("n", cpu: "1")] };
        var node = Bought(input.Nodes[0]);
        Assert.NotEmpty(
            LegalityChecker.Check(
                new PlannedCluster { Nodes = [node], Planned = [(input.Pods[0], "n"), (input.Pods[1], "n")] }
            )
        );
    }

    private static string? Fault(
        SchedulingInput input,
        SchedulingResult result,
        Dictionary<string, int> turns,
        int seed
    )
    {
        var decided =
            result.Refusals.Length
            + result.Claims.Sum(it => it.Pods.Length)
            + result.Existing.Sum(it => it.Pods.Length);
        if (decided != input.Pods.Length)
            return $"{input.Pods.Length} pods were given, {decided} decided";
        if (result.Cost > result.GreedyCost)
            return "dearer than greedy";
        if (result.Bound > result.Cost)
            return $"a bound of {result.Bound} above a plan of {result.Cost}";
        foreach (var claim in result.Claims)
        {
            // Room differs by type, labels by offering: the first of the one with each of the other shows both.
            var ways = claim
                .Types.Select(type => (Type: type, Offering: Sold(claim, type).First()))
                .Concat(Sold(claim, claim.Types[0]).Skip(1).Select(offering => (claim.Types[0], offering)));
            foreach (var (type, offering) in ways)
                if (Alone(input, claim, type, offering) is [var illegal, ..])
                    return $"as {type.Name} in {offering.Zone}: {illegal}";
        }
        var left = Judge(input, result, turns, seed);
        return left.IsEmpty ? null : $"{left.Length} stuck: {string.Join("; ", left.Take(2))}\n{Shown(left, result)}";
    }

    private static IEnumerable<Offering> Sold(NewClaim claim, InstanceType type) =>
        type.Offerings.Where(it => it.Available && claim.Requirements.IsCompatible(it.Requirements, Options.WellKnown));

    /// <summary>
    /// A claim's pods on its own machine must fit whichever of its offerings the cloud delivers, topology apart.
    /// </summary>
    private static ImmutableArray<Illegality> Alone(
        SchedulingInput input,
        NewClaim claim,
        InstanceType type,
        Offering offering
    ) =>
        LegalityChecker.Check(
            Cluster(input) with
            {
                Nodes = [Bought(claim, type, offering, "machine")],
                Planned =
                [
                    .. claim
                        .Pods.Concat(IsTainted(claim) ? [] : input.DaemonSetPods)
                        .Select(pod => (WithoutTopology(pod), "machine")),
                ],
            }
        );

    private static bool IsTainted(NewClaim claim) =>
        claim.Pool.Spec.Template.Spec.Taints?.Any(taint => taint.Effect == "NoSchedule") == true;

    private static Pod WithoutTopology(Pod pod) =>
        pod with
        {
            Spec = pod.Spec with
            {
                TopologySpreadConstraints = [],
                Affinity = pod.Spec.Affinity is { } affinity
                    ? affinity with
                    {
                        PodAffinity = null,
                        PodAntiAffinity = null,
                    }
                    : null,
            },
        };

    /// <summary>
    /// The judge binds pod after pod in the order of the plan. Where only the cloud decides on a machine's zone, some
    /// zones and an order in which these machines come late are all that is asked for, so several are shown.
    /// </summary>
    private static ImmutableArray<Illegality> Judge(
        SchedulingInput input,
        SchedulingResult result,
        Dictionary<string, int> turns,
        int seed
    )
    {
        int Turn(Pod pod) => turns[$"{pod.Metadata.Namespace}/{pod.Metadata.Name}"];
        var last = turns.Count;
        Func<Pod, NewClaim?, int>[] orders =
        [
            (pod, _) => Turn(pod),
            (pod, claim) => Turn(pod) + (last * (Open(claim, Zone) + Open(claim, CapacityType))),
            (pod, claim) => Turn(pod) + (last * ((2 * Open(claim, Zone)) + Open(claim, CapacityType))),
            (pod, claim) => Turn(pod) + (last * (Open(claim, Zone) + (2 * Open(claim, CapacityType)))),
            (pod, _) => Turn(pod) + (last * Attraction(input, pod)),
            (pod, _) => Turn(pod) + (last * (Spreads(pod) ? 0 : 1)),
            (pod, claim) => Turn(pod) + (last * ((Spreads(pod) ? 0 : 1) + Open(claim, Zone))),
            (pod, claim) => Turn(pod) + (last * ((Spreads(pod) ? 0 : 1) + Open(claim, CapacityType))),
        ];
        var random = new Prng((ulong)seed);
        ImmutableArray<Illegality>? fewest = null;
        for (var attempt = 0; attempt < 6; attempt++)
        {
            Node[] nodes =
            [
                .. input.Nodes.Select(Bought),
                .. result.Claims.Select(
                    (claim, index) => attempt == 0 ? Cheapest(claim, Name(index)) : Any(claim, Name(index), random)
                ),
            ];
            foreach (var order in orders)
            {
                var illegal = LegalityChecker.Check(Described(input, result, nodes, order));
                if (illegal.IsEmpty)
                    return illegal;
                if (fewest is not { } best || illegal.Length < best.Length)
                    fewest = illegal;
            }
            // Rarely: one pod at a time, and after each everybody who waits is asked again.
            if (attempt < 2 && orders.Any(order => Patiently(Described(input, result, nodes, order))))
                return [];
        }
        return fewest ?? [];
    }

    private static bool Patiently(PlannedCluster cluster)
    {
        var board = new LegalityBoard();
        foreach (var node in cluster.Nodes)
            board.Set(node);
        foreach (var space in cluster.Namespaces)
            board.Set(space);
        foreach (var claim in cluster.Claims)
            board.Set(claim);
        foreach (var volume in cluster.Volumes)
            board.Set(volume);
        foreach (var storage in cluster.StorageClasses)
            board.Set(storage);
        foreach (var drivers in cluster.Drivers)
            board.Set(drivers);
        foreach (var (pod, node) in cluster.Bound)
            board.Put(pod, node);
        var waiting = cluster.Planned.ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.FindIndex(it => board.WhyNot(it.Pod, it.Node) is null);
            if (next < 0)
                return false;
            board.Put(waiting[next].Pod, waiting[next].Node);
            waiting.RemoveAt(next);
        }
        return true;
    }

    private static bool Spreads(Pod pod) =>
        pod.Spec.TopologySpreadConstraints.Any(it => it.WhenUnsatisfiable == "DoNotSchedule");

    /// <summary>1 where only the cloud will say which value the machine gets.</summary>
    private static int Open(NewClaim? claim, string key) =>
        claim is null || claim.Requirements.Of(key) is { IsComplement: false, Values.Length: 1 } ? 0 : 1;

    /// <summary>
    /// Pods that attract their own kind go before others of that kind, who would start it elsewhere: 1 before 2.
    /// </summary>
    private static int Attraction(SchedulingInput input, Pod pod)
    {
        if (pod.Spec.Affinity?.PodAffinity is { Required.Count: > 0 })
            return 1;
        var isWanted = input.Pods.Any(other =>
            other.Spec.Affinity?.PodAffinity is { Required: [{ LabelSelector.MatchLabels: { } wanted }] }
            && wanted.All(it => pod.Metadata.Labels.GetValueOrDefault(it.Key) == it.Value)
        );
        return isWanted ? 2 : 0;
    }

    private static PlannedCluster Described(
        SchedulingInput input,
        SchedulingResult result,
        Node[] nodes,
        Func<Pod, NewClaim?, int> order
    )
    {
        var planned = new List<(Pod Pod, string Node, int Turn)>();
        foreach (var place in result.Existing)
            planned.AddRange(place.Pods.Select(pod => (pod, place.Node.Name, order(pod, null))));
        for (var index = 0; index < result.Claims.Length; index++)
        {
            var claim = result.Claims[index];
            planned.AddRange(claim.Pods.Select(pod => (pod, Name(index), order(pod, claim))));
        }
        return Cluster(input) with
        {
            Nodes = nodes,
            Bound = [.. input.Lookup.BoundPods.Select(it => (it.Pod, it.NodeName))],
            Planned = [.. planned.OrderBy(it => it.Turn).Select(it => (it.Pod, it.Node))],
        };
    }

    private static PlannedCluster Cluster(SchedulingInput input) =>
        new()
        {
            Nodes = [],
            Planned = [],
            Namespaces = input.Lookup.Namespaces,
            Claims = Disks(input),
            Volumes =
            [
                .. Disks(input).Select(it => input.Lookup.Volume(it.Spec.VolumeName ?? "")).OfType<PersistentVolume>(),
            ],
            StorageClasses =
            [
                .. Disks(input)
                    .Select(it => input.Lookup.Class(it.Spec.StorageClassName ?? ""))
                    .OfType<StorageClass>()
                    .DistinctBy(it => it.Metadata.Name),
            ],
            Drivers = [.. input.Nodes.Where(it => it.VolumeLimits.Count > 0).Select(Drivers)],
        };

    private static List<PersistentVolumeClaim> Disks(SchedulingInput input) =>
        [
            .. input.Pods.SelectMany(pod =>
                pod.Spec.Volumes.Select(it =>
                    input.Lookup.Claim(pod.Metadata.Namespace ?? "", it.PersistentVolumeClaim!.ClaimName)!
                )
            ),
        ];

    private static CSINode Drivers(NodeState node) =>
        new()
        {
            Metadata = new ObjectMeta { Name = node.Name },
            Spec = new CSINodeSpec
            {
                Drivers =
                [
                    .. node.VolumeLimits.Select(it => new CSINodeDriver
                    {
                        Name = it.Key,
                        Allocatable = new VolumeNodeResources { Count = it.Value },
                    }),
                ],
            },
        };

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"claim-{index}");

    private static Node Bought(NodeState node) =>
        new()
        {
            Metadata = new ObjectMeta { Name = node.Name, Labels = node.Labels },
            Spec = new NodeSpec { Taints = node.Taints },
            Status = new NodeStatus { Capacity = node.Capacity, Allocatable = node.Allocatable },
        };

    /// <summary>The claim as the cheapest offering of its cheapest type.</summary>
    private static Node Cheapest(NewClaim claim, string name) =>
        Bought(claim, claim.Types[0], Sold(claim, claim.Types[0]).MinBy(it => it.Price)!, name);

    private static Node Any(NewClaim claim, string name, Prng random)
    {
        var type = random.Pick(claim.Types.ToArray());
        return Bought(claim, type, random.Pick(Sold(claim, type).ToArray()), name);
    }

    private static Node Bought(NewClaim claim, InstanceType type, Offering offering, string name)
    {
        var written = claim.ToNodeClaim();
        var labels = new Dictionary<string, string>(written.Metadata.Labels);
        foreach (var requirement in type.Requirements.Concat(claim.Requirements))
            if (requirement is { IsComplement: false, Values: [var only] })
                labels[requirement.Key] = only;
        foreach (var requirement in offering.Requirements)
            labels[requirement.Key] = requirement.AnyValue();
        labels[Hostname] = name;
        return new Node
        {
            Metadata = new ObjectMeta { Name = name, Labels = labels },
            Spec = new NodeSpec { Taints = written.Spec.Taints ?? [] },
            Status = new NodeStatus { Capacity = type.Capacity, Allocatable = type.Allocatable },
        };
    }

    /// <summary>The pod that could not be bound and the machines planned beside it.</summary>
    private static string Shown(ImmutableArray<Illegality> illegal, SchedulingResult result)
    {
        var pod = Api.Json.ApiJson.WriteText(illegal[0].Pod);
        var machines = result.Claims.Select(
            (claim, index) =>
                $"{Name(index)} {claim.Types[0].Name} [{claim.Requirements}] {string.Join(' ', claim.Pods.Select(Short))}"
        );
        var nodes = result.Existing.Select(it =>
            $"{it.Node.Name} {it.Node.Labels[Zone]} {string.Join(' ', it.Pods.Select(Short))}"
        );
        return $"{pod}\n{string.Join('\n', nodes.Concat(machines))}";
    }

    private static string Short(Pod pod) => $"{pod.Metadata.Name}({pod.Metadata.Labels["app"]})";
}

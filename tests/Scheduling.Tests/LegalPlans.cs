using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
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

    [Theory]
    [InlineData(SolvePolicy.Greedy)]
    [InlineData(SolvePolicy.Best)]
    public void Nothing_the_engine_plans_breaks_a_rule_of_the_scheduler(SolvePolicy policy)
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable(SeedsVariable) ?? "40", CultureInfo.InvariantCulture);
        for (var seed = 1; seed <= seeds; seed++)
        {
            var input = Random(new Prng((ulong)seed));
            var result = Scheduler.Schedule(input, new SolveLimits { Policy = policy, MaxRounds = 6 });
            var illegal = Judge(input, result);
            Assert.True(
                illegal.IsEmpty,
                $"seed {seed}: {string.Join("; ", illegal.Take(3))}\n{Shown(illegal, result)}"
            );
            Assert.Equal(
                input.Pods.Length,
                result.Refusals.Length
                    + result.Claims.Sum(it => it.Pods.Length)
                    + result.Existing.Sum(it => it.Pods.Length)
            );
            Assert.True(result.Cost <= result.GreedyCost, $"seed {seed}: dearer than greedy");
            Assert.True(
                result.Bound <= result.Cost,
                $"seed {seed}: a bound of {result.Bound} above a plan of {result.Cost}"
            );
        }
    }

    /// <summary>The pod that could not be bound and the machines planned beside it.</summary>
    private static string Shown(
        System.Collections.Immutable.ImmutableArray<Illegality> illegal,
        SchedulingResult result
    )
    {
        if (illegal.IsEmpty)
            return "";
        var pod = Api.Json.ApiJson.WriteText(illegal[0].Pod);
        var machines = result.Claims.Select(
            (claim, index) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"claim-{index} {claim.Types[0].Name} [{claim.Requirements}] {string.Join(' ', claim.Pods.Select(it => $"{it.Metadata.Name}({it.Metadata.Labels["app"]})"))}"
                )
        );
        var nodes = result.Existing.Select(it =>
            $"{it.Node.Name} {it.Node.Labels[Zone]} {string.Join(' ', it.Pods.Select(pod => $"{pod.Metadata.Name}({pod.Metadata.Labels["app"]})"))}"
        );
        return $"{pod}\n{string.Join('\n', nodes.Concat(machines))}";
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

    internal static SchedulingInput Random(Prng random)
    {
        var nodes = Enumerable
            .Range(0, random.Next(0, 6))
            .Select(index => Node($"node-{index}", random.Pick(Zones), cpu: "8", memory: "16Gi"))
            .ToList();
        var apps = new[] { "web", "db", "job" };
        var bound = new List<BoundPod>();
        for (var index = 0; index < nodes.Count; index++)
        {
            if (!random.Chance(500_000))
                continue;
            var pod = Pod(
                $"bound-{index}",
                cpu: "500m",
                labels: Labels("app", random.Pick(apps)),
                with: spec =>
                    (
                        random.Chance(300_000)
                            ? spec.Apart(random.Pick([Zone, Hostname]), Selecting("app", random.Pick(apps)))
                            : spec
                    ) with
                    {
                        NodeName = nodes[index].Name,
                    }
            );
            nodes[index] = Node(nodes[index].Name, nodes[index].Labels[Zone], cpu: "8", memory: "16Gi", bound: pod);
            bound.Add(new BoundPod(pod, nodes[index].Name, nodes[index].Labels, []));
        }
        // Each shape is an app of its own: where pods without a spread are counted by others' spread, whether a plan
        // can be bound depends on which zone an open machine gets, and no plan can promise that.
        var shapes = Enumerable
            .Range(0, random.Next(1, 6))
            .Select(index => Shape(random, apps[index % 3] + index, apps))
            .ToList();
        var pods = Enumerable
            .Range(0, random.Next(1, 80))
            .Select(index => random.Pick(shapes)(string.Create(CultureInfo.InvariantCulture, $"pod-{index:D3}")));
        var taint = new Taint
        {
            Key = "dedicated",
            Value = "x",
            Effect = random.Pick(["NoSchedule", "PreferNoSchedule"]),
        };
        var types = new[]
        {
            Type("s", 2, 4, 10),
            Type("m", 4, 8, 20),
            Type("l", 16, 64, 60),
            Type("arm", 8, 32, 30, arch: "arm64"),
        };
        return new SchedulingInput
        {
            Pools =
            [
                new NodePoolOffer(Pool("open", labels: Labels("team", "blue")), [.. types]),
                new NodePoolOffer(Pool("tainted", weight: random.Next(0, 20), taints: [taint]), [.. types]),
            ],
            Nodes = [.. nodes],
            Pods = [.. pods],
            DaemonSetPods = random.Chance(500_000) ? [Pod("daemon", cpu: "200m", memory: "128Mi")] : [],
            Lookup = new ClusterLookup { BoundPods = bound },
            Options = Options,
        };
    }

    private static Func<string, Pod> Shape(Prng random, string app, string[] apps)
    {
        var (cpu, memory) = (random.Pick(["100m", "250m", "1", "3"]), random.Pick(["64Mi", "512Mi", "2Gi", "6Gi"]));
        var other = random.Pick(apps) + random.Next(0, 5).ToString(CultureInfo.InvariantCulture);
        var steps = new List<Func<PodSpec, PodSpec>>();
        if (random.Chance(250_000))
            steps.Add(It(spec => spec.Selector(Zone, random.Pick(Zones)), random));
        if (random.Chance(150_000))
            steps.Add(spec => spec.Requires(Term(WellKnownLabels.Arch, "NotIn", "arm64")));
        if (random.Chance(100_000))
            steps.Add(spec => spec.Selector("team", "blue"));
        if (random.Chance(200_000))
            steps.Add(spec => spec.Prefers(10, Term(Zone, "In", Zones[0])));
        if (random.Chance(200_000))
            steps.Add(spec => spec with { Tolerations = [new Toleration { Key = "dedicated", Operator = "Exists" }] });
        if (random.Chance(300_000))
            steps.Add(Spreading(random, app));
        if (random.Chance(200_000))
            steps.Add(Joining(random, app));
        else if (random.Chance(250_000))
            steps.Add(Leaving(random, other));
        return name =>
            Pod(name, cpu, memory, Labels("app", app), spec => steps.Aggregate(spec, (it, step) => step(it)));
    }

    /// <summary>Draws once, so that all pods of a shape are alike.</summary>
    private static Func<PodSpec, PodSpec> It(Func<PodSpec, PodSpec> step, Prng random)
    {
        _ = random;
        var drawn = step(new PodSpec()).NodeSelector;
        return spec => drawn.Aggregate(spec, (it, pair) => it.Selector(pair.Key, pair.Value));
    }

    private static Func<PodSpec, PodSpec> Spreading(Prng random, string app)
    {
        var (key, skew, soft) = (
            random.Pick([Zone, Hostname, CapacityType]),
            random.Next(1, 4),
            random.Chance(300_000)
        );
        var (taints, affinity) = (random.Pick<string?>([null, "Honor"]), random.Pick<string?>([null, "Ignore"]));
        return spec => spec.Spread(key, skew, Selecting("app", app), soft, taints: taints, affinity: affinity);
    }

    private static Func<PodSpec, PodSpec> Joining(Prng random, string app)
    {
        var key = random.Pick([Zone, Hostname]);
        return spec => spec.With(key, Selecting("app", app));
    }

    private static Func<PodSpec, PodSpec> Leaving(Prng random, string app)
    {
        var key = random.Pick([Zone, Hostname]);
        return spec => spec.Apart(key, Selecting("app", app));
    }

    /// <summary>
    /// The judge binds pod after pod, and a pod that spreads over zones can be shut out by others that came before it.
    /// One order in which the plan can be bound is all that is asked for, so a few are shown.
    /// </summary>
    private static System.Collections.Immutable.ImmutableArray<Illegality> Judge(
        SchedulingInput input,
        SchedulingResult result
    )
    {
        Func<Pod, int>[] orders =
        [
            _ => 0,
            pod => Spreads(pod) ? 0 : 1,
            pod => (Spreads(pod) ? 0 : 2) + (Free(pod) ? 0 : 1),
            pod => Spreads(pod, Zone) ? 0 : 1,
            pod => (Spreads(pod, Zone) ? 0 : 2) + (Free(pod) ? 0 : 1),
            pod => Spreads(pod, CapacityType) ? 0 : 1,
            pod => (Spreads(pod, CapacityType) ? 0 : 2) + (Spreads(pod, Zone) ? 0 : 1),
        ];
        var illegal = System.Collections.Immutable.ImmutableArray<Illegality>.Empty;
        foreach (var order in orders)
            if ((illegal = LegalityChecker.Check(Described(input, result, order))).IsEmpty)
                break;
        return illegal;
    }

    private static bool Spreads(Pod pod) =>
        pod.Spec.TopologySpreadConstraints.Any(it => it.WhenUnsatisfiable == "DoNotSchedule");

    private static bool Spreads(Pod pod, string key) =>
        pod.Spec.TopologySpreadConstraints.Any(it => it.WhenUnsatisfiable == "DoNotSchedule" && it.TopologyKey == key);

    private static bool Free(Pod pod) => pod.Spec.NodeSelector.Count == 0;

    private static PlannedCluster Described(SchedulingInput input, SchedulingResult result, Func<Pod, int> order)
    {
        var nodes = input.Nodes.Select(Bought).ToList();
        var planned = new List<(Pod, string)>();
        foreach (var place in result.Existing)
            planned.AddRange(place.Pods.Select(pod => (pod, place.Node.Name)));
        for (var index = 0; index < result.Claims.Length; index++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"claim-{index}");
            nodes.Add(Bought(result.Claims[index], name));
            planned.AddRange(result.Claims[index].Pods.Select(pod => (pod, name)));
        }
        var queue = input
            .Pods.OrderByDescending(pod => pod.Spec.Containers[0].Resources.Requests.Of("cpu"))
            .ThenByDescending(pod => pod.Spec.Containers[0].Resources.Requests.Of("memory"))
            .ThenBy(pod => pod.Metadata.Uid, StringComparer.Ordinal)
            .Select((pod, index) => (pod.Metadata.Uid!, index))
            .ToDictionary();
        return new PlannedCluster
        {
            Nodes = nodes,
            Bound = [.. input.Lookup.BoundPods.Select(it => (it.Pod, it.NodeName))],
            Planned = [.. planned.OrderBy(it => order(it.Item1)).ThenBy(it => queue[it.Item1.Metadata.Uid!])],
        };
    }

    private static Node Bought(NodeState node) =>
        new()
        {
            Metadata = new ObjectMeta { Name = node.Name, Labels = node.Labels },
            Spec = new NodeSpec { Taints = node.Taints },
            Status = new NodeStatus { Capacity = node.Capacity, Allocatable = node.Allocatable },
        };

    /// <summary>The claim as the cheapest offering of its cheapest type.</summary>
    private static Node Bought(NewClaim claim, string name)
    {
        var written = claim.ToNodeClaim();
        var type = claim.Types[0];
        var labels = new Dictionary<string, string>(written.Metadata.Labels);
        foreach (var requirement in type.Requirements.Concat(claim.Requirements))
            if (requirement is { IsComplement: false, Values: [var only] })
                labels[requirement.Key] = only;
        var offering = type
            .Offerings.Where(it => it.Available && claim.Requirements.IsCompatible(it.Requirements, Options.WellKnown))
            .MinBy(it => it.Price)!;
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
}

using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Policy;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Churn;
using Tenon.Domain.Catalog;
using Tenon.Domain.Cluster;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Disruption.Tests;

/// <summary>A small cluster written down by hand, and the decision input that shows it.</summary>
internal sealed class World
{
    public static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly List<NodePool> _pools = [];
    private readonly List<PodDisruptionBudget> _budgets = [];
    private ClusterSnapshot _cluster = ClusterSnapshot.Empty;

    public ImmutableArray<InstanceType> Types { get; set; } =
    [Type("small", "2", 0.1m), Type("medium", "4", 0.2m), Type("large", "8", 0.4m), Type("huge", "16", 0.8m)];

    public bool SpotToSpot { get; init; }
    public DisruptionPolicy Policy { get; init; } = DisruptionPolicy.Upstream;
    public MoveHistory Moves { get; set; } = MoveHistory.Empty;

    public static InstanceType Type(string name, string cpu, decimal price, params string[] zones) =>
        new()
        {
            Name = name,
            Requirements = RequirementSet.Of(
                Requirement.In("node.kubernetes.io/instance-type", name),
                Requirement.In("kubernetes.io/arch", "amd64"),
                Requirement.In("kubernetes.io/os", "linux"),
                Requirement.In("topology.kubernetes.io/zone", zones.Length == 0 ? ["a"] : zones),
                Requirement.In("karpenter.sh/capacity-type", "on-demand", "spot")
            ),
            Offerings =
            [
                .. from zone in zones.Length == 0 ? ["a"] : zones
                from way in new[] { ("on-demand", price), ("spot", price / 2) }
                select new Offering
                {
                    Requirements = RequirementSet.Of(
                        Requirement.In("topology.kubernetes.io/zone", zone),
                        Requirement.In("karpenter.sh/capacity-type", way.Item1)
                    ),
                    Price = HourlyPrice.FromDollars(way.Item2),
                    Available = true,
                },
            ],
            Capacity = ResourceList.Parse(("cpu", cpu), ("memory", "64Gi"), ("pods", "110")),
            Overhead = InstanceTypeOverhead.None,
        };

    public World Pool(
        string name = "default",
        string policy = "WhenEmptyOrUnderutilized",
        string after = "0s",
        string budget = "100%",
        long? replicas = null,
        string capacityType = "on-demand",
        params Budget[] budgets
    )
    {
        _pools.Add(
            new NodePool
            {
                Metadata = new ObjectMeta { Name = name, Uid = name },
                Spec = new NodePoolSpec
                {
                    Replicas = replicas,
                    Disruption = new Api.Karpenter.Disruption
                    {
                        ConsolidationPolicy = policy,
                        ConsolidateAfter = NillableDuration.Parse(after),
                        Budgets = budgets.Length > 0 ? budgets : [new Budget { Nodes = budget }],
                    },
                    Template = new NodeClaimTemplate
                    {
                        Spec = new NodeClaimTemplateSpec
                        {
                            Requirements =
                            [
                                new NodeRequirement
                                {
                                    Key = "karpenter.sh/capacity-type",
                                    Operator = "In",
                                    Values = [capacityType],
                                },
                            ],
                        },
                    },
                },
                Status = new NodePoolStatus { Conditions = [new Condition { Type = "Ready", Status = "True" }] },
            }
        );
        return this;
    }

    public World Budget(string name, string matches, int allowed, Action<PodDisruptionBudgetEdit>? edit = null)
    {
        var change = new PodDisruptionBudgetEdit();
        edit?.Invoke(change);
        _budgets.Add(
            new PodDisruptionBudget
            {
                Metadata = new ObjectMeta { Name = name, Namespace = "default" },
                Spec = new PodDisruptionBudgetSpec
                {
                    Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = matches } },
                    MaxUnavailable = change.MaxUnavailable,
                    MinAvailable = change.MinAvailable,
                    UnhealthyPodEvictionPolicy = change.Policy,
                },
                Status = new PodDisruptionBudgetStatus { DisruptionsAllowed = allowed },
            }
        );
        return this;
    }

    /// <summary>An initialized, ready, consolidatable machine with these pods on it.</summary>
    public World Node(string name, string type, NodeEdit? edit = null, params ReadOnlySpan<Pod> pods)
    {
        edit ??= new NodeEdit();
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["node.kubernetes.io/instance-type"] = type,
            ["topology.kubernetes.io/zone"] = "a",
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/os"] = "linux",
            ["karpenter.sh/capacity-type"] = edit.CapacityType,
            ["kubernetes.io/hostname"] = name,
        };
        if (edit.Pool is not null)
            labels["karpenter.sh/nodepool"] = edit.Pool;
        foreach (var label in edit.WithoutLabels)
            labels.Remove(label);
        var conditions = new List<Condition> { True("Launched"), True("Registered"), True("Initialized") };
        if (edit.IsConsolidatable)
            conditions.Add(True("Consolidatable"));
        if (edit.DriftedSince is { } since)
            conditions.Add(True("Drifted") with { LastTransitionTime = since });
        var size = ResourceList.Parse(
            ("cpu", edit.Cpu ?? (Types.FirstOrDefault(it => it.Name == type)?.Capacity.Of("cpu").ToString() ?? "4")),
            ("memory", "64Gi"),
            ("pods", "110")
        );
        if (edit.IsManaged)
            Apply(
                new ClusterEvent.ClaimApplied(
                    new NodeClaim
                    {
                        Metadata = new ObjectMeta
                        {
                            Name = $"claim-{name}",
                            Uid = $"claim-{name}",
                            Labels = labels,
                            CreationTimestamp = Now.AddHours(-20),
                            DeletionTimestamp = edit.IsDeleting ? Now : null,
                            Annotations = edit.Promised is { } price
                                ? new Dictionary<string, string> { [PricePromise.Annotation] = price }
                                : [],
                        },
                        Spec = new NodeClaimSpec
                        {
                            TerminationGracePeriod = edit.Grace,
                            ExpireAfter = NillableDuration.Parse("Never"),
                        },
                        Status = new NodeClaimStatus
                        {
                            ProviderId = $"p://{name}",
                            Capacity = size,
                            Allocatable = size,
                            Conditions = conditions,
                            LastPodEventTime = edit.LastPodEvent,
                        },
                    },
                    Now
                )
            );
        var nodeLabels = new SortedDictionary<string, string>(labels, StringComparer.Ordinal)
        {
            ["karpenter.sh/registered"] = "true",
        };
        if (edit.IsInitialized)
            nodeLabels["karpenter.sh/initialized"] = "true";
        if (edit.HasNode)
            Apply(
                new ClusterEvent.NodeApplied(
                    new Node
                    {
                        Metadata = new ObjectMeta
                        {
                            Name = name,
                            Uid = name,
                            Labels = nodeLabels,
                            Annotations = edit.DoNotDisrupt is { } text
                                ? new Dictionary<string, string> { ["karpenter.sh/do-not-disrupt"] = text }
                                : [],
                        },
                        Spec = new NodeSpec { ProviderId = $"p://{name}" },
                        Status = new NodeStatus
                        {
                            Capacity = size,
                            Allocatable = size,
                            Conditions = [new Condition { Type = "Ready", Status = edit.IsReady ? "True" : "False" }],
                        },
                    },
                    Now
                )
            );
        foreach (var pod in pods)
            Apply(new ClusterEvent.PodApplied(pod with { Spec = pod.Spec with { NodeName = name } }, Now));
        return this;
    }

    public World Apply(ClusterEvent change)
    {
        _cluster = _cluster.With(change);
        return this;
    }

    public static Pod Pod(string name, string cpu = "500m", Func<Pod, Pod>? edit = null)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                Uid = name,
                Labels = new Dictionary<string, string> { ["app"] = name.Split('-')[0] },
                OwnerReferences =
                [
                    new OwnerReference
                    {
                        ApiVersion = "apps/v1",
                        Kind = "ReplicaSet",
                        Name = "rs",
                        Uid = "rs",
                    },
                ],
            },
            Spec = new PodSpec
            {
                Containers =
                [
                    new Container
                    {
                        Name = "main",
                        Resources = new ResourceRequirements { Requests = ResourceList.Parse(("cpu", cpu)) },
                    },
                ],
            },
            Status = new PodStatus { Phase = "Running", StartTime = Now.AddHours(-1) },
        };
        return edit is null ? pod : edit(pod);
    }

    public static Func<Pod, Pod> Annotated(string key, string value) =>
        pod =>
            pod with
            {
                Metadata = pod.Metadata with { Annotations = new Dictionary<string, string> { [key] = value } },
            };

    public DisruptionInput Input =>
        new()
        {
            Cluster = _cluster,
            Pools = _pools.ToImmutableSortedDictionary(
                static it => it.Metadata.Name!,
                static it => it,
                StringComparer.Ordinal
            ),
            Types = _pools.ToImmutableSortedDictionary(
                static it => it.Metadata.Name!,
                _ => Types,
                StringComparer.Ordinal
            ),
            Pdbs = new PdbLimits(_budgets),
            Pending = [],
            DaemonPods = [],
            Lookup = ClusterLookup.Empty,
            Scheduling = SchedulingOptions.Default,
            Queued = ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
            WellKnown = LabelSet.WellKnown,
            SpotToSpot = SpotToSpot,
            Policy = Policy,
            Moves = Moves,
            Now = Now,
        };

    private static Condition True(string type) =>
        new()
        {
            Type = type,
            Status = "True",
            LastTransitionTime = Now.AddHours(-2),
        };
}

internal sealed record NodeEdit
{
    public string? Pool { get; init; } = "default";
    public string CapacityType { get; init; } = "on-demand";
    public string? Cpu { get; init; }
    public bool IsManaged { get; init; } = true;
    public bool HasNode { get; init; } = true;
    public bool IsInitialized { get; init; } = true;
    public bool IsReady { get; init; } = true;
    public bool IsDeleting { get; init; }
    public string? Promised { get; init; }
    public bool IsConsolidatable { get; init; } = true;
    public DateTimeOffset? DriftedSince { get; init; }
    public DateTimeOffset? LastPodEvent { get; init; }
    public string? DoNotDisrupt { get; init; }
    public GoDuration? Grace { get; init; }
    public string[] WithoutLabels { get; init; } = [];
}

internal sealed class PodDisruptionBudgetEdit
{
    public IntOrString? MaxUnavailable { get; set; }
    public IntOrString? MinAvailable { get; set; }
    public string? Policy { get; set; }
}

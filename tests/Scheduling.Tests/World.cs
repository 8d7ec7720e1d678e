using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;

namespace Tenon.Scheduling.Tests;

/// <summary>The nouns of the tests: pools, types, pods and nodes in the words of upstream's fake provider.</summary>
internal static class World
{
    public const string Zone = WellKnownLabels.Zone;
    public const string CapacityType = WellKnownLabels.CapacityType;
    public const string Hostname = WellKnownLabels.Hostname;
    public static readonly string[] Zones = ["test-zone-1", "test-zone-2", "test-zone-3"];

    private static readonly (string CapacityType, string Zone)[] Five =
    [
        ("spot", Zones[0]),
        ("spot", Zones[1]),
        ("on-demand", Zones[0]),
        ("on-demand", Zones[1]),
        ("on-demand", Zones[2]),
    ];

    public static InstanceType Type(
        string name,
        int cpu = 4,
        int gib = 4,
        int pods = 5,
        string arch = "amd64",
        decimal? price = null,
        (string CapacityType, string Zone)[]? sold = null,
        string[]? os = null,
        string? gpu = null
    )
    {
        sold ??= Five;
        var capacity = ResourceList.Parse(
            ("cpu", Text($"{cpu}")),
            ("memory", Text($"{gib}Gi")),
            ("pods", Text($"{pods}"))
        );
        if (gpu is not null)
            capacity = capacity.With(gpu, Quantity.FromUnits(2));
        var cost = price ?? (0.1m * cpu) + (0.1m * gib * 1.073741824m) + (gpu is null ? 0 : 1);
        return new InstanceType
        {
            Name = name,
            Capacity = capacity,
            Overhead = new(
                ResourceList.Parse(("cpu", "100m"), ("memory", "10Mi")),
                ResourceList.Empty,
                ResourceList.Empty
            ),
            Requirements = RequirementSet.Of(
                Requirement.In(WellKnownLabels.InstanceType, name),
                Requirement.In(WellKnownLabels.Arch, arch),
                Requirement.In(WellKnownLabels.Os, os ?? ["linux", "windows", "darwin"]),
                Requirement.In(Zone, sold.Select(it => it.Zone)),
                Requirement.In(CapacityType, sold.Select(it => it.CapacityType)),
                Requirement.In("integer", Text($"{cpu}")),
                Requirement.In("size", cpu > 4 && gib > 8 ? "large" : "small"),
                cpu > 4 && gib > 8 ? Requirement.In("special", "optional") : Requirement.DoesNotExist("special")
            ),
            Offerings = [.. sold.Select(it => Offer(it.CapacityType, it.Zone, cost))],
        };
    }

    public static Offering Offer(string capacityType, string zone, decimal price) =>
        new()
        {
            Requirements = RequirementSet.Of(Requirement.In(CapacityType, capacityType), Requirement.In(Zone, zone)),
            Price = HourlyPrice.FromDollars(price),
            Available = true,
        };

    public static readonly ImmutableArray<InstanceType> Types =
    [
        Type("default-instance-type"),
        Type("small-instance-type", cpu: 2, gib: 2),
        Type("gpu-vendor-instance-type", gpu: "fake.com/vendor-a"),
        Type("gpu-vendor-b-instance-type", gpu: "fake.com/vendor-b"),
        Type("arm-instance-type", cpu: 16, gib: 128, arch: "arm64", os: ["ios", "linux", "windows", "darwin"]),
        Type("single-pod-instance-type", pods: 1),
    ];

    public static readonly SchedulingOptions Options = new()
    {
        WellKnown = LabelSet.WellKnown.With("size", "special", "integer", "reservation-id"),
        MaxInstanceTypes = 60,
    };

    public static NodePool Pool(
        string name = "default",
        int? weight = null,
        ResourceList? limits = null,
        IReadOnlyList<Taint>? taints = null,
        Dictionary<string, string>? labels = null,
        params NodeRequirement[] requirements
    ) =>
        new()
        {
            Metadata = new ObjectMeta { Name = name, Uid = $"uid-{name}" },
            Spec = new NodePoolSpec
            {
                Weight = weight,
                Limits = limits,
                Template = new NodeClaimTemplate
                {
                    Metadata = new NodeClaimTemplateMeta { Labels = labels },
                    Spec = new NodeClaimTemplateSpec
                    {
                        Requirements = requirements,
                        Taints = taints,
                        NodeClassRef = new NodeClassReference
                        {
                            Group = "karpenter.test.sh",
                            Kind = "TestNodeClass",
                            Name = "default",
                        },
                    },
                },
            },
        };

    public static NodeRequirement Need(string key, string @operator, params string[] values) =>
        new()
        {
            Key = key,
            Operator = @operator,
            Values = values,
        };

    public static Pod Pod(
        string name,
        string? cpu = null,
        string? memory = null,
        Dictionary<string, string>? labels = null,
        Func<PodSpec, PodSpec>? with = null,
        string space = "default"
    )
    {
        var requests = ResourceList.Empty;
        if (cpu is not null)
            requests = requests.With("cpu", Quantity.Parse(cpu));
        if (memory is not null)
            requests = requests.With("memory", Quantity.Parse(memory));
        var spec = new PodSpec
        {
            Containers =
            [
                new Container
                {
                    Name = "main",
                    Resources = new ResourceRequirements { Requests = requests },
                },
            ],
        };
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = space,
                Uid = $"uid-{space}-{name}",
                Labels = labels ?? [],
            },
            Spec = with is null ? spec : with(spec),
        };
    }

    public static Pod[] Pods(int count, Func<string, Pod> make) =>
        [.. Enumerable.Range(0, count).Select(index => make(Text($"pod-{index:D3}")))];

    public static Dictionary<string, string> Labels(string key = "app", string value = "web") =>
        new() { [key] = value };

    public static LabelSelector Selecting(string key = "app", string value = "web") =>
        new() { MatchLabels = Labels(key, value) };

    public static PodSpec Selector(this PodSpec spec, string key, string value) =>
        spec with
        {
            NodeSelector = new Dictionary<string, string>(spec.NodeSelector) { [key] = value },
        };

    public static PodSpec Requires(this PodSpec spec, params NodeSelectorTerm[] terms)
    {
        var affinity = spec.Affinity ?? new Affinity();
        return spec with
        {
            Affinity = affinity with
            {
                NodeAffinity = (affinity.NodeAffinity ?? new()) with
                {
                    Required = new NodeSelector { NodeSelectorTerms = terms },
                },
            },
        };
    }

    public static PodSpec Prefers(this PodSpec spec, int weight, NodeSelectorTerm term)
    {
        var affinity = spec.Affinity ?? new Affinity();
        var node = affinity.NodeAffinity ?? new NodeAffinity();
        return spec with
        {
            Affinity = affinity with
            {
                NodeAffinity = node with
                {
                    Preferred = [.. node.Preferred, new PreferredSchedulingTerm { Weight = weight, Preference = term }],
                },
            },
        };
    }

    public static NodeSelectorTerm Term(string key, string @operator, params string[] values) =>
        new()
        {
            MatchExpressions =
            [
                new NodeSelectorRequirement
                {
                    Key = key,
                    Operator = @operator,
                    Values = values,
                },
            ],
        };

    public static PodSpec Spread(
        this PodSpec spec,
        string key,
        int skew = 1,
        LabelSelector? selector = null,
        bool soft = false,
        int? minDomains = null,
        string? taints = null,
        string? affinity = null
    ) =>
        spec with
        {
            TopologySpreadConstraints =
            [
                .. spec.TopologySpreadConstraints,
                new TopologySpreadConstraint
                {
                    TopologyKey = key,
                    MaxSkew = skew,
                    WhenUnsatisfiable = soft ? "ScheduleAnyway" : "DoNotSchedule",
                    LabelSelector = selector ?? Selecting(),
                    MinDomains = minDomains,
                    NodeTaintsPolicy = taints,
                    NodeAffinityPolicy = affinity,
                },
            ],
        };

    public static PodSpec With(this PodSpec spec, string key, LabelSelector? selector = null)
    {
        var affinity = spec.Affinity ?? new Affinity();
        return spec with
        {
            Affinity = affinity with
            {
                PodAffinity = new PodAffinity
                {
                    Required = [new PodAffinityTerm { TopologyKey = key, LabelSelector = selector ?? Selecting() }],
                },
            },
        };
    }

    public static PodSpec Apart(this PodSpec spec, string key, LabelSelector? selector = null)
    {
        var affinity = spec.Affinity ?? new Affinity();
        return spec with
        {
            Affinity = affinity with
            {
                PodAntiAffinity = new PodAntiAffinity
                {
                    Required = [new PodAffinityTerm { TopologyKey = key, LabelSelector = selector ?? Selecting() }],
                },
            },
        };
    }

    public static SchedulingInput Moment(params Pod[] pods) =>
        new()
        {
            Pools = [new NodePoolOffer(Pool(), Types)],
            Nodes = [],
            Pods = [.. pods],
            Options = Options,
        };

    public static NodeState Node(
        string name,
        string zone = "test-zone-1",
        string cpu = "4",
        string memory = "4Gi",
        bool initialized = true,
        IReadOnlyList<Taint>? taints = null,
        params Pod[] bound
    )
    {
        var size = ResourceList.Parse(("cpu", cpu), ("memory", memory), ("pods", "10"));
        var used = bound.Aggregate(
            ResourceList.Empty,
            (sum, pod) => sum + Domain.Pods.PodResources.RequestsWithSlot(pod)
        );
        return new NodeState
        {
            Name = name,
            HostName = name,
            Labels = new Dictionary<string, string>
            {
                [Hostname] = name,
                [Zone] = zone,
                [CapacityType] = "on-demand",
                [WellKnownLabels.NodePool] = "default",
                [WellKnownLabels.Arch] = "amd64",
                [WellKnownLabels.Os] = "linux",
                [WellKnownLabels.InstanceType] = "default-instance-type",
            },
            Taints = taints ?? [],
            Capacity = size,
            Allocatable = size,
            Available = size - used,
            BoundPods = [.. bound],
            IsInitialized = initialized,
            IsManaged = true,
            NodePool = "default",
        };
    }

    public static SchedulingResult Greedy(this SchedulingInput input) => Scheduler.Schedule(input, SolveLimits.Greedy);

    /// <summary>Pods per value of a key over the new claims: "2,1,1", largest first.</summary>
    public static string Skew(this SchedulingResult result, string key = Zone) =>
        string.Join(
            ',',
            result
                .Claims.GroupBy(claim => claim.Requirements.Of(key).AnyValue(), StringComparer.Ordinal)
                .Select(group => group.Sum(claim => claim.Pods.Length))
                .OrderDescending()
        );

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

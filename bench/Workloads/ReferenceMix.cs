using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Bench.Workloads;

/// <summary>Upstream's scheduling benchmark: its 400 instance types, five kinds of pods and seeded draws.</summary>
public static class ReferenceMix
{
    public const int InstanceTypes = 400;
    private const string TestLabel = "testing/cluster";
    private const string Unspecified = "unspecified";
    private static readonly string[] Letters = ["a", "b", "c", "d", "e", "f", "g"];
    private static readonly int[] CpuMillis = [100, 250, 500, 1000, 1500];
    private static readonly int[] MemoryMi = [100, 256, 512, 1024, 2048, 4096];

    /// <summary>What the generator drew for one pod; the canonical text of the workload lists these.</summary>
    public readonly record struct Draw(int Index, char Kind, string Label, string Selector, int CpuMilli, int MemoryMi)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Index},{Kind},{Label},{Selector},{CpuMilli},{MemoryMi}\n");
    }

    public static LabelSet WellKnown { get; } =
        LabelSet.WellKnown.With("size", "special", "integer", "karpenter.sh/reservation-id");

    public static SchedulingInput Input(int pods) => Input([.. Draws(pods).Select(Pod)], PreferencePolicy.Respect);

    /// <summary>
    /// 4,000 identical pods with a preference that can be met, one that cannot, and one that costs a node each.
    /// </summary>
    public static SchedulingInput Preferences(int pods, PreferencePolicy policy)
    {
        var random = new GoRandom(42);
        var (cpu, memory) = (CpuMillis[random.Next(5)], MemoryMi[random.Next(6)]);
        return Input([.. Enumerable.Range(0, pods).Select(index => PreferencePod(index, cpu, memory))], policy);
    }

    public static SchedulingInput Input(ImmutableArray<Pod> pods, PreferencePolicy policy) =>
        new()
        {
            Pools = [new NodePoolOffer(Pool, Catalogue())],
            Nodes = [],
            Pods = pods,
            Options = new SchedulingOptions { WellKnown = WellKnown, Preferences = policy },
        };

    public static NodePool Pool { get; } =
        new()
        {
            Metadata = new ObjectMeta { Name = "default", Uid = "pool" },
            Spec = new NodePoolSpec
            {
                Template = new NodeClaimTemplate
                {
                    Metadata = new NodeClaimTemplateMeta
                    {
                        Labels = new Dictionary<string, string> { [TestLabel] = Unspecified },
                    },
                    Spec = new NodeClaimTemplateSpec
                    {
                        NodeClassRef = new NodeClassReference
                        {
                            Group = "karpenter.test.sh",
                            Kind = "TestNodeClass",
                            Name = "default",
                        },
                    },
                },
                Limits = ResourceList.Parse(("cpu", "10000000"), ("memory", "10000000Gi")),
            },
        };

    public static ImmutableArray<InstanceType> Catalogue() => [.. Enumerable.Range(1, InstanceTypes).Select(Type)];

    public static IEnumerable<Draw> Draws(int pods)
    {
        var random = new GoRandom(42);
        var share = pods / 5;
        var index = 0;
        foreach (
            var (kind, count) in new[]
            {
                ('G', share),
                ('Z', share),
                ('H', share),
                ('A', share),
                ('X', share),
                ('G', pods - (5 * share)),
            }
        )
            for (var i = 0; i < count; i++)
            {
                var label = kind == 'X' ? "nginx" : Letters[random.Next(7)];
                var selector = kind switch
                {
                    'Z' or 'H' => Letters[random.Next(7)],
                    'G' => "-",
                    _ => label,
                };
                yield return new(index++, kind, label, selector, CpuMillis[random.Next(5)], MemoryMi[random.Next(6)]);
            }
    }

    /// <summary>The first half of the SHA-256 of the canonical text, in hex.</summary>
    public static string Fingerprint(int pods) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Draws(pods).Select(it => it.ToString()))))
        )[..32];

    public static Pod Pod(Draw draw)
    {
        var (key, selects) = draw.Kind switch
        {
            'A' => ("my-affininity", new LabelSelector { MatchLabels = One("my-affininity", draw.Label) }),
            'X' => ("app", new LabelSelector { MatchLabels = One("app", "nginx") }),
            _ => ("my-label", new LabelSelector { MatchLabels = One("my-label", draw.Selector) }),
        };
        var pod = Bare(draw.Index, draw.CpuMilli, draw.MemoryMi, key, draw.Label);
        return draw.Kind switch
        {
            'Z' => With(pod, Spread(WellKnownLabels.Zone, selects)),
            'H' => With(pod, Spread(WellKnownLabels.Hostname, selects)),
            'A' => With(
                pod,
                new Affinity { PodAffinity = new PodAffinity { Required = [Term(WellKnownLabels.Zone, selects)] } }
            ),
            'X' => With(
                pod,
                new Affinity
                {
                    PodAntiAffinity = new PodAntiAffinity { Required = [Term(WellKnownLabels.Hostname, selects)] },
                }
            ),
            _ => pod,
        };
    }

    private static Pod PreferencePod(int index, int cpu, int memory)
    {
        var nginx = new LabelSelector { MatchLabels = One("app", "nginx") };
        return With(
            Bare(index, cpu, memory, "app", "nginx"),
            new Affinity
            {
                NodeAffinity = new NodeAffinity
                {
                    Preferred =
                    [
                        new PreferredSchedulingTerm
                        {
                            Weight = 1,
                            Preference = new NodeSelectorTerm
                            {
                                MatchExpressions =
                                [
                                    new NodeSelectorRequirement
                                    {
                                        Key = WellKnownLabels.Zone,
                                        Operator = "In",
                                        Values = ["test-zone-1"],
                                    },
                                ],
                            },
                        },
                    ],
                },
                PodAntiAffinity = new PodAntiAffinity
                {
                    Preferred =
                    [
                        new WeightedPodAffinityTerm { Weight = 10, Term = Term(WellKnownLabels.Zone, nginx) },
                        new WeightedPodAffinityTerm { Weight = 1, Term = Term(WellKnownLabels.Hostname, nginx) },
                    ],
                },
            }
        );
    }

    private static Pod Bare(int index, int cpuMilli, int memoryMi, string key, string value) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"pod-{index}"),
                Namespace = "default",
                Uid = string.Create(CultureInfo.InvariantCulture, $"{index:D8}"),
                Labels = new Dictionary<string, string> { [TestLabel] = Unspecified, [key] = value },
            },
            Spec = new PodSpec
            {
                Containers =
                [
                    new Container
                    {
                        Name = "main",
                        Resources = new ResourceRequirements
                        {
                            Requests = ResourceList.Create(
                                ("cpu", Quantity.FromMillis(cpuMilli)),
                                ("memory", Quantity.FromBytes((long)memoryMi << 20))
                            ),
                        },
                    },
                ],
            },
        };

    private static Pod With(Pod pod, Affinity affinity) => pod with { Spec = pod.Spec with { Affinity = affinity } };

    private static Pod With(Pod pod, TopologySpreadConstraint spread) =>
        pod with
        {
            Spec = pod.Spec with { TopologySpreadConstraints = [spread] },
        };

    private static TopologySpreadConstraint Spread(string key, LabelSelector selector) =>
        new()
        {
            MaxSkew = 1,
            TopologyKey = key,
            WhenUnsatisfiable = "DoNotSchedule",
            LabelSelector = selector,
        };

    private static PodAffinityTerm Term(string key, LabelSelector selector) =>
        new() { TopologyKey = key, LabelSelector = selector };

    private static Dictionary<string, string> One(string key, string value) => new() { [key] = value };

    /// <summary>k cores, 2k GiB, five offerings at one price.</summary>
    private static InstanceType Type(int k)
    {
        var price = HourlyPrice.FromDollars((0.1m * k) + (0.1m * (2L * k * (1L << 30)) / 1_000_000_000m));
        var name = string.Create(CultureInfo.InvariantCulture, $"fake-it-{k - 1}");
        var large = k >= 5;
        return new InstanceType
        {
            Name = name,
            Requirements = RequirementSet.Of(
                Requirement.In(WellKnownLabels.InstanceType, name),
                Requirement.In(WellKnownLabels.Arch, "amd64"),
                Requirement.In(WellKnownLabels.Os, "linux", "windows", "darwin"),
                Requirement.In(WellKnownLabels.Zone, "test-zone-1", "test-zone-2", "test-zone-3"),
                Requirement.In(WellKnownLabels.CapacityType, CapacityTypes.Spot, CapacityTypes.OnDemand),
                Requirement.In("integer", k.ToString(CultureInfo.InvariantCulture)),
                Requirement.In("size", large ? "large" : "small"),
                large ? Requirement.In("special", "optional") : Requirement.DoesNotExist("special")
            ),
            Offerings =
            [
                Offer(CapacityTypes.Spot, "test-zone-1", price),
                Offer(CapacityTypes.Spot, "test-zone-2", price),
                Offer(CapacityTypes.OnDemand, "test-zone-1", price),
                Offer(CapacityTypes.OnDemand, "test-zone-2", price),
                Offer(CapacityTypes.OnDemand, "test-zone-3", price),
            ],
            Capacity = ResourceList.Create(
                ("cpu", Quantity.FromUnits(k)),
                ("memory", Quantity.FromBytes(2L * k << 30)),
                ("pods", Quantity.FromUnits(10L * k))
            ),
            Overhead = new InstanceTypeOverhead(
                ResourceList.Parse(("cpu", "100m"), ("memory", "10Mi")),
                ResourceList.Empty,
                ResourceList.Empty
            ),
        };
    }

    private static Offering Offer(string capacityType, string zone, HourlyPrice price) =>
        new()
        {
            Requirements = RequirementSet.Of(
                Requirement.In(WellKnownLabels.CapacityType, capacityType),
                Requirement.In(WellKnownLabels.Zone, zone)
            ),
            Price = price,
            Available = true,
        };
}

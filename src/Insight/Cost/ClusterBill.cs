using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Core;
using Tenon.Domain.Pods;
using Tenon.Foundation.Units;

namespace Tenon.Insight.Cost;

/// <summary>What a cluster costs per hour, and how much of what is paid for is asked for.</summary>
public sealed record ClusterBill
{
    /// <summary>Dearest first; ties by pool, type, zone and capacity type.</summary>
    public required ImmutableArray<BillLine> Lines { get; init; }

    public required HourlyPrice Total { get; init; }

    /// <summary>Requested share of all processors, 0 to 1; 0 without nodes.</summary>
    public required double Cpu { get; init; }

    /// <summary>Requested share of all memory, 0 to 1; 0 without nodes.</summary>
    public required double Memory { get; init; }

    public int Nodes => Lines.Sum(line => line.Nodes);

    /// <param name="price">The price of a node per hour; null where it is not known, which counts as nothing.</param>
    public static ClusterBill Of(IEnumerable<Node> nodes, IEnumerable<Pod> pods, Func<Node, HourlyPrice?> price)
    {
        var requested = RequestedByNode(pods);
        var groups = new SortedDictionary<(string, string, string, string), Sum>();
        var all = new Sum();
        foreach (var node in nodes)
        {
            var key = (Label(node, Pool), Label(node, Type), Label(node, Zone), Label(node, Capacity));
            if (!groups.TryGetValue(key, out var sum))
                groups[key] = sum = new Sum();
            var load = requested.GetValueOrDefault(node.Metadata.Name ?? "");
            var paid = price(node) ?? HourlyPrice.Zero;
            sum.Add(node, load, paid);
            all.Add(node, load, paid);
        }
        return new ClusterBill
        {
            Lines = [.. groups.Select(group => group.Value.ToLine(group.Key)).OrderByDescending(line => line.Price)],
            Total = all.Price,
            Cpu = Share(all.CpuAsked, all.CpuThere),
            Memory = Share(all.MemoryAsked, all.MemoryThere),
        };
    }

    /// <summary>
    /// The price that the simulated provider writes on its nodes, for tools that see only the cluster.
    /// </summary>
    public static HourlyPrice? PriceLabel(Node node) =>
        decimal.TryParse(
            Label(node, "eks-node-viewer/instance-price"),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var dollars
        )
            ? HourlyPrice.FromDollars(dollars)
            : null;

    const string Pool = "karpenter.sh/nodepool";
    const string Type = "node.kubernetes.io/instance-type";
    const string Zone = "topology.kubernetes.io/zone";
    const string Capacity = "karpenter.sh/capacity-type";

    static string Label(Node node, string key) => node.Metadata.Labels?.GetValueOrDefault(key) ?? "";

    static Dictionary<string, Load> RequestedByNode(IEnumerable<Pod> pods)
    {
        var loads = new Dictionary<string, Load>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (string.IsNullOrEmpty(pod.Spec.NodeName) || !PodTally.Wanted(pod))
                continue;
            var asked = PodResources.Requests(pod);
            var before = loads.GetValueOrDefault(pod.Spec.NodeName);
            loads[pod.Spec.NodeName] = new Load(
                before.Cpu + asked.Of("cpu").ToMillis(),
                before.Memory + asked.Of("memory").ToUnits(),
                before.Pods + 1
            );
        }
        return loads;
    }

    static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    /// <summary>Milli-CPU and bytes that the pods of one node ask for.</summary>
    readonly record struct Load(long Cpu, long Memory, int Pods);

    sealed class Sum
    {
        int _nodes,
            _ready,
            _pods;

        public HourlyPrice Price { get; private set; }
        public long CpuAsked { get; private set; }
        public long CpuThere { get; private set; }
        public long MemoryAsked { get; private set; }
        public long MemoryThere { get; private set; }

        public void Add(Node node, Load load, HourlyPrice price)
        {
            _nodes++;
            if (node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }))
                _ready++;
            _pods += load.Pods;
            Price += price;
            CpuAsked += load.Cpu;
            MemoryAsked += load.Memory;
            CpuThere += node.Status.Allocatable.Of("cpu").ToMillis();
            MemoryThere += node.Status.Allocatable.Of("memory").ToUnits();
        }

        public BillLine ToLine((string Pool, string Type, string Zone, string Capacity) key) =>
            new(
                key.Pool,
                key.Type,
                key.Zone,
                key.Capacity,
                _nodes,
                _ready,
                Price,
                Share(CpuAsked, CpuThere),
                Share(MemoryAsked, MemoryThere),
                _pods
            );
    }
}

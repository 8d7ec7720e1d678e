using Tenon.Foundation.Units;

namespace Tenon.Insight.Cost;

/// <summary>Machines that nobody would tell apart on a bill: one pool, type, zone and way of paying.</summary>
/// <param name="NodePool">Empty for nodes that no pool owns.</param>
/// <param name="Nodes">How many.</param>
/// <param name="Ready">How many of them are ready.</param>
/// <param name="Price">For all of them together, per hour.</param>
/// <param name="Cpu">Requested share of the processors, 0 to 1.</param>
/// <param name="Memory">Requested share of the memory, 0 to 1.</param>
/// <param name="Pods">Pods on them, those of DaemonSets included.</param>
public sealed record BillLine(
    string NodePool,
    string InstanceType,
    string Zone,
    string CapacityType,
    int Nodes,
    int Ready,
    HourlyPrice Price,
    double Cpu,
    double Memory,
    int Pods
);

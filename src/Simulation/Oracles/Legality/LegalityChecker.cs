using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Storage;

namespace Tenon.Simulation.Oracles.Legality;

/// <summary>
/// A cluster and what a plan puts where. Nodes that the plan buys are described as they will be once they joined.
/// </summary>
public sealed record PlannedCluster
{
    public required IReadOnlyList<Node> Nodes { get; init; }

    /// <summary>Pods that are bound already; they are taken as they are.</summary>
    public IReadOnlyList<(Pod Pod, string Node)> Bound { get; init; } = [];

    /// <summary>What the plan adds.</summary>
    public required IReadOnlyList<(Pod Pod, string Node)> Planned { get; init; }

    public IReadOnlyList<Namespace> Namespaces { get; init; } = [];
    public IReadOnlyList<PersistentVolumeClaim> Claims { get; init; } = [];
    public IReadOnlyList<PersistentVolume> Volumes { get; init; } = [];
    public IReadOnlyList<StorageClass> StorageClasses { get; init; } = [];
    public IReadOnlyList<CSINode> Drivers { get; init; } = [];
}

/// <summary>Whether kube-scheduler could bind every pod of a plan to its node, in some order.</summary>
public static class LegalityChecker
{
    /// <summary>
    /// Binds pod after pod, each as soon as the rules allow it, until nothing moves. What is left could not be bound in
    /// any order that this found; for pods that only wait for one another (spread, affinity) some order is always
    /// found.
    /// </summary>
    public static ImmutableArray<Illegality> Check(PlannedCluster cluster)
    {
        var board = new LegalityBoard();
        foreach (var node in cluster.Nodes)
            board.Set(node);
        foreach (var ns in cluster.Namespaces)
            board.Set(ns);
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
            var stuck = new List<(Pod Pod, string Node)>();
            foreach (var (pod, node) in waiting)
                if (board.WhyNot(pod, node) is null)
                    board.Put(pod, node);
                else
                    stuck.Add((pod, node));
            if (stuck.Count == waiting.Count)
                return [.. stuck.Select(left => board.WhyNot(left.Pod, left.Node)!)];
            waiting = stuck;
        }
        return [];
    }
}

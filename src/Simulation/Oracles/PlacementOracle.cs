using Tenon.Api.Core;
using Tenon.Api.Storage;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Oracles.Legality;
using Tenon.Simulation.Workloads;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>Every binding is one that the rules of scheduling allow at that moment.</summary>
internal sealed class PlacementOracle : IOracle
{
    private readonly LegalityBoard _board = new();
    private readonly Accuse _accuse;
    private readonly SimulatedWorld _world;
    private readonly Dictionary<string, TimeSpan> _changed = new(StringComparer.Ordinal);

    /// <summary>A node may change between the scheduler's decision and the moment the binding is seen.</summary>
    private static readonly TimeSpan Race = TimeSpan.FromSeconds(5);

    public PlacementOracle(SimulatedWorld world, Accuse accuse)
    {
        (_world, _accuse) = (world, accuse);
        var informers = world.Informers;
        informers
            .Of<Namespace>()
            .Subscribe(change =>
            {
                if (change.New is { } now)
                    _board.Set(now);
            });
        informers
            .Of<StorageClass>()
            .Subscribe(change =>
            {
                if (change.New is { } now)
                    _board.Set(now);
            });
        informers
            .Of<CSINode>()
            .Subscribe(change =>
            {
                if (change.New is { } now)
                    _board.Set(now);
            });
        informers
            .Of<PersistentVolume>()
            .Subscribe(change =>
            {
                if (change.New is { } now)
                    _board.Set(now);
                else
                    _board.Remove(change.Old!);
            });
        informers
            .Of<PersistentVolumeClaim>()
            .Subscribe(change =>
            {
                if (change.New is { } now)
                    _board.Set(now);
                else
                    _board.Remove(change.Old!);
            });
        informers.Of<Node>().Subscribe(OnNode);
        informers.Of<Pod>().Subscribe(OnPod);
    }

    public void Look() { }

    public void JudgeCalm() { }

    private void OnNode(StoreChange<Node> change)
    {
        var name = change.Item.Metadata.Name!;
        if (change.New is not { } node)
        {
            _board.RemoveNode(name);
            _changed.Remove(name);
            return;
        }
        _board.Set(node);
        if (
            change.Old is null
            || !change.Old.Spec.Taints.SequenceEqual(node.Spec.Taints)
            || change.Old.Spec.Unschedulable != node.Spec.Unschedulable
            || !Same(change.Old.Metadata.Labels, node.Metadata.Labels)
        )
            _changed[name] = _world.Elapsed;
    }

    private static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private void OnPod(StoreChange<Pod> change)
    {
        if (change.New is not { } pod || pod.IsFinished())
        {
            _board.Remove(change.Item);
            return;
        }
        if (pod.Metadata.IsDeleting)
            _board.Leave(pod);
        if (!pod.IsAssigned() || change.Old?.IsAssigned() == true)
            return;
        var node = pod.Spec.NodeName!;
        var raced = _changed.TryGetValue(node, out var at) && _world.Elapsed - at < Race;
        // A pod that waited on its node for volumes was judged by the scheduler some seconds earlier.
        var waited = pod.Spec.Volumes.Any(volume =>
            volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null
        );
        if (!raced && !waited && _board.WhyNot(pod, node) is { } broken)
            _accuse(
                "every binding is legal",
                $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}",
                $"on {node} breaks {broken.Rule}: {broken.Detail}"
            );
        _board.Put(pod, node);
    }
}

using Tenon.Api.Core;
using Tenon.Api.Storage;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Oracles.Legality;
using Tenon.Simulation.Workloads;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>
/// Every placement is one that the rules of scheduling allow at the moment it is decided: the board knows the same
/// watch events as the scheduler then, so nothing has to be forgiven for having changed since. A binding that nobody
/// announced is judged when it is seen.
/// </summary>
internal sealed class PlacementOracle : IOracle
{
    private readonly LegalityBoard _board = new();
    private readonly Accuse _accuse;

    /// <summary>Node by uid of the pods whose placement was judged and whose binding was not seen yet.</summary>
    private readonly Dictionary<string, string> _decided = new(StringComparer.Ordinal);

    public PlacementOracle(SimulatedWorld world, Accuse accuse)
    {
        _accuse = accuse;
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
        world.Agents.Scheduler.Decided += OnDecision;
    }

    public void Look() { }

    public void JudgeCalm() { }

    private void OnNode(StoreChange<Node> change)
    {
        if (change.New is { } node)
            _board.Set(node);
        else
            _board.RemoveNode(change.Item.Metadata.Name!);
    }

    private void OnDecision(Pod pod, string? node)
    {
        var uid = pod.Metadata.Uid!;
        if (node is null)
        {
            _decided.Remove(uid);
            _board.Remove(pod);
            return;
        }
        Judge(pod, node);
        _decided[uid] = node;
        _board.Put(pod, node);
    }

    private void OnPod(StoreChange<Pod> change)
    {
        var uid = change.Item.Metadata.Uid!;
        if (change.New is not { } pod || pod.IsFinished())
        {
            _decided.Remove(uid);
            _board.Remove(change.Item);
            return;
        }
        if (pod.Metadata.IsDeleting)
            _board.Leave(pod);
        if (!pod.IsAssigned() || change.Old?.IsAssigned() == true)
            return;
        var node = pod.Spec.NodeName!;
        if (!_decided.Remove(uid, out var decided) || decided != node)
        {
            _board.Remove(pod);
            Judge(pod, node);
        }
        _board.Put(pod, node);
    }

    private void Judge(Pod pod, string node)
    {
        if (_board.WhyNot(pod, node) is { } broken)
            _accuse(
                "every binding is legal",
                $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}",
                $"on {node} breaks {broken.Rule}: {broken.Detail}"
            );
    }
}

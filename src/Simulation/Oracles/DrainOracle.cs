using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Scheduler;
using Tenon.Simulation.Workloads;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>
/// A machine is given back only when its pods have gone; pods go only by eviction, within their budgets, and never
/// against their word, unless the claim's termination grace period is over.
/// </summary>
internal sealed class DrainOracle : IOracle
{
    private const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";
    private readonly SimulatedWorld _world;
    private readonly Accuse _accuse;

    public DrainOracle(SimulatedWorld world, Accuse accuse)
    {
        (_world, _accuse) = (world, accuse);
        world
            .Informers.Of<Pod>()
            .AddIndex("node", pod => string.IsNullOrEmpty(pod.Spec.NodeName) ? [] : [pod.Spec.NodeName]);
        world.Cloud!.Changed += OnMachine;
        world.OperatorSpoke += OnRequest;
    }

    public void Look() { }

    public void JudgeCalm() { }

    private void OnMachine(MachineChange change)
    {
        if (change is not { Stage: MachineStage.Ending, End: MachineEnd.Returned })
            return;
        var node = _world.Informers.Of<Node>().All.FirstOrDefault(node => node.Spec.ProviderId == change.ProviderId);
        if (node is null || HasGrace(change.ProviderId) || IsSilent(node))
            return;
        foreach (var pod in _world.Informers.Of<Pod>().ByIndex("node", node.Metadata.Name!))
            if (pod.IsActive() && pod.IsReady() && !Stays(pod))
                _accuse(
                    "no bound pod is lost",
                    $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}",
                    $"still runs on {node.Metadata.Name}, whose machine was returned"
                );
    }

    private void OnRequest(KubeRequest request, KubeReply reply)
    {
        if (!reply.IsSuccess || request.Method is not ("DELETE" or "POST"))
            return;
        var path = request.Path.AsSpan();
        var query = path.IndexOf('?');
        if (query >= 0)
            path = path[..query];
        const string prefix = "/api/v1/namespaces/";
        if (!path.StartsWith(prefix))
            return;
        var parts = path[prefix.Length..].ToString().Split('/');
        if (parts is [var ns, "pods", var name, "eviction"] && request.Method == "POST")
            OnEviction(ns, name);
        else if (parts is [var ns2, "pods", var name2] && request.Method == "DELETE")
            OnDeletion(ns2, name2);
    }

    private void OnEviction(string ns, string name)
    {
        if (_world.Informers.Of<Pod>().Get(ns, name) is not { } pod)
            return;
        if (pod.Metadata.Annotations.GetValueOrDefault(DoNotDisrupt) == "true" && pod.IsActive())
            _accuse("do-not-disrupt is kept", $"pod {ns}/{name}", "was evicted");
    }

    /// <summary>Only the end of a grace period allows the operator to delete a pod itself.</summary>
    private void OnDeletion(string ns, string name)
    {
        if (_world.Informers.Of<Pod>().Get(ns, name) is not { } pod || !pod.IsActive() || !pod.IsAssigned())
            return;
        var node = _world.Informers.Of<Node>().Get(null, pod.Spec.NodeName!);
        if (node is not null && !HasGrace(node.Spec.ProviderId ?? ""))
            _accuse(
                "pods go by eviction",
                $"pod {ns}/{name}",
                "was deleted by the operator without a termination grace period"
            );
    }

    private bool HasGrace(string providerId) =>
        _world
            .Informers.Of<NodeClaim>()
            .All.Any(claim => claim.Status.ProviderId == providerId && claim.Spec.TerminationGracePeriod is not null);

    private static bool IsSilent(Node node) =>
        node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: not "True" });

    /// <summary>Pods that tolerate the disruption taint, daemons among them, and mirrors stay to the end.</summary>
    private static bool Stays(Pod pod) =>
        pod.Metadata.Controller()?.Kind is "DaemonSet" or "Node"
        || Matching.Tolerated(
            new Taint { Key = "karpenter.sh/disrupted", Effect = "NoSchedule" },
            pod.Spec.Tolerations
        );
}

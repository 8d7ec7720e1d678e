using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Nodes;
using Tenon.Simulation.Scheduler;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// Everything of a cluster that is not the API server and not the node autoscaler: scheduler, workload controllers and
/// kubelets, over one client and one set of informers.
/// </summary>
public sealed class Agents : IDisposable
{
    private readonly ControllerHost _host;
    private readonly List<Task> _running = [];

    public Agents(KubeClient client, AgentOptions options, FaultPlan faults, TimeProvider time)
    {
        Informers = new Informers(client);
        var events = new ClusterEvents(client, time, options.TellsEvents);
        Scheduler = new KubeScheduler(Informers, events, time);
        Kubelets = new Kubelets(Informers, options.Kubelets, faults, time);
        _host = new ControllerHost(Informers, ControllerHostOptions.Default with { Listener = options.Listener }, time);
        var pods = new PodControl(Informers, events);
        NamespaceController.AddTo(_host);
        ReplicaSetController.AddTo(_host, pods, time);
        DeploymentController.AddTo(_host, pods, events, time);
        StatefulSetController.AddTo(_host, pods, time);
        DaemonSetController.AddTo(_host, pods, time);
        JobController.AddTo(_host, pods, events, time);
        CronJobController.AddTo(_host, events, time);
        HorizontalPodAutoscalerController.AddTo(_host, events, time);
        DisruptionBudgetController.AddTo(_host, time);
        NodeLifecycleController.AddTo(_host, options.Kubelets.SilenceGrace, time);
        VolumeBinder.AddTo(_host, events, time);
        GarbageCollector.AddTo(_host, collector => KnownKinds.Watch(collector, Informers));
    }

    public Informers Informers { get; }
    public KubeScheduler Scheduler { get; }
    public Kubelets Kubelets { get; }

    public void Dispose() => _host.Dispose();

    /// <summary>Works until cancelled; call on the loop that everything runs on.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Informers.Start(cancel);
        _running.Add(Kubelets.RunAsync(cancel));
        _running.Add(Scheduler.RunAsync(cancel));
        _running.Add(_host.RunAsync(cancel));
        await Task.WhenAll(_running);
    }
}

public sealed record AgentOptions
{
    public KubeletOptions Kubelets { get; init; } = new();

    /// <summary>Whether controllers write Events, which people read and large runs can do without.</summary>
    public bool TellsEvents { get; init; } = true;

    public Kube.IKubeListener Listener { get; init; } = Kube.IKubeListener.Silent;
}

using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Rules;
using Tenon.Controllers.Claims;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Collection;
using Tenon.Controllers.Disruption;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Pools;
using Tenon.Controllers.Provisioning;
using Tenon.Controllers.Repair;
using Tenon.Controllers.Termination;
using Tenon.Kube;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Leadership;
using Tenon.Kube.Runtime.Queue;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Controllers.Operator;

/// <summary>
/// The whole of Tenon's controllers over one API server and one cloud. Composes, runs until cancelled, and holds
/// nothing that could not be read again from the API server and the cloud after a restart.
/// </summary>
public sealed class TenonOperator
{
    private readonly KubeClient _kube;
    private readonly ICloudProvider _cloud;
    private readonly OperatorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _log;
    private readonly ClusterView _view;
    private volatile Informers? _informers;

    public TenonOperator(
        KubeClient kube,
        ICloudProvider cloud,
        OperatorOptions options,
        TimeProvider time,
        ILoggerFactory log
    )
    {
        (_kube, _cloud, _options, _time, _log) = (kube, cloud, options, time, log);
        Journal = new DecisionJournal(time);
        _view = new ClusterView(time);
    }

    /// <summary>The last decisions and why.</summary>
    public DecisionJournal Journal { get; }

    /// <summary>What Tenon knows of the cluster now.</summary>
    public ClusterView Cluster => _view;

    /// <summary>Asked before a node counts as registered.</summary>
    public ImmutableArray<IRegistrationHook> RegistrationHooks { get; init; } = [];

    /// <summary>Where the cloud announces what it is about to do; none for a cloud that does not.</summary>
    public IInterruptionSource? Interruptions { get; init; }

    /// <summary>What the cloud itself has to look after; null for a cloud without such things.</summary>
    public ICloudControllers? CloudControllers { get; init; }

    /// <summary>Where the instruments are made; the composition root exposes them.</summary>
    public Meter Meter { get; init; } = new("Tenon");

    /// <summary>
    /// A client for the lease alone, so that its renewals do not queue behind the work's; the work's own when null.
    /// </summary>
    public KubeClient? LeaseClient { get; init; }

    /// <summary>Told of failures of the runtime, which has no log of its own.</summary>
    public IKubeListener Listener { get; init; } = IKubeListener.Silent;

    /// <summary>After this long without a complete picture of the cluster the run fails; null waits for ever.</summary>
    public TimeSpan? SyncDeadline { get; init; }

    /// <summary>
    /// What is still being listed, for a readiness probe: empty before the work has begun (a standby is ready to stand
    /// by) and when the picture is complete. Safe from any thread.
    /// </summary>
    public IReadOnlyList<ResourceType> Unsynced => _informers?.NotSynced ?? [];

    /// <summary>Names this process among those that want to lead.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Environment.ProcessId}";

    /// <summary>
    /// Waits for the lease (unless leader election is off), works until cancelled, and says why it ended. Does not
    /// throw on cancellation. Called once.
    /// </summary>
    public async Task<LeadershipEnd> RunAsync(CancellationToken cancel)
    {
        var informers = new Informers(_kube);
        using var host = new ControllerHost(
            informers,
            new ControllerHostOptions
            {
                Meter = Meter,
                Listener = Listener,
                SyncDeadline = SyncDeadline,
            },
            _time
        );
        var events = new EventRecorder(_kube, new EventRecorderOptions { Meter = Meter, Listener = Listener }, _time);
        Compose(host, informers, events);
        CloudControllers?.AddTo(host, informers, events);

        async Task WorkAsync(CancellationToken stop)
        {
            _informers = informers;
            await host.RunAsync(stop);
        }
        var telling = events.RunAsync(cancel);
        var end = await LeadAsync(WorkAsync, informers, events, cancel);
        if (cancel.IsCancellationRequested)
            await telling;
        return end;
    }

    private async Task<LeadershipEnd> LeadAsync(
        Func<CancellationToken, Task> work,
        Informers informers,
        EventRecorder events,
        CancellationToken cancel
    )
    {
        if (_options.DisableLeaderElection)
        {
            await work(cancel);
            return LeadershipEnd.Stopped;
        }
        if (!_options.DisableControllerWarmup)
            informers.Start(cancel);
        var elector = new LeaderElector(
            LeaseClient ?? _kube,
            new LeaderElectorOptions
            {
                Name = _options.LeaderElectionName,
                Namespace = _options.LeaderElectionNamespace,
                Identity = Identity,
                Meter = Meter,
                Listener = Listener,
            },
            _time,
            events
        );
        return await elector.RunAsync(work, cancel);
    }

    private void Compose(ControllerHost host, Informers informers, EventRecorder events)
    {
        var stores = new Stores(informers);
        var kinds = new ManagedKinds(_cloud);
        var context = new OperatorContext
        {
            Kube = _kube,
            Cloud = _cloud,
            Stores = stores,
            Kinds = kinds,
            View = _view,
            Feed = new ClusterFeed(stores, kinds, _view, _time),
            Events = events,
            Journal = Journal,
            Metrics = new TenonMetrics(Meter),
            Options = _options,
            Time = _time,
            Logs = _log,
        };
        new Wiring(host, context, Meter).Connect(RegistrationHooks, Interruptions);
    }
}

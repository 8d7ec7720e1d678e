using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
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
    private const int ManyWorkers = 100;
    private const int SomeWorkers = 10;
    private static readonly KeyBackoff LifecycleBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    private static readonly KeyBackoff TerminationBackoff = new(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromSeconds(10)
    );

    private readonly KubeClient _kube;
    private readonly ICloudProvider _cloud;
    private readonly OperatorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _log;
    private readonly ClusterView _view;

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

    /// <summary>Where the instruments are made; the composition root exposes them.</summary>
    public Meter Meter { get; init; } = new("Tenon");

    /// <summary>
    /// A client for the lease alone, so that its renewals do not queue behind the work's; the work's own when null.
    /// </summary>
    public KubeClient? LeaseClient { get; init; }

    /// <summary>Names this process among those that want to lead.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Environment.ProcessId}";

    /// <summary>
    /// Waits for the lease (unless leader election is off), works until cancelled, and says why it ended. Does not
    /// throw on cancellation. Called once.
    /// </summary>
    public async Task<LeadershipEnd> RunAsync(CancellationToken cancel)
    {
        var informers = new Informers(_kube);
        using var host = new ControllerHost(informers, new ControllerHostOptions { Meter = Meter }, _time);
        var events = new EventRecorder(_kube, new EventRecorderOptions { Meter = Meter }, _time);
        Compose(host, informers, events);
        var telling = events.RunAsync(cancel);
        var end = await LeadAsync(host, informers, events, cancel);
        if (cancel.IsCancellationRequested)
            await telling;
        return end;
    }

    private async Task<LeadershipEnd> LeadAsync(
        ControllerHost host,
        Informers informers,
        EventRecorder events,
        CancellationToken cancel
    )
    {
        if (_options.DisableLeaderElection)
        {
            await host.RunAsync(cancel);
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
            },
            _time,
            events
        );
        return await elector.RunAsync(host.RunAsync, cancel);
    }

    private void Compose(ControllerHost host, Informers informers, EventRecorder events)
    {
        var stores = new Stores(informers);
        var kinds = new ManagedKinds(_cloud);
        var feed = new ClusterFeed(stores, kinds, _view, _time);
        var metrics = new TenonMetrics(Meter);
        var scheduling = new SchedulingInputs(stores, kinds, _cloud, _options);
        var types = new InstanceTypeBook(_cloud, _log.CreateLogger<InstanceTypeBook>());
        var book = new PodBook(metrics, _time);
        var announcer = new Announcer(_view, stores, book, events, Journal, metrics, _options, _time);
        var creator = new ClaimCreator(
            _kube,
            _view,
            feed,
            stores,
            announcer,
            Journal,
            metrics,
            _log.CreateLogger<ClaimCreator>()
        );
        AddProvisioning(host, stores, feed, scheduling, types, creator, announcer, book, metrics);
        AddClaims(host, stores, kinds, events, types, scheduling, metrics);
        AddPools(host, stores, kinds, feed, scheduling.Vocabulary);
        AddTermination(host, stores, kinds, events, metrics);
        AddDisruption(host, stores, feed, scheduling, types, creator, announcer, events, metrics);
        AddInterruptions(host, stores, book, events);
    }

    private void AddProvisioning(
        ControllerHost host,
        Stores stores,
        ClusterFeed feed,
        SchedulingInputs scheduling,
        InstanceTypeBook types,
        ClaimCreator creator,
        Announcer announcer,
        PodBook book,
        TenonMetrics metrics
    )
    {
        var batcher = new Batcher(_time, _options.BatchIdleDuration, _options.BatchMaxDuration);
        var provisioner = new Provisioner(
            _view,
            feed,
            batcher,
            scheduling,
            types,
            creator,
            announcer,
            stores,
            book,
            metrics,
            _options,
            _time,
            _log.CreateLogger<Provisioner>()
        );
        host.Add(Named("provisioner.trigger.pod"), new PodTrigger(stores, batcher, book), Source.Of(stores.Pods));
        host.Add(Named("provisioner.trigger.node"), new NodeTrigger(stores, batcher), Source.Of(stores.Nodes));
        // Waiting for a batch is most of what it does, so no time limit applies to a reconcile.
        host.AddSingleton(
            new ControllerOptions { Name = "provisioner", ReconcileTimeout = null },
            provisioner.ReconcileAsync
        );
        host.Add(Named("state.nodeclaimgc"), new ClaimGuard(_kube, feed), creator.Guard);
    }

    private void AddClaims(
        ControllerHost host,
        Stores stores,
        ManagedKinds kinds,
        IEventRecorder events,
        InstanceTypeBook types,
        SchedulingInputs scheduling,
        TenonMetrics metrics
    )
    {
        var health = new RegistrationHealthBook();
        var writer = new PoolHealthWriter(_kube, stores, health, _time);
        var lifecycle = new ClaimLifecycle(
            _kube,
            stores,
            kinds,
            new ClaimLaunch(_kube, _cloud, events, Journal, metrics, _time, _log.CreateLogger<ClaimLaunch>()),
            new ClaimRegistration(
                _kube,
                stores,
                RegistrationHooks,
                writer,
                events,
                Journal,
                metrics,
                _time,
                _log.CreateLogger<ClaimRegistration>()
            ),
            new ClaimInitialization(_kube, stores, Journal, _time, _log.CreateLogger<ClaimInitialization>()),
            new ClaimLiveness(_kube, writer, Journal, metrics, _time, _log.CreateLogger<ClaimLiveness>()),
            new ClaimFinalization(
                _kube,
                _cloud,
                stores,
                events,
                Journal,
                metrics,
                _time,
                _log.CreateLogger<ClaimFinalization>()
            ),
            _log.CreateLogger<ClaimLifecycle>()
        );
        host.Add(
            Named("nodeclaim.lifecycle", ManyWorkers, LifecycleBackoff),
            lifecycle,
            Source.Of(stores.Claims),
            ClaimsOfNodes(stores)
        );
        AddClaimWatchers(host, stores, kinds, events, types, scheduling, metrics);
        AddCollectors(host, stores, kinds, metrics);
        var classes = new NodeClassReader(_kube, kinds);
        host.Add(
            Named("nodepool.registrationhealth"),
            new PoolRegistrationHealth(_kube, stores, kinds, classes, health, _time),
            Source.Of(stores.Pools)
        );
        host.Add(
            Named("nodepool.readiness"),
            new PoolReadiness(_kube, stores, kinds, classes, _time),
            Source.Of(stores.Pools)
        );
    }

    private void AddClaimWatchers(
        ControllerHost host,
        Stores stores,
        ManagedKinds kinds,
        IEventRecorder events,
        InstanceTypeBook types,
        SchedulingInputs scheduling,
        TenonMetrics metrics
    )
    {
        host.Add(
            Named("nodeclaim.expiration", 1),
            new ClaimExpiration(_kube, stores, kinds, Journal, metrics, _time, _log.CreateLogger<ClaimExpiration>()),
            Source.Of(stores.Claims)
        );
        host.Add(
            Named("nodeclaim.podevents", 1),
            new ClaimPodEvents(_kube, stores, kinds, _time),
            Source.Of<Pod, ObjectKey>(stores.Pods, ClaimPodEvents.NodesOf)
        );
        host.Add(
            Named("nodeclaim.disruption"),
            new ClaimDisruptionMarks(_kube, stores, kinds, _cloud, types, scheduling, _time),
            Source.Of(stores.Claims),
            ClaimsOfPools(stores)
        );
        host.Add(
            Named("nodeclaim.consistency"),
            new ClaimConsistency(_kube, stores, kinds, events, _time),
            Source.Of(stores.Claims)
        );
        host.Add(Named("nodeclaim.hydration"), new ClaimHydration(_kube, stores, kinds), Source.Of(stores.Claims));
        host.Add(Named("node.hydration"), new NodeHydration(_kube, stores, kinds), Source.Of(stores.Nodes));
    }

    private void AddCollectors(ControllerHost host, Stores stores, ManagedKinds kinds, TenonMetrics metrics)
    {
        host.AddSingleton(
            "nodeclaim.garbagecollection",
            new ClaimCollection(
                _kube,
                _cloud,
                stores,
                kinds,
                Journal,
                metrics,
                _log.CreateLogger<ClaimCollection>()
            ).ReconcileAsync
        );
        host.AddSingleton(
            "machine.garbagecollection",
            new MachineCollection(
                _kube,
                _cloud,
                kinds,
                Journal,
                _time,
                _log.CreateLogger<MachineCollection>()
            ).ReconcileAsync
        );
    }

    private void AddPools(
        ControllerHost host,
        Stores stores,
        ManagedKinds kinds,
        ClusterFeed feed,
        LabelVocabulary vocabulary
    )
    {
        host.Add(
            Named("nodepool.counter"),
            new PoolCounter(_kube, stores, kinds, _view, feed),
            Source.Of(stores.Pools)
        );
        host.Add(Named("nodepool.hash"), new PoolHashing(_kube, stores, kinds), Source.Of(stores.Pools));
        host.Add(
            Named("nodepool.validation"),
            new PoolValidation(_kube, stores, kinds, vocabulary, _time),
            Source.Of(stores.Pools)
        );
    }

    private void AddTermination(
        ControllerHost host,
        Stores stores,
        ManagedKinds kinds,
        IEventRecorder events,
        TenonMetrics metrics
    )
    {
        var evictions = new EvictionQueue(
            _kube,
            stores,
            events,
            Journal,
            metrics,
            _time,
            _log.CreateLogger<EvictionQueue>()
        );
        host.Add(Named("eviction-queue", ManyWorkers, TerminationBackoff), evictions, evictions.Added);
        host.Add(
            Named("node.termination", ManyWorkers, TerminationBackoff),
            new NodeTermination(
                _kube,
                _cloud,
                stores,
                kinds,
                evictions,
                events,
                Journal,
                metrics,
                _time,
                _log.CreateLogger<NodeTermination>()
            ),
            Source.Of(stores.Nodes)
        );
        if (_options.Gates.NodeRepair && !_cloud.RepairPolicies.IsEmpty)
            host.Add(
                Named("node.health"),
                new NodeRepair(
                    _kube,
                    _cloud,
                    stores,
                    kinds,
                    events,
                    Journal,
                    metrics,
                    _time,
                    _log.CreateLogger<NodeRepair>()
                ),
                Source.Of(stores.Nodes)
            );
    }

    private void AddDisruption(
        ControllerHost host,
        Stores stores,
        ClusterFeed feed,
        SchedulingInputs scheduling,
        InstanceTypeBook types,
        ClaimCreator creator,
        Announcer announcer,
        IEventRecorder events,
        TenonMetrics metrics
    )
    {
        var marks = new DisruptionMarks(_kube, _time);
        var queue = new CommandQueue(
            _kube,
            _view,
            stores,
            marks,
            creator,
            announcer,
            events,
            Journal,
            metrics,
            _time,
            _log.CreateLogger<CommandQueue>()
        );
        var inputs = new DisruptionInputs(_view, stores, scheduling, types, queue, _options, _time);
        var loop = new DisruptionLoop(
            _view,
            feed,
            inputs,
            queue,
            marks,
            events,
            metrics,
            _time,
            _log.CreateLogger<DisruptionLoop>()
        );
        host.Add(
            Named("disruption.queue", ManyWorkers, LifecycleBackoff with { Longest = TimeSpan.FromSeconds(10) }),
            queue,
            queue.Started
        );
        host.AddSingleton("disruption", loop.ReconcileAsync);
    }

    private void AddInterruptions(ControllerHost host, Stores stores, PodBook book, IEventRecorder events)
    {
        if (Interruptions is not { } source)
            return;
        var watch = new InterruptionWatch(
            _kube,
            source,
            _view,
            stores,
            book,
            new DisruptionMarks(_kube, _time),
            events,
            Journal,
            _time,
            _log.CreateLogger<InterruptionWatch>()
        );
        // A source may answer a question for as long as it has nothing to say.
        host.AddSingleton(new ControllerOptions { Name = "interruption", ReconcileTimeout = null }, watch.ListenAsync);
        host.AddSingleton("interruption.drain", watch.DrainAsync);
    }

    private static Source<ObjectKey> ClaimsOfNodes(Stores stores) =>
        Source.Of<Node, ObjectKey>(
            stores.Nodes,
            change => stores.ClaimsOf(change.Item).Select(static claim => ObjectKey.Of(claim))
        );

    private static Source<ObjectKey> ClaimsOfPools(Stores stores) =>
        Source.Of<NodePool, ObjectKey>(
            stores.Pools,
            change =>
                change.Old?.Metadata.Generation == change.New?.Metadata.Generation
                && (
                    change.Old?.Metadata.Annotations.SequenceEqual(
                        change.New?.Metadata.Annotations ?? change.Old.Metadata.Annotations
                    ) ?? false
                )
                    ? []
                    : stores.Claims.ByIndex(Stores.ByPool, change.Key.Name).Select(static claim => ObjectKey.Of(claim))
        );

    private static ControllerOptions Named(string name, int workers = SomeWorkers, KeyBackoff? backoff = null) =>
        new()
        {
            Name = name,
            Workers = workers,
            Backoff = backoff ?? KeyBackoff.Default,
        };
}

using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Claims;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Collection;
using Tenon.Controllers.Disruption;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Pools;
using Tenon.Controllers.Provisioning;
using Tenon.Controllers.Repair;
using Tenon.Controllers.Termination;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Queue;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Controllers.Operator;

/// <summary>Which reconciler runs under which name, with how many workers, woken by what.</summary>
internal sealed class Wiring
{
    private const int ManyWorkers = 100;
    private const int SomeWorkers = 10;
    private static readonly KeyBackoff LifecycleBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    private static readonly KeyBackoff QueueBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    private static readonly KeyBackoff TerminationBackoff = new(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromSeconds(10)
    );

    private readonly ControllerHost _host;
    private readonly OperatorContext _context;
    private readonly Meter _meter;
    private readonly SchedulingInputs _scheduling;
    private readonly InstanceTypeBook _types;
    private readonly PodBook _book;
    private readonly Announcer _announcer;
    private readonly ClaimCreator _creator;
    private readonly DisruptionMarks _marks;
    private readonly MoveBook _moves;
    private readonly ReplicaRolls _rolls;
    private readonly PodPlaces _places;

    public Wiring(ControllerHost host, OperatorContext context, Meter meter)
    {
        (_host, _context, _meter) = (host, context, meter);
        _scheduling = new SchedulingInputs(context.Stores, context.Kinds, context.Cloud, context.Options);
        _types = new InstanceTypeBook(context.Cloud, context.Log<InstanceTypeBook>());
        _book = new PodBook(context.Metrics, context.Time);
        _announcer = new Announcer(
            context.View,
            context.Stores,
            _book,
            context.Events,
            context.Journal,
            context.Metrics,
            context.Options,
            context.Time
        );
        _creator = new ClaimCreator(
            context.Kube,
            context.View,
            context.Feed,
            context.Stores,
            _announcer,
            context.Journal,
            context.Metrics,
            context.Log<ClaimCreator>()
        );
        _marks = new DisruptionMarks(context.Kube, context.Time);
        _moves = new MoveBook(context);
        _rolls = new ReplicaRolls(context, context.Log<ReplicaRolls>());
        _places = new PodPlaces(context.Stores, _book);
    }

    private Stores Stores => _context.Stores;

    public void Connect(ImmutableArray<IRegistrationHook> hooks, IInterruptionSource? interruptions)
    {
        AddProvisioning();
        AddClaims(hooks);
        AddClaimWatchers();
        AddCollectors();
        AddPools();
        AddTermination();
        AddDisruption();
        if (interruptions is not null)
            AddInterruptions(interruptions);
        if (!_context.Options.DisableClusterStateObservability)
            AddObservability();
    }

    private void AddProvisioning()
    {
        var options = _context.Options;
        var batcher = new Batcher(_context.Time, options.BatchIdleDuration, options.BatchMaxDuration);
        var provisioner = new Provisioner(
            _context.View,
            _context.Feed,
            batcher,
            _scheduling,
            _types,
            _creator,
            _announcer,
            Stores,
            _book,
            _moves,
            _rolls,
            _context.Metrics,
            options,
            _context.Time,
            _context.Log<Provisioner>()
        );
        _host.Add(Named("provisioner.trigger.pod"), new PodTrigger(Stores, batcher, _book), Source.Of(Stores.Pods));
        _host.Add(Named("provisioner.trigger.node"), new NodeTrigger(Stores, batcher), Source.Of(Stores.Nodes));
        // Waiting for a batch is most of what it does, so no time limit applies to a reconcile.
        _host.AddSingleton(
            new ControllerOptions { Name = "provisioner", ReconcileTimeout = null },
            provisioner.ReconcileAsync
        );
        _host.Add(Named("state.nodeclaimgc"), new ClaimGuard(_context.Kube, _context.Feed), _creator.Guard);
    }

    private void AddClaims(ImmutableArray<IRegistrationHook> hooks)
    {
        var health = new RegistrationHealthBook();
        var writer = new PoolHealthWriter(_context, health);
        var lifecycle = new ClaimLifecycle(
            _context,
            new ClaimLaunch(_context, _context.Log<ClaimLaunch>()),
            new ClaimRegistration(_context, hooks, writer, _context.Log<ClaimRegistration>()),
            new ClaimInitialization(_context, _context.Log<ClaimInitialization>()),
            new ClaimLiveness(_context, writer, _context.Log<ClaimLiveness>()),
            new ClaimFinalization(_context, _context.Log<ClaimFinalization>()),
            _context.Log<ClaimLifecycle>()
        );
        _host.Add(
            Named("nodeclaim.lifecycle", ManyWorkers, LifecycleBackoff),
            lifecycle,
            Source.Of(Stores.Claims),
            ClaimsOfNodes()
        );
        var classes = new NodeClassReader(_context.Kube, _context.Kinds);
        _host.Add(
            Named("nodepool.registrationhealth"),
            new PoolRegistrationHealth(_context, classes, health),
            Source.Of(Stores.Pools)
        );
        _host.Add(Named("nodepool.readiness"), new PoolReadiness(_context, classes), Source.Of(Stores.Pools));
    }

    private void AddClaimWatchers()
    {
        _host.Add(
            Named("nodeclaim.expiration", 1),
            new ClaimExpiration(_context, _context.Log<ClaimExpiration>()),
            Source.Of(Stores.Claims)
        );
        _host.Add(
            Named("nodeclaim.podevents", 1),
            new ClaimPodEvents(_context),
            Source.Of<Pod, ObjectKey>(Stores.Pods, ClaimPodEvents.NodesOf)
        );
        _host.Add(
            Named("nodeclaim.disruption"),
            new ClaimDisruptionMarks(_context, _types, _scheduling),
            Source.Of(Stores.Claims),
            ClaimsOfPools()
        );
        _host.Add(Named("nodeclaim.consistency"), new ClaimConsistency(_context), Source.Of(Stores.Claims));
        _host.Add(Named("nodeclaim.hydration"), new ClaimHydration(_context), Source.Of(Stores.Claims));
        _host.Add(Named("node.hydration"), new NodeHydration(_context), Source.Of(Stores.Nodes));
    }

    private void AddCollectors()
    {
        _host.AddSingleton(
            "nodeclaim.garbagecollection",
            new ClaimCollection(_context, _context.Log<ClaimCollection>()).ReconcileAsync
        );
        _host.AddSingleton(
            "machine.garbagecollection",
            new MachineCollection(_context, _context.Log<MachineCollection>()).ReconcileAsync
        );
    }

    private void AddPools()
    {
        _host.Add(Named("nodepool.counter"), new PoolCounter(_context), Source.Of(Stores.Pools));
        _host.Add(Named("nodepool.hash"), new PoolHashing(_context), Source.Of(Stores.Pools));
        _host.Add(
            Named("nodepool.validation"),
            new PoolValidation(_context, _scheduling.Vocabulary),
            Source.Of(Stores.Pools)
        );
    }

    private void AddTermination()
    {
        var evictions = new EvictionQueue(_context, _rolls, _context.Log<EvictionQueue>());
        _host.Add(Named("eviction-queue", ManyWorkers, TerminationBackoff), evictions, evictions.Added);
        _host.Add(
            Named("node.termination", ManyWorkers, TerminationBackoff),
            new NodeTermination(_context, evictions, _places, _rolls, _context.Log<NodeTermination>()),
            Source.Of(Stores.Nodes)
        );
        if (_context.Options.Gates.NodeRepair && !_context.Cloud.RepairPolicies.IsEmpty)
            _host.Add(
                Named("node.health"),
                new NodeRepair(_context, _context.Log<NodeRepair>()),
                Source.Of(Stores.Nodes)
            );
    }

    private void AddDisruption()
    {
        var reservations = new NodeReservations();
        var queue = new CommandQueue(
            _context,
            _marks,
            _creator,
            _announcer,
            reservations,
            _moves,
            _context.Log<CommandQueue>()
        );
        var inputs = new DisruptionInputs(_context, _scheduling, _types, queue, _moves);
        var loop = new DisruptionLoop(_context, inputs, queue, _marks, _context.Log<DisruptionLoop>());
        _host.Add(Named("disruption.queue", ManyWorkers, QueueBackoff), queue, queue.Started);
        _host.AddSingleton("disruption", loop.ReconcileAsync);
        if (_context.Options.Gates.StaticCapacity)
            AddStaticCapacity(queue, reservations);
    }

    private void AddStaticCapacity(CommandQueue queue, NodeReservations reservations)
    {
        _host.Add(
            Named("static.provisioning"),
            new StaticProvisioning(
                _context,
                _creator,
                _scheduling,
                queue,
                reservations,
                _context.Log<StaticProvisioning>()
            ),
            StaticTriggers.Pools(Stores, StaticTriggers.Grows),
            StaticTriggers.Claims(Stores, StaticTriggers.Leaves)
        );
        _host.Add(
            Named("static.deprovisioning"),
            new StaticDeprovisioning(_context, queue, _context.Log<StaticDeprovisioning>()),
            StaticTriggers.Pools(Stores, StaticTriggers.Shrinks),
            StaticTriggers.Claims(Stores, static change => change.Old is null)
        );
    }

    private void AddInterruptions(IInterruptionSource source)
    {
        var watch = new InterruptionWatch(_context, source, _places, _rolls, _marks, _context.Log<InterruptionWatch>());
        // A source may answer a question for as long as it has nothing to say.
        _host.AddSingleton(new ControllerOptions { Name = "interruption", ReconcileTimeout = null }, watch.ListenAsync);
        _host.AddSingleton("interruption.drain", watch.DrainAsync);
    }

    private void AddObservability()
    {
        _ = new ClusterGauges(_meter, _context, _scheduling.WellKnown);
        _ = new PodGauges(_meter, _context);
        var metrics = new ConditionMetrics(_meter, _context.Time);
        ImmutableArray<string> ofClaims = [.. _context.Kinds.NodeClassLabels, WellKnownLabels.NodePool];
        ImmutableArray<string> ofNodes = [.. ofClaims, WellKnownLabels.Initialized];
        Report(metrics, Stores.Claims, ofClaims, true, static it => it.Status.Conditions, _context.Kinds.Has);
        Report(metrics, Stores.Pools, [], true, static it => it.Status.Conditions, _context.Kinds.Has);
        Report(metrics, Stores.Nodes, ofNodes, false, static it => it.Status.Conditions, static _ => true);
    }

    private void Report<T>(
        ConditionMetrics metrics,
        Informer<T> objects,
        ImmutableArray<string> labels,
        bool hasTwin,
        Func<T, IReadOnlyList<Condition>> conditionsOf,
        Func<T, bool> isOurs
    )
        where T : class, IKubeObject<T> =>
        _host.Add(
            Named($"{T.Resource.Kind.ToLowerInvariant()}.status"),
            new ConditionReport<T>(_context, objects, metrics.For(T.Resource, labels, hasTwin), conditionsOf, isOurs),
            Source.Of(objects)
        );

    private Source<ObjectKey> ClaimsOfNodes() =>
        Source.Of<Node, ObjectKey>(
            Stores.Nodes,
            change => Stores.ClaimsOf(change.Item).Select(static claim => ObjectKey.Of(claim))
        );

    private Source<ObjectKey> ClaimsOfPools() =>
        Source.Of<NodePool, ObjectKey>(
            Stores.Pools,
            change =>
                change.Old?.Metadata.Generation == change.New?.Metadata.Generation
                && (
                    change.Old?.Metadata.Annotations.SequenceEqual(
                        change.New?.Metadata.Annotations ?? change.Old.Metadata.Annotations
                    ) ?? false
                )
                    ? []
                    : Stores.Claims.ByIndex(Stores.ByPool, change.Key.Name).Select(static claim => ObjectKey.Of(claim))
        );

    private static ControllerOptions Named(string name, int workers = SomeWorkers, KeyBackoff? backoff = null) =>
        new()
        {
            Name = name,
            Workers = workers,
            Backoff = backoff ?? KeyBackoff.Default,
        };
}

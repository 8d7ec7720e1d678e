using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Schemas;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Kwok;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.ControlPlane;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Oracles;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// A whole cluster on one thread and one virtual clock: API server, scheduler, workload controllers, kubelets, a priced
/// cloud, and the operator under test. Same options, same calls, same journal.
/// </summary>
public sealed class SimulatedWorld : IDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);
    private const string ProviderScheme = "kwok://";

    /// <summary>
    /// What one step of improving a plan is taken to last; about what it does on an ordinary core.
    /// </summary>
    private static readonly TimeSpan PlanStep = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Administrator _administrator;
    private readonly OperatorHost? _operator;
    private bool _started;

    public SimulatedWorld(WorldOptions options)
    {
        Options = options;
        Loop = new SimulationLoop(
            new SimulationLoopOptions { Start = options.Start, AllowForeignWork = options.IsLive }
        );
        Server = new ApiServer(Loop.Time, new ApiServerOptions { Seed = options.Seed });
        Client = NewClient("world");
        _administrator = new Administrator(Client);
        var kubelets = options.Kubelets with { Seed = options.Seed, KnowsClaims = options.Catalogue is not null };
        Agents = new Agents(
            Client,
            new AgentOptions { Kubelets = kubelets, TellsEvents = options.TellsEvents },
            options.Faults,
            Loop.Time
        );
        Journal = new WorldJournal(Loop.Time, options.JournalLines);
        if (options.Catalogue is not null)
        {
            foreach (var definition in CustomResources.All)
                Apply(definition);
            Cloud = new SimulatedCloud(
                NewClient("cloud"),
                options.Cloud with
                {
                    Seed = options.Seed,
                    Faults = new PlannedCloudFaults(options.Faults),
                },
                Loop.Time
            );
            Cloud.Changed += OnMachine;
            if (options.Operator is { } main)
                _operator = new OperatorHost(main, Place, options.Faults, Loop);
        }
        if (options.Judged)
            Oracles = new OracleBench(this);
    }

    public WorldOptions Options { get; }
    public SimulationLoop Loop { get; }
    public ApiServer Server { get; }
    public Agents Agents { get; }
    public WorldJournal Journal { get; }
    public SimulatedCloud? Cloud { get; }
    public OracleBench? Oracles { get; }

    /// <summary>An administrator's client, without limits and without faults.</summary>
    public KubeClient Client { get; }

    public Informers Informers => Agents.Informers;
    public TimeSpan Elapsed => Loop.Time.Elapsed;

    /// <summary>How often the operator was started again.</summary>
    public int Restarts => _operator?.Restarts ?? 0;

    /// <summary>Told of every request of the operator that the server answered.</summary>
    public event Action<KubeRequest, KubeReply>? OperatorSpoke;

    /// <summary>
    /// Requests of the operator that change something, leases and events left out: a calm world sees none.
    /// </summary>
    public long OperatorWrites { get; private set; }

    /// <summary>
    /// How often a running pod had to start again somewhere else: evictions and rollouts of the operator's, and pods
    /// that were lost with their machine.
    /// </summary>
    public long PodRestarts { get; private set; }

    /// <summary>Puts objects into the cluster: those that are there are merged.</summary>
    public void Apply(params IEnumerable<JsonObject> manifests) =>
        Loop.Run(
            async () =>
            {
                foreach (var manifest in manifests)
                    await _administrator.ApplyAsync(manifest, CancellationToken.None);
            },
            AnswerLimit
        );

    /// <summary>Puts one typed object into the cluster.</summary>
    public void Apply<T>(T item)
        where T : class, IKubeObject<T> => Apply([(JsonObject)JsonNode.Parse(Api.Json.ApiJson.Write(item))!]);

    public void Delete(params IEnumerable<JsonObject> manifests) =>
        Loop.Run(
            async () =>
            {
                foreach (var manifest in manifests)
                    await _administrator.DeleteAsync(manifest, CancellationToken.None);
            },
            AnswerLimit
        );

    /// <summary>Any conversation with the cluster, run on the loop.</summary>
    public T Ask<T>(Func<KubeClient, ValueTask<T>> question) => Loop.Run(() => question(Client), AnswerLimit);

    /// <summary>An expectation of the world's own script did not come true.</summary>
    internal void Accuse(string law, string subject, string what) => Oracles?.Report(law, subject, what);

    /// <summary>Stops the operator in the middle of whatever it does; it comes back after a few seconds.</summary>
    public void RestartOperator() => _operator?.Restart();

    /// <summary>The cloud gives notice that it takes the machine back.</summary>
    public void Reclaim(string providerId) =>
        Loop.Run(
            () =>
            {
                Cloud!.Reclaim(providerId);
                return ValueTask.CompletedTask;
            },
            AnswerLimit
        );

    public void RunFor(TimeSpan duration)
    {
        Start();
        var left = Left(duration);
        Loop.RunFor(left);
        if (left < duration)
            throw new WorldEndedException(Elapsed);
    }

    /// <summary>Runs until the condition holds; false when the limit passed first.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        Start();
        var left = Left(limit);
        var held = Loop.RunUntil(condition, left);
        return held || left == limit ? held : throw new WorldEndedException(Elapsed);
    }

    /// <summary>
    /// Runs against the wall clock until cancelled: one second of life is <paramref name="speed"/> seconds inside.
    /// </summary>
    public void RunPaced(double speed, TimeProvider wall, CancellationToken cancel)
    {
        Start();
        Loop.RunPaced(speed, wall, cancel);
    }

    public void Dispose()
    {
        _stop.Cancel();
        Cloud?.Dispose();
        Agents.Dispose();
        Journal.Dispose();
        Loop.Dispose();
        _stop.Dispose();
    }

    private TimeSpan Left(TimeSpan wanted) =>
        Options.Until is { } until && Elapsed + wanted > until
            ? TimeSpan.FromTicks(Math.Max(0, (until - Elapsed).Ticks))
            : wanted;

    private void Start()
    {
        if (_started)
            return;
        _started = true;
        Journal.Follow(Informers, Cloud is not null);
        if (Oracles is { } oracles)
            Loop.Settled = oracles.Look + Loop.Settled;
        Loop.Spawn("the cluster's controllers", () => Agents.RunAsync(_stop.Token));
        if (Cloud is not null)
            Loop.Spawn("reclaims", () => ReclaimAsync(_stop.Token));
        if (_operator is { } host)
            Loop.Spawn("the operator", () => host.RunAsync(_stop.Token));
    }

    /// <summary>Another client of this world's API server, under its own name.</summary>
    public KubeClient NewClient(string name) => new(new InProcessTransport(Server), ClientOptions(name, 0), Loop.Time);

    private KubeClientOptions ClientOptions(string name, double qps) =>
        KubeClientOptions.Default with
        {
            Qps = qps,
            FieldManager = name,
            Seed = Options.Seed,
        };

    private OperatorPlace Place(int incarnation)
    {
        var road = new ObservedTransport(new InProcessTransport(Server, new PlannedApiFaults(Options.Faults)), Saw);
        var client = new KubeClient(road, ClientOptions("tenon", KubeClientOptions.Default.Qps), Loop.Time);
        var provider = new KwokProvider(Options.Catalogue!, client, Cloud!, Loop.Time);
        return new OperatorPlace
        {
            Client = client,
            LeaseClient = new KubeClient(road, ClientOptions("tenon", 0), Loop.Time),
            Cloud = provider,
            Interruptions = Cloud!,
            Time = Loop.Time,
            PlanClock = new EffortClock(PlanStep),
            Identity = $"tenon-{incarnation}",
        };
    }

    private void Saw(KubeRequest request, KubeReply reply)
    {
        if (reply.IsSuccess && IsMove(request))
            PodRestarts++;
        if (
            request.Method != "GET"
            && !request.Path.Contains("/leases", StringComparison.Ordinal)
            && !request.Path.Contains("/events", StringComparison.Ordinal)
        )
            OperatorWrites++;
        OperatorSpoke?.Invoke(request, reply);
    }

    /// <summary>Once a minute the plan is asked, for each spot machine, whether the cloud wants it back.</summary>
    private async Task ReclaimAsync(CancellationToken cancel)
    {
        if (!Options.Faults.IsArmed(FaultSite.SpotReclaim))
            return;
        while (true)
        {
            await Task.Delay(TimeSpan.FromMinutes(1), Loop.Time, cancel);
            foreach (var entry in Cloud!.Ledger.Running.ToList())
                if (entry.Offering.CapacityType == "spot" && Options.Faults.Strikes(FaultSite.SpotReclaim))
                    Cloud.Reclaim(entry.ProviderId);
        }
    }

    /// <summary>A machine that ends takes its kubelet with it.</summary>
    private void OnMachine(MachineChange change)
    {
        if (
            change.Stage != MachineStage.Ending
            || !change.ProviderId.StartsWith(ProviderScheme, StringComparison.Ordinal)
        )
            return;
        var node = change.ProviderId[ProviderScheme.Length..];
        foreach (var pod in Informers.Of<Pod>().All)
            if (pod.Spec.NodeName == node && pod.IsActive() && pod.Metadata.Controller()?.Kind != "DaemonSet")
                PodRestarts++;
        Agents.Kubelets.Silence(node);
    }

    private static bool IsMove(KubeRequest request) =>
        request.Method == "POST" && request.Path.EndsWith("/eviction", StringComparison.Ordinal)
        || request.Method == "PATCH" && request.Path.Contains("/deployments/", StringComparison.Ordinal);
}

/// <summary>The run reached the moment it was asked to stop at.</summary>
public sealed class WorldEndedException(TimeSpan at)
    : Exception($"stopped at {at:d\\.hh\\:mm\\:ss} of virtual time, as asked");

using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Clock;
using Tenon.Simulation.ControlPlane;
using Tenon.Simulation.Faults;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// A whole cluster on one thread and one virtual clock: API server, scheduler, workload controllers, kubelets. Same options,
/// same calls, same journal.
/// </summary>
public sealed class SimulatedWorld : IDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Administrator _administrator;
    private bool _started;

    public SimulatedWorld(WorldOptions options)
    {
        Options = options;
        Loop = new SimulationLoop(new SimulationLoopOptions { Start = options.Start });
        Server = new ApiServer(Loop.Time, new ApiServerOptions { Seed = options.Seed });
        Client = NewClient("world");
        _administrator = new Administrator(Client);
        Agents = new Agents(Client, new AgentOptions { Kubelets = options.Kubelets with { Seed = options.Seed }, TellsEvents = options.TellsEvents },
            options.Faults, Loop.Time);
        Journal = new WorldJournal(Loop.Time, options.JournalLines);
    }

    public WorldOptions Options { get; }
    public SimulationLoop Loop { get; }
    public ApiServer Server { get; }
    public Agents Agents { get; }
    public WorldJournal Journal { get; }

    /// <summary>An administrator's client, without limits and without faults.</summary>
    public KubeClient Client { get; }

    public Informers Informers => Agents.Informers;
    public TimeSpan Elapsed => Loop.Time.Elapsed;

    /// <summary>A client of its own rate and road for somebody in this world.</summary>
    public KubeClient NewClient(string name, FaultPlan? faults = null, double qps = 0) => new(
        new InProcessTransport(Server, faults is null ? null : new PlannedApiFaults(faults)),
        KubeClientOptions.Default with { Qps = qps, FieldManager = name, Seed = Options.Seed }, Loop.Time);

    /// <summary>Puts objects into the cluster: those that are there are merged.</summary>
    public void Apply(params IEnumerable<JsonObject> manifests) => Loop.Run(async () =>
    {
        foreach (var manifest in manifests) await _administrator.ApplyAsync(manifest, CancellationToken.None);
    }, AnswerLimit);

    /// <summary>Puts one typed object into the cluster.</summary>
    public void Apply<T>(T item) where T : class, IKubeObject<T> => Apply([(JsonObject)JsonNode.Parse(Api.Json.ApiJson.Write(item))!]);

    public void Delete(params IEnumerable<JsonObject> manifests) => Loop.Run(async () =>
    {
        foreach (var manifest in manifests) await _administrator.DeleteAsync(manifest, CancellationToken.None);
    }, AnswerLimit);

    /// <summary>Any conversation with the cluster, run on the loop.</summary>
    public T Ask<T>(Func<KubeClient, ValueTask<T>> question) => Loop.Run(() => question(Client), AnswerLimit);

    public void RunFor(TimeSpan duration)
    {
        Start();
        Loop.RunFor(duration);
    }

    /// <summary>Runs until the condition holds; false when the limit passed first.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        Start();
        return Loop.RunUntil(condition, limit);
    }

    public void Dispose()
    {
        _stop.Cancel();
        Agents.Dispose();
        Journal.Dispose();
        Loop.Dispose();
        _stop.Dispose();
    }

    private void Start()
    {
        if (_started) return;
        _started = true;
        Journal.Follow(Informers, Options.Kubelets.KnowsClaims);
        Loop.Spawn("the cluster's controllers", () => Agents.RunAsync(_stop.Token));
    }
}

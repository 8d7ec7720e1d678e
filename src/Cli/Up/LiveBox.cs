using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Discovery;
using Tenon.Providers.Catalog;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Loopback;
using Tenon.Simulation.Nodes;
using Tenon.Simulation.Worlds;

namespace Tenon.Cli.Up;

/// <summary>
/// A simulated world in real time, with an HTTP front. Everything in it runs on one thread, the loop; only the front
/// and the readers of its immutable moments are on others.
/// </summary>
sealed class LiveBox : IAsyncDisposable
{
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    readonly SimulatedWorld _world;
    readonly CancellationTokenSource _stop = new();
    readonly Thread _thread;
    LoopbackServer? _front;
    volatile TenonOperator? _tenon;
    volatile Exception? _fault;

    LiveBox(BoxOptions options, Catalogue catalogue)
    {
        Catalogue = catalogue;
        Speed = options.Speed;
        var now = TimeProvider.System.GetUtcNow();
        _world = new SimulatedWorld(
            new WorldOptions
            {
                Name = "up",
                Seed = options.Seed,
                Start = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)),
                IsLive = true,
                Catalogue = catalogue,
                Cloud = Cloud,
                Kubelets = Kubelets,
                Operator = options.HasController
                    ? (place, cancel) =>
                        OperatorMains.RunAsync(place, tenon => _tenon = tenon, TimeProvider.System, cancel)
                    : null,
                // Anybody may apply anything: a pod that fits nowhere is no fault of the world's.
                EveryPodFits = false,
            }
        );
        _thread = new Thread(Turn) { IsBackground = true, Name = "the box" };
    }

    public Catalogue Catalogue { get; }
    public double Speed { get; }
    public Uri Address => _front!.Address;
    public string KubeconfigPath => _front!.KubeconfigPath!;

    /// <summary>What broke the loop; null while it turns. Nothing moves any more after a fault.</summary>
    public Exception? Fault => _fault;

    /// <summary>The last decisions, newest first.</summary>
    public ImmutableArray<Decision> Decisions(int count) =>
        _tenon is { } tenon ? [.. tenon.Journal.Latest(count).Reverse()] : [];

    /// <summary>Builds the box, serves its API on loopback and starts everything in it.</summary>
    /// <exception cref="UserFault">The port is in use, or the kubeconfig cannot be written.</exception>
    public static async Task<LiveBox> StartAsync(BoxOptions options, Catalogue catalogue, CancellationToken cancel)
    {
        var box = new LiveBox(options, catalogue);
        try
        {
            box._front = await LoopbackServer.StartAsync(
                box._world.Server,
                new LoopbackOptions { Port = options.Port, KubeconfigPath = options.KubeconfigPath },
                box._world.Loop,
                cancel
            );
        }
        catch (PortInUseException taken)
        {
            throw new UserFault($"--port {taken.Port}: {taken.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserFault($"--kubeconfig {options.KubeconfigPath}: {failure.Message}");
        }
        box._thread.Start();
        return box;
    }

    /// <summary>Applies objects of any kind, in order, as kubectl would.</summary>
    /// <exception cref="UserFault">The server refused one of them.</exception>
    public async Task ApplyAsync(IReadOnlyList<Api.Yaml.Manifest> manifests, CancellationToken cancel)
    {
        var served = (await OnLoopAsync(() => new DiscoveryClient(_world.Client).ReadAsync(cancel))).OrThrow();
        foreach (var manifest in manifests)
        {
            var kind =
                served.Find(manifest.ApiVersion, manifest.Kind)
                ?? throw new UserFault($"{manifest}: the box serves no kind {manifest.Kind} in {manifest.ApiVersion}");
            var item = (JsonObject)manifest.Object.DeepClone();
            if (kind.Type.Namespaced && manifest.Namespace.Length == 0)
                item["metadata"]!["namespace"] = "default";
            var applied = await OnLoopAsync(() =>
                new DynamicClient(_world.Client, kind.Type).ApplyAsync(item, force: true, cancel)
            );
            if (!applied.IsOk)
                throw new UserFault($"{manifest}: {applied.Error.Message}");
        }
    }

    /// <summary>The objects of this moment.</summary>
    public Task<BoxMoment> LookAsync() => OnLoopAsync(() => ValueTask.FromResult(Moment()));

    /// <summary>The same, after the judges have looked around once more.</summary>
    public Task<BoxMoment> JudgeAsync() =>
        OnLoopAsync(() =>
        {
            _world.Oracles!.LookNow();
            return ValueTask.FromResult(Moment());
        });

    BoxMoment Moment() =>
        new()
        {
            Now = _world.Loop.Time.GetUtcNow(),
            Nodes = [.. _world.Informers.Of<Node>().All],
            Pods = [.. _world.Informers.Of<Pod>().All],
            Claims = [.. _world.Informers.Of<NodeClaim>().All],
            Violations = [.. _world.Oracles!.Violations.Select(violation => violation.ToString())],
        };

    /// <summary>Any conversation with the API server, on the loop.</summary>
    public Task<T> AskAsync<T>(Func<KubeClient, ValueTask<T>> question) => OnLoopAsync(() => question(_world.Client));

    public async ValueTask DisposeAsync()
    {
        if (_front is not null)
            await _front.DisposeAsync();
        _stop.Cancel();
        // A loop that does not stop is left to the end of the process rather than torn down under its own feet.
        if (_thread.IsAlive && !_thread.Join(StopPatience))
            return;
        _world.Dispose();
        _stop.Dispose();
    }

    Task<T> OnLoopAsync<T>(Func<ValueTask<T>> work) =>
        _fault is { } fault ? Task.FromException<T>(fault) : _world.Loop.InvokeAsync(work);

    void Turn()
    {
        try
        {
            _world.RunPaced(Speed, TimeProvider.System, _stop.Token);
        }
        catch (Exception fault)
        {
            // The loop is the whole world: whoever looks next is told what ended it.
            _fault = fault;
        }
    }

    /// <summary>
    /// Machines that join within seconds: a person is watching. Weather and reclaims as on a calm day.
    /// </summary>
    static CloudOptions Cloud { get; } =
        new()
        {
            LaunchTime = [.. new[] { 1.0, 1.5, 2, 3, 5 }.Select(TimeSpan.FromSeconds)],
            EndTime = [.. new[] { 1.0, 2, 3, 4, 6 }.Select(TimeSpan.FromSeconds)],
        };

    static KubeletOptions Kubelets { get; } = new() { NodeReady = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)) };
}

/// <summary>What was in the box at one moment: immutable objects, in the order of their names.</summary>
sealed record BoxMoment
{
    public required DateTimeOffset Now { get; init; }
    public required ImmutableArray<Node> Nodes { get; init; }
    public required ImmutableArray<Pod> Pods { get; init; }
    public required ImmutableArray<NodeClaim> Claims { get; init; }

    /// <summary>What the oracles found so far, one sentence each.</summary>
    public required ImmutableArray<string> Violations { get; init; }
}

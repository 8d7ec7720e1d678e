using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tenon.Api;
using Tenon.Api.Aws;
using Tenon.Api.Schemas;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Providers.Aws.Sessions;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Worlds;

namespace Tenon.Providers.Aws.Tests.Emulated;

/// <summary>
/// The whole path: the box as the cluster, the operator with the AWS provider, the emulator as AWS, machines that boot
/// from their user data. Ten times faster than life; the emulator's own speed is the limit.
/// </summary>
internal sealed class EmulatedWorld : IAsyncDisposable
{
    private const double Speed = 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Meter _meter = new("Tenon");
    private readonly SimulatedWorld _world;
    private readonly MotoServer _moto;
    private readonly HttpAwsTransport _direct;
    private Thread? _thread;
    private volatile Exception? _fault;

    private EmulatedWorld(MotoServer moto)
    {
        _moto = moto;
        _direct = moto.Transport();
        _world = new SimulatedWorld(
            new WorldOptions
            {
                IsLive = true,
                Judged = false,
                Start = TimeProvider.System.GetUtcNow(),
            }
        );
        Account = new EmulatedAccount(_direct);
        Front = new MotoFront(_direct, _world.Loop.Time);
    }

    public EmulatedAccount Account { get; }
    public MotoFront Front { get; }
    public SimulationLoop Loop => _world.Loop;
    public TimeProvider Time => _world.Loop.Time;

    /// <summary>The provider under test.</summary>
    public AwsCloud Cloud { get; private set; } = null!;

    /// <param name="runs">Whether the operator runs; without it the provider is asked by the test alone.</param>
    public static async Task<EmulatedWorld> StartAsync(bool runs = true)
    {
        var world = new EmulatedWorld(await MotoServer.StartAsync());
        await world.Account.PrepareAsync();
        world.Front.SecurityGroup = world.Account.SecurityGroup;
        foreach (var definition in CustomResources.All)
            world._world.Apply(definition);
        if (CustomResources.All.All(it => it.Spec.Names.Kind != Ec2NodeClass.Resource.Kind))
            world._world.Apply([NodeClassDefinition()]);
        world._thread = new Thread(world.Turn) { IsBackground = true };
        world._thread.Start();
        world.Cloud = await world.Loop.InvokeAsync(() => AwsCloud.StartAsync(world.Place(), world._stop.Token));
        if (runs)
            world.Run();
        return world;
    }

    /// <summary>Any conversation with the cluster.</summary>
    public Task<T> AskAsync<T>(Func<KubeClient, ValueTask<T>> question) =>
        _fault is null ? Loop.InvokeAsync(() => question(_world.Client)) : throw Broken();

    public Task ApplyAsync<T>(T item)
        where T : class, IKubeObject<T> => AskAsync(async kube => (await kube.CreateAsync(item, default)).OrThrow());

    /// <summary>Waits, on the wall's clock, until the question is answered with something.</summary>
    public async Task<T> UntilAsync<T>(string what, Func<KubeClient, ValueTask<T?>> question, int seconds = 120)
        where T : class
    {
        for (var left = seconds * 4; left > 0; left--)
        {
            if (await AskAsync(question) is { } answer)
                return answer;
            await Task.Delay(250);
        }
        throw new TimeoutException($"not within {seconds} s: {what}\n{await StateAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        // On the loop: what is cancelled there puts its timers away there.
        if (_fault is null)
            await Loop.InvokeAsync(() =>
            {
                _stop.Cancel();
                return ValueTask.FromResult(true);
            });
        _ended.Cancel();
        _thread?.Join(TimeSpan.FromSeconds(10));
        Cloud?.Dispose();
        _world.Dispose();
        _direct.Dispose();
        _meter.Dispose();
        await _moto.DisposeAsync();
        _stop.Dispose();
        _ended.Dispose();
    }

    private AwsPlace Place() =>
        new()
        {
            Options = new AwsOptions
            {
                ClusterName = EmulatedAccount.Cluster,
                Region = MotoServer.Region,
                InterruptionQueue = EmulatedAccount.Queue,
            },
            Transport = Front,
            Kube = _world.NewClient("tenon"),
            Time = Time,
            Log = NullLogger.Instance,
            Meter = _meter,
            CaBundle = "dGVzdA==",
        };

    private void Run()
    {
        var nodes = new EmulatedNodes(_world.NewClient("kubelet"), _direct, Front, Time);
        _ = Loop.Spawn("machines", () => nodes.RunAsync(_stop.Token));
        _ = Loop.Spawn(
            "the operator",
            () =>
                new TenonOperator(
                    _world.NewClient("tenon"),
                    Cloud.Provider,
                    new OperatorOptions { DisableLeaderElection = true },
                    Time,
                    NullLoggerFactory.Instance
                )
                {
                    CloudControllers = Cloud.Controllers,
                    RegistrationHooks = Cloud.RegistrationHooks,
                    Interruptions = Cloud.Interruptions,
                    Meter = _meter,
                }.RunAsync(_stop.Token)
        );
    }

    private void Turn()
    {
        try
        {
            _world.RunPaced(Speed, TimeProvider.System, _ended.Token);
        }
        catch (Exception fault)
        {
            _fault = fault;
        }
    }

    private InvalidOperationException Broken() => new($"the world broke: {_fault}", _fault);

    /// <summary>For a failure's message: claims, nodes, pods and classes as they stand.</summary>
    private Task<string> StateAsync() =>
        AskAsync(async kube =>
        {
            var lines = new List<string>();
            foreach (
                var it in (await kube.ListAsync<Ec2NodeClass>(Kube.Client.Requests.ListOptions.All, default))
                    .OrThrow()
                    .Items
            )
                lines.Add(
                    $"class {it.Metadata.Name}: {string.Join("; ", (it.Status?.Conditions ?? []).Select(c => $"{c.Type}={c.Status} {c.Reason} {c.Message}"))}"
                );
            foreach (
                var it in (await kube.ListAsync<Api.Karpenter.NodeClaim>(Kube.Client.Requests.ListOptions.All, default))
                    .OrThrow()
                    .Items
            )
                lines.Add(
                    $"claim {it.Metadata.Name} {it.Status.ProviderId}: {string.Join("; ", it.Status.Conditions.Select(c => $"{c.Type}={c.Status} {c.Message}"))}"
                );
            foreach (
                var it in (await kube.ListAsync<Api.Core.Node>(Kube.Client.Requests.ListOptions.All, default))
                    .OrThrow()
                    .Items
            )
                lines.Add($"node {it.Metadata.Name} {string.Join(",", it.Spec.Taints.Select(t => t.Key))}");
            foreach (
                var it in (await kube.ListAsync<Api.Core.Pod>(Kube.Client.Requests.ListOptions.All, default))
                    .OrThrow()
                    .Items
            )
                lines.Add(
                    $"pod {it.Metadata.Name} {it.Status.Phase} on {it.Spec.NodeName}: {string.Join(";", it.Status.Conditions.Select(c => $"{c.Type}={c.Status} {c.Message}"))}"
                );
            lines.Add(string.Join(" ", Front.Calls.GroupBy(c => c.Operation).Select(g => $"{g.Key}:{g.Count()}")));
            return string.Join('\n', lines);
        });

    /// <summary>The kind without its rules, for as long as the house has no schema of it.</summary>
    private static JsonObject NodeClassDefinition() =>
        (JsonObject)
            JsonNode.Parse(
                """
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
                 "metadata":{"name":"ec2nodeclasses.karpenter.k8s.aws"},
                 "spec":{"group":"karpenter.k8s.aws","scope":"Cluster",
                  "names":{"kind":"EC2NodeClass","listKind":"EC2NodeClassList","plural":"ec2nodeclasses","singular":"ec2nodeclass"},
                  "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
                   "schema":{"openAPIV3Schema":{"type":"object","properties":{
                    "spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
                    "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
                """
            )!;
}

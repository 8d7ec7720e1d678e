using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Api.Schemas;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Providers.Catalog;
using Tenon.Providers.Kwok;
using Tenon.Providers.Port;
using Tenon.Scheduling;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Worlds;

namespace Tenon.Controllers.Tests;

/// <summary>
/// A simulated cluster with Tenon's controllers at work in it: the real ones, over the real client, in virtual time.
/// </summary>
internal sealed class TestCluster : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);
    private readonly OperatorOptions _options;
    private CancellationTokenSource _stop = new();

    private readonly Action<ScriptedCloud>? _script;
    private readonly ImmutableArray<IRegistrationHook> _hooks;

    public TestCluster(
        ulong seed = 1,
        OperatorOptions? options = null,
        CloudOptions? cloud = null,
        Action<ScriptedCloud>? script = null,
        params ImmutableArray<IRegistrationHook> hooks
    )
    {
        (_script, _hooks) = (script, hooks);
        World = new SimulatedWorld(new WorldOptions { Seed = seed });
        _options = (options ?? new OperatorOptions()) with
        {
            DisableLeaderElection = options?.LeaderElectionNamespace is null or "",
            PlanPolicy = SolvePolicy.Greedy,
        };
        foreach (var definition in CustomResources.All)
            World.Apply(definition);
        Cloud = new SimulatedCloud(World.NewClient("cloud"), cloud ?? CloudOptions.Calm, World.Loop.Time);
        NodeClass("True");
        Start();
    }

    public SimulatedWorld World { get; }
    public SimulatedCloud Cloud { get; }
    public TenonOperator Tenon { get; private set; } = null!;
    public ScriptedCloud Provider { get; private set; } = null!;
    public MetricLog Metrics { get; private set; } = null!;

    public IReadOnlyList<Node> Nodes => List<Node>();
    public IReadOnlyList<NodeClaim> Claims => List<NodeClaim>();
    public IReadOnlyList<Pod> Pods => List<Pod>();
    public IReadOnlyList<Event> Events => List<Event>();

    /// <summary>Machines that the cloud charges for.</summary>
    public int Alive =>
        World.Ask(kube => Cloud.ListAsync(CancellationToken.None)).Count(static it => it.EndingSince is null);
    public decimal HourlyCost => Cloud.Ledger.Rate.Dollars;
    public int Bound => Pods.Count(static pod => pod.Spec.NodeName is { Length: > 0 } && !pod.Metadata.IsDeleting);

    /// <summary>Read past every cache; also from inside a condition that is being waited for.</summary>
    public IReadOnlyList<T> List<T>()
        where T : class, IKubeObject<T>
    {
        var reply = World.Server.Handle(new KubeRequest("GET", ResourcePath.Of(T.Resource, null)));
        Assert.True(reply.IsSuccess);
        return
        [
            .. JsonNode.Parse(reply.Body.Span)!["items"]!
                .AsArray()
                .Select(static it => ApiJson.Parse<T>(it!.ToJsonString())),
        ];
    }

    public void Apply(string json) => World.Apply([(JsonObject)JsonNode.Parse(json)!]);

    public void Pool(
        string name = "default",
        string requirements = "",
        string disruption = """{"consolidateAfter":"30s"}""",
        string spec = "",
        string template = "",
        string labels = ""
    ) =>
        Apply(
            $$$"""
            {"apiVersion":"karpenter.sh/v1","kind":"NodePool","metadata":{"name":"{{{name}}}"},"spec":{
              "disruption":{{{disruption}}},{{{spec}}}
              "template":{"metadata":{"labels":{ {{{labels}}} } },"spec":{"requirements":[{{{requirements}}}],{{{template}}}
                "nodeClassRef":{"group":"karpenter.kwok.sh","kind":"KWOKNodeClass","name":"default"} } } } }
            """
        );

    /// <summary>The machine dies without a word.</summary>
    public void Kill(string providerId) =>
        World.Loop.Run(
            () =>
            {
                Cloud.Kill(providerId);
                return ValueTask.CompletedTask;
            },
            TimeSpan.FromMinutes(1)
        );

    /// <summary>The cloud announces that it will take the machine back.</summary>
    public void Reclaim(string providerId) =>
        World.Loop.Run(
            () =>
            {
                Cloud.Reclaim(providerId);
                return ValueTask.CompletedTask;
            },
            TimeSpan.FromMinutes(1)
        );

    /// <summary>A merge patch on whatever it is; fails when the server refuses.</summary>
    public void Patch<T>(string name, string patch, string? ns = null)
        where T : class, IKubeObject<T> =>
        World.Ask(async kube =>
            (
                await kube.PatchAsync<T>(
                    ns,
                    name,
                    Kube.Client.Patching.Patch.Merge((JsonObject)JsonNode.Parse(patch)!),
                    CancellationToken.None
                )
            ).OrThrow()
        );

    /// <inheritdoc cref="Patch{T}"/>
    public void PatchStatus<T>(string name, string patch)
        where T : class, IKubeObject<T> =>
        World.Ask(async kube =>
            (
                await kube.PatchStatusAsync<T>(
                    null,
                    name,
                    Kube.Client.Patching.Patch.Merge((JsonObject)JsonNode.Parse(patch)!),
                    CancellationToken.None
                )
            ).OrThrow()
        );

    public void AnnotateNodes(string key, string value)
    {
        foreach (var node in Nodes)
            World.Ask(async kube =>
                (
                    await kube.PatchAsync<Node>(
                        null,
                        node.Metadata.Name!,
                        Kube.Client.Patching.Patch.Merge(
                            new JsonObject
                            {
                                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } },
                            }
                        ),
                        CancellationToken.None
                    )
                ).OrThrow()
            );
    }

    /// <summary>The status of a condition of the pool "default".</summary>
    public string? Condition(string type) =>
        List<NodePool>()
            .Single(static it => it.Metadata.Name == "default")
            .Status.Conditions.FirstOrDefault(it => it.Type == type)
            ?.Status;

    /// <summary>A node class whose own readiness is what the test needs.</summary>
    public void NodeClass(string ready)
    {
        World.Apply(new KwokNodeClass { Metadata = new ObjectMeta { Name = "default" } });
        World.Ask(async kube =>
            (
                await kube.PatchStatusAsync<KwokNodeClass>(
                    null,
                    "default",
                    Kube.Client.Patching.Patch.Merge(
                        new JsonObject
                        {
                            ["status"] = new JsonObject
                            {
                                ["conditions"] = new JsonArray(
                                    new JsonObject
                                    {
                                        ["type"] = "Ready",
                                        ["status"] = ready,
                                        ["reason"] = "Ready",
                                        ["message"] = "",
                                        ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
                                    }
                                ),
                            },
                        }
                    ),
                    CancellationToken.None
                )
            ).OrThrow()
        );
    }

    public void Deployment(
        string name,
        int replicas,
        string cpu = "500m",
        string memory = "256Mi",
        string podExtra = "",
        string podMeta = ""
    ) =>
        Apply(
            $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}","namespace":"default"},"spec":{"replicas":{{{replicas}}},
              "selector":{"matchLabels":{"app":"{{{name}}}"} },
              "template":{"metadata":{"labels":{"app":"{{{name}}}"}{{{podMeta}}} },"spec":{ {{{podExtra}}}
                "containers":[{"name":"main","image":"app:1","resources":{"requests":{"cpu":"{{{cpu}}}","memory":"{{{memory}}}"} } }] } } } }
            """
        );

    public void Delete<T>(string name, string? ns = null)
        where T : class, IKubeObject<T> =>
        World.Ask(async kube => (await kube.DeleteAsync<T>(ns, name, null, CancellationToken.None)).OrThrow());

    public void RunFor(double seconds) => World.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Runs until the condition holds, and fails with a picture of the cluster when it never does.</summary>
    public void Until(Func<bool> condition, double seconds, string what)
    {
        var end = World.Elapsed + TimeSpan.FromSeconds(seconds);
        while (!condition() && World.Elapsed < end)
            World.RunFor(Step);
        if (!condition())
            Assert.Fail($"{what} did not happen in {seconds} s\n{Picture()}");
    }

    public void UntilBound(int pods, double seconds = 300) => Until(() => Bound == pods, seconds, $"{pods} bound pods");

    /// <summary>
    /// Stops the controllers where they stand, as a crash does, and starts new ones that know nothing.
    /// </summary>
    public void Restart()
    {
        _stop.Cancel();
        World.RunFor(TimeSpan.FromMilliseconds(1));
        _stop = new CancellationTokenSource();
        Start();
    }

    /// <summary>A second process that would do the same work.</summary>
    public void Twin()
    {
        var (first, provider, metrics) = (Tenon, Provider, Metrics);
        Start("twin");
        (Tenon, Provider, Metrics) = (first, provider, metrics);
    }

    public string Picture()
    {
        var lines = new List<string> { $"at {World.Elapsed}, bound {Bound} of {Pods.Count}" };
        lines.AddRange(
            Nodes.Select(static it =>
                $"  node {it.Metadata.Name} {string.Join(',', it.Spec.Taints.Select(static t => t.Key))} deleting={it.Metadata.IsDeleting}"
            )
        );
        lines.AddRange(
            Claims.Select(static it =>
                $"  claim {it.Metadata.Name} {it.Status.ProviderId} {string.Join(' ', it.Status.Conditions.Select(static c => $"{c.Type}={c.Status}/{c.Reason}"))}"
            )
        );
        lines.AddRange(
            List<NodePool>()
                .Select(static it =>
                    $"  pool {it.Metadata.Name} {string.Join(' ', it.Status.Conditions.Select(static c => $"{c.Type}={c.Status}/{c.Message}"))}"
                )
        );
        lines.AddRange(
            Events.TakeLast(12).Select(static it => $"  event {it.Reason} {it.InvolvedObject.Name}: {it.Message}")
        );
        lines.AddRange(Tenon.Journal.Latest(15).Select(static it => $"  journal {it.Kind} {it.Subject}: {it.Why}"));
        return string.Join('\n', lines);
    }

    public void Dispose()
    {
        _stop.Cancel();
        Metrics.Dispose();
        Cloud.Dispose();
        World.Dispose();
    }

    private void Start(string name = "tenon")
    {
        var client = World.NewClient(name);
        var provider = new KwokProvider(
            ((CatalogueOutcome.Loaded)Catalogues.Load("generic")).Catalogue,
            client,
            Cloud,
            World.Loop.Time
        );
        Provider = new ScriptedCloud(provider);
        _script?.Invoke(Provider);
        var meter = new Meter("Tenon");
        if (name == "tenon")
            Metrics?.Dispose();
        Metrics = new MetricLog(meter);
        Tenon = new TenonOperator(client, Provider, _options, World.Loop.Time, NullLoggerFactory.Instance)
        {
            Interruptions = Cloud,
            Meter = meter,
            Identity = name,
            RegistrationHooks = _hooks,
        };
        var (tenon, cancel) = (Tenon, _stop.Token);
        World.Loop.Spawn(name, () => tenon.RunAsync(cancel));
    }
}

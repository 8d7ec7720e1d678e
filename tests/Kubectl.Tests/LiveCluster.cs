using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.Clock;
using Tenon.Simulation.ControlPlane;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Loopback;
using Tenon.Simulation.Worlds;

namespace Tenon.Kubectl.Tests;

/// <summary>
/// A cluster that lives: the box on a port, scheduler, workload controllers and kubelets, ten times faster than life,
/// and the real kubectl pointed at it. Ends with the test.
/// </summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private const double Speed = 10;
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);
    private readonly SimulationLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly string _home = Directory.CreateTempSubdirectory("tenon-kubectl-").FullName;
    private readonly Agents _agents;
    private LoopbackServer _loopback = null!;
    private Thread _thread = null!;
    private Exception? _death;

    private LiveCluster()
    {
        _loop = new SimulationLoop(
            new SimulationLoopOptions { AllowForeignWork = true, Start = TimeProvider.System.GetUtcNow() }
        );
        Server = new ApiServer(_loop.Time, new ApiServerOptions());
        var client = new KubeClient(
            new InProcessTransport(Server),
            KubeClientOptions.Default with
            {
                Qps = 0,
                FieldManager = "controllers",
            },
            _loop.Time
        );
        _agents = new Agents(client, new AgentOptions(), FaultPlan.None(), _loop.Time);
    }

    public ApiServer Server { get; }

    public static async Task<LiveCluster> StartAsync(int nodes = 0)
    {
        var cluster = new LiveCluster();
        for (var i = 1; i <= nodes; i++)
            cluster.Send("POST", "/api/v1/nodes", Node($"n{i}"));
        _ = cluster._loop.Spawn("the cluster", () => cluster._agents.RunAsync(cluster._stop.Token));
        cluster._thread = new Thread(cluster.Live) { IsBackground = true };
        cluster._thread.Start();
        cluster._loopback = await LoopbackServer.StartAsync(
            cluster.Server,
            new LoopbackOptions { KubeconfigPath = cluster.KubeconfigPath },
            cluster._loop,
            CancellationToken.None
        );
        return cluster;
    }

    public string KubeconfigPath => Path.Combine(_home, "kubeconfig");

    public Uri Address => _loopback.Address;

    /// <summary>Runs kubectl and expects it to succeed; the answer is what it printed.</summary>
    public string Run(params string[] arguments) => Run(arguments, input: null);

    public string Run(string[] arguments, string? input)
    {
        var (code, output, error) = Try(arguments, input);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)} ended with {code}:\n{output}\n{error}");
        return output;
    }

    public string Apply(string yaml, params string[] more) => Run(["apply", .. more, "-f", "-"], yaml);

    /// <summary>Runs kubectl and reports how it ended.</summary>
    public (int Code, string Output, string Error) Try(
        string[] arguments,
        string? input = null,
        params (string Name, string Value)[] environment
    )
    {
        using var kubectl = Start(arguments, environment);
        var output = kubectl.StandardOutput.ReadToEndAsync();
        var error = kubectl.StandardError.ReadToEndAsync();
        if (input is not null)
            kubectl.StandardInput.Write(input);
        kubectl.StandardInput.Close();
        if (!kubectl.WaitForExit(CommandLimit))
        {
            kubectl.Kill(entireProcessTree: true);
            Assert.Fail(
                $"kubectl {string.Join(' ', arguments)} did not end in {CommandLimit.TotalSeconds:0} s:\n{output.Result}\n{error.Result}"
            );
        }
        return (kubectl.ExitCode, output.Result, error.Result);
    }

    public Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("kubectl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _home,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        (start.Environment["KUBECONFIG"], start.Environment["HOME"]) = (KubeconfigPath, _home);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The object as the server holds it, whatever kubectl says; null when there is none.</summary>
    public JsonObject? Find(string path)
    {
        var reply = Server.Handle(new KubeRequest("GET", path));
        return reply.IsSuccess ? (JsonObject)JsonNode.Parse(reply.Body.Span)! : null;
    }

    public JsonObject Get(string path) => Find(path) ?? throw new InvalidOperationException($"{path} is not there");

    public JsonArray List(string path) => (JsonArray)Get(path)["items"]!;

    public JsonObject Send(string method, string path, string json)
    {
        var reply = Server.Handle(new KubeRequest(method, path, Encoding.UTF8.GetBytes(json), "application/json"));
        var body = (JsonObject)JsonNode.Parse(reply.Body.Span)!;
        Assert.True(reply.IsSuccess, body.ToJsonString());
        return body;
    }

    /// <summary>Waits for what the cluster's own controllers bring about.</summary>
    public void Until(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < CommandLimit && _death is null, $"waited in vain: {what} {_death}");
            Thread.Sleep(20);
        }
    }

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(_home, name);
        File.WriteAllText(path, text);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await _loopback.DisposeAsync();
        if (_death is not null)
            Assert.Fail($"the cluster died: {_death}");
        // What runs on the loop is cancelled on the loop: its timers are nobody else's to touch.
        await _loop
            .InvokeAsync(() =>
            {
                _stop.Cancel();
                return ValueTask.FromResult(true);
            })
            .WaitAsync(CommandLimit);
        _ended.Cancel();
        _thread.Join();
        _ended.Dispose();
        _agents.Dispose();
        _loop.Dispose();
        _stop.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>The loop's thread. What kills it is shown by whichever test waits for it.</summary>
    private void Live()
    {
        try
        {
            _loop.RunPaced(Speed, TimeProvider.System, _ended.Token);
        }
        catch (Exception death)
        {
            _death = death;
        }
    }

    private static string Node(string name) =>
        $$$"""
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{name}}}","labels":{"kubernetes.io/hostname":"{{{name}}}"} },
             "status":{"capacity":{"cpu":"8","memory":"32Gi","pods":"110"},"allocatable":{"cpu":"8","memory":"32Gi","pods":"110"} } }
            """;
}

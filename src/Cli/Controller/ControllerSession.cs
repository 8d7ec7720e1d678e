using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Tenon.Api;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Serving;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Discovery;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Leadership;

namespace Tenon.Cli.Controller;

/// <summary>
/// One run of <c>tenon controller</c>. Stops in good order on SIGTERM and SIGINT. An API server that goes away is
/// waited for; a leader that loses its lease meanwhile forgets all it knew and stands by again.
/// </summary>
static partial class ControllerSession
{
    /// <summary>Of the memory limit; the rest is the runtime's.</summary>
    const double HeapShare = 0.9;

    /// <summary>For the lease: how long the server may think about one question.</summary>
    static readonly TimeSpan LeaseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>As long as upstream's caches may take.</summary>
    static readonly TimeSpan SyncDeadline = TimeSpan.FromMinutes(2);

    const string OperatorMeter = "Tenon";
    const string ProcessMeter = "Tenon.Process";
    const string RuntimeMeter = "System.Runtime";

    /// <summary>Before the next incarnation, so that a broken one does not spin.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <exception cref="UserFault">The cluster cannot be reached, or lacks what Tenon needs.</exception>
    public static async Task<int> RunAsync(ControllerFlags flags, TextWriter output, TextWriter error)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var time = TimeProvider.System;
        var options = flags.Operator;
        LimitMemory(options);

        using var log = new JsonLog(
            Outputs(options.LogOutputPaths, output, error),
            JsonLog.LevelOf(options.LogLevel),
            time
        );
        var logger = log.CreateLogger("controller");
        var connection = Connect(flags, time);
        var reach = new Reach(connection.Server, logger, time);
        using var sockets = new HttpTransport(connection, HttpTransportOptions.Default, time);
        using var leaseSockets = new HttpTransport(
            connection,
            HttpTransportOptions.Default with
            {
                RequestTimeout = LeaseTimeout,
            },
            time
        );
        var versions = await ProbeAsync(sockets, connection, time, stop.Token);
        using var own = new Meter(ProcessMeter);
        using var metrics = new MetricBook([ProcessMeter, OperatorMeter, RuntimeMeter], time);
        ProcessMetrics.AddTo(own);
        var client = new KubeClient(reach.Over(sockets), Paced(options, versions, reach, own, time), time);
        var leases = new KubeClient(leaseSockets, client.Options with { Qps = 0, MaxAttempts = 1 }, time);
        using var cloud = await ControllerProviders.CreateAsync(
            flags,
            client,
            Authority(connection),
            own,
            logger,
            time,
            stop.Token
        );
        if (options.LeaderElectionNamespace.Length == 0)
            options = options with { LeaderElectionNamespace = connection.Namespace };
        TenonOperator? current = null;
        await using var endpoints = await ServeAsync(options, metrics, () => current?.Unsynced ?? [], stop.Token);
        Started(logger, cloud.Provider.Name, connection.Origin, connection.Server);
        while (!stop.IsCancellationRequested)
        {
            using var meter = new Meter(OperatorMeter);
            var tenon = new TenonOperator(client, cloud.Provider, options, time, log)
            {
                CloudControllers = cloud.Controllers,
                RegistrationHooks = cloud.Hooks,
                Interruptions = cloud.Interruptions,
                LeaseClient = leases,
                Meter = meter,
                Listener = reach,
                SyncDeadline = SyncDeadline,
            };
            current = tenon;
            if (await RunAsync(tenon, stop.Token) != LeadershipEnd.Lost)
                break;
            LeaseLost(logger, options.LeaderElectionName);
            await Task.Delay(Pause, time, CancellationToken.None);
        }
        Stopped(logger);
        return ExitCode.Ok;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    static KubeClientOptions Paced(
        OperatorOptions options,
        ServedVersions versions,
        Reach reach,
        Meter meter,
        TimeProvider time
    ) =>
        KubeClientOptions.Default with
        {
            Versions = versions,
            Meter = meter,
            Qps = options.KubeClientQps,
            Burst = options.KubeClientBurst,
            FieldManager = "karpenter",
            Listener = reach,
            // Two processes must not retry in step.
            Seed = (ulong)time.GetUtcNow().Ticks ^ (ulong)Environment.ProcessId,
        };

    /// <summary>On every interface: the kubelet probes and Prometheus scrapes from outside of the pod.</summary>
    static Task<OperatorEndpoints> ServeAsync(
        OperatorOptions options,
        MetricBook metrics,
        Func<IReadOnlyList<ResourceType>> unsynced,
        CancellationToken cancel
    ) =>
        OperatorEndpoints.StartAsync(
            new EndpointPlan(IPAddress.Any, options.MetricsPort, options.HealthProbePort),
            metrics,
            new HealthChecks("healthz", [("healthz", static () => null)]),
            Readiness(unsynced),
            cancel
        );

    /// <summary>What nodes are to trust, too: base64 of it, empty when the system's authorities are trusted.</summary>
    static string Authority(KubeConnection connection) =>
        connection.Authorities is { } trusted
            ? Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(trusted.ExportCertificatePems()))
            : "";

    /// <exception cref="UserFault">The picture of the cluster never became complete.</exception>
    static async Task<LeadershipEnd> RunAsync(TenonOperator tenon, CancellationToken stop)
    {
        try
        {
            return await tenon.RunAsync(stop);
        }
        catch (SyncDeadlineException late)
        {
            throw new UserFault(late.Message);
        }
    }

    /// <summary>Upstream's three checks: the stores are complete, the definitions are there, the process is.</summary>
    static HealthChecks Readiness(Func<IReadOnlyList<ResourceType>> unsynced)
    {
        return new HealthChecks("readyz", [("manager", Manager), ("crd", Definitions), ("readyz", static () => null)]);

        string? Manager() => unsynced() is [_, ..] missing ? $"not in sync: {string.Join(", ", missing)}" : null;

        string? Definitions() =>
            unsynced().Where(static type => type == NodePool.Resource || type == NodeClaim.Resource).ToList()
                is [_, ..] missing
                ? $"not served: {string.Join(", ", missing)}"
                : null;
    }

    static KubeConnection Connect(ControllerFlags flags, TimeProvider time) =>
        KubeConnections.Find(flags.Kubeconfig, flags.Context, ConfigEnvironment.OfProcess(), time) switch
        {
            ConfigOutcome.Ready ready => ready.Connection,
            ConfigOutcome.Faulty faulty => throw new UserFault(faulty.Fault.ToString()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Asks once for what will be needed all the time: a mistake is told before anything starts.</summary>
    static async Task<ServedVersions> ProbeAsync(
        HttpTransport sockets,
        KubeConnection connection,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var client = new KubeClient(sockets, KubeClientOptions.Default, time);
        var pools = await client.ListAsync<NodePool>(ListOptions.All with { PageSize = 1 }, cancel);
        if (pools.IsOk)
            return (await ServedVersions.ReadAsync(client, cancel)) switch
            {
                { IsOk: true } read => read.Value,
                var refused => throw new UserFault($"{connection.Origin}: {refused.Error!.Message}"),
            };
        var remedy = pools.Error.Kind switch
        {
            KubeErrorKind.NotFound =>
                $"the server knows no {NodePool.Resource}; apply the definitions first: kubectl apply -f deploy/crds",
            KubeErrorKind.Unauthorized => $"the server refuses these credentials ({pools.Error.Message}); renew them",
            KubeErrorKind.Forbidden =>
                $"{pools.Error.Message}; grant these credentials the rights that the chart grants",
            _ => pools.Error.Message,
        };
        throw new UserFault($"{connection.Origin}: {remedy}");
    }

    /// <exception cref="UserFault">A file cannot be written.</exception>
    static List<TextWriter> Outputs(string paths, TextWriter output, TextWriter error)
    {
        var outputs = new List<TextWriter>();
        foreach (var path in paths.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            outputs.Add(
                path switch
                {
                    "stdout" => output,
                    "stderr" => error,
                    _ => Open(path),
                }
            );
        return outputs;
    }

    static StreamWriter Open(string path)
    {
        try
        {
            return new StreamWriter(path, append: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserFault($"-log-output-paths {path}: {failure.Message}");
        }
    }

    static void LimitMemory(OperatorOptions options)
    {
        if (options.MemoryLimit <= 0)
            return;
        AppContext.SetData("GCHeapHardLimit", (ulong)(options.MemoryLimit * HeapShare));
        GC.RefreshMemoryLimit();
    }

    [LoggerMessage(
        EventId = 20,
        Level = LogLevel.Information,
        Message = "starting, provider {Provider}, {Origin} at {Server}"
    )]
    static partial void Started(ILogger log, string provider, string origin, Uri server);

    [LoggerMessage(
        EventId = 21,
        Level = LogLevel.Error,
        Message = "the lease {Lease} could not be renewed in time; standing by for it with nothing remembered"
    )]
    static partial void LeaseLost(ILogger log, string lease);

    [LoggerMessage(EventId = 22, Level = LogLevel.Information, Message = "stopped")]
    static partial void Stopped(ILogger log);
}

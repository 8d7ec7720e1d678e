using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
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
        await ProbeAsync(sockets, connection, time, stop.Token);
        var client = new KubeClient(
            reach.Over(sockets),
            KubeClientOptions.Default with
            {
                Qps = options.KubeClientQps,
                Burst = options.KubeClientBurst,
                FieldManager = "karpenter",
                Listener = reach,
                // Two processes must not retry in step.
                Seed = (ulong)time.GetUtcNow().Ticks ^ (ulong)Environment.ProcessId,
            },
            time
        );
        var leases = new KubeClient(leaseSockets, client.Options with { Qps = 0, MaxAttempts = 1 }, time);
        using var cloudMeter = new Meter("Tenon");
        using var cloud = await ControllerProviders.CreateAsync(
            flags,
            client,
            Authority(connection),
            cloudMeter,
            logger,
            time,
            stop.Token
        );
        if (options.LeaderElectionNamespace.Length == 0)
            options = options with { LeaderElectionNamespace = connection.Namespace };
        Started(logger, cloud.Provider.Name, connection.Origin, connection.Server);
        while (!stop.IsCancellationRequested)
        {
            using var meter = new Meter("Tenon");
            var tenon = new TenonOperator(client, cloud.Provider, options, time, log)
            {
                CloudControllers = cloud.Controllers,
                RegistrationHooks = cloud.Hooks,
                Interruptions = cloud.Interruptions,
                LeaseClient = leases,
                Meter = meter,
                Listener = reach,
            };
            if (await tenon.RunAsync(stop.Token) != LeadershipEnd.Lost)
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

    /// <summary>What nodes are to trust, too: base64 of it, empty when the system's authorities are trusted.</summary>
    static string Authority(KubeConnection connection) =>
        connection.Authorities is { } trusted
            ? Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(trusted.ExportCertificatePems()))
            : "";

    static KubeConnection Connect(ControllerFlags flags, TimeProvider time) =>
        KubeConnections.Find(flags.Kubeconfig, flags.Context, ConfigEnvironment.OfProcess(), time) switch
        {
            ConfigOutcome.Ready ready => ready.Connection,
            ConfigOutcome.Faulty faulty => throw new UserFault(faulty.Fault.ToString()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Asks once for what will be needed all the time: a mistake is told before anything starts.</summary>
    static async Task ProbeAsync(
        HttpTransport sockets,
        KubeConnection connection,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var client = new KubeClient(sockets, KubeClientOptions.Default, time);
        var pools = await client.ListAsync<NodePool>(ListOptions.All with { PageSize = 1 }, cancel);
        if (pools.IsOk)
            return;
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

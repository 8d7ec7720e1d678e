using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Nodes;

namespace Tenon.ControlPlane.Tests.Cluster;

/// <summary>The kubelets of all pretended machines, on a loop of their own in real time.</summary>
sealed class Machines : IAsyncDisposable
{
    readonly SimulationLoop _loop = new(
        new SimulationLoopOptions { AllowForeignWork = true, Start = TimeProvider.System.GetUtcNow() }
    );
    readonly CancellationTokenSource _stop = new();
    readonly CancellationTokenSource _ended = new();
    readonly Thread _thread;
    Exception? _death;

    Machines()
    {
        _thread = new Thread(Turn) { IsBackground = true, Name = "machines" };
    }

    public static async Task<Machines> StartAsync(RealCluster cluster)
    {
        var machines = new Machines();
        machines._thread.Start();
        var client = RealCluster.Connect(cluster.AdminConfig, cluster.Admin.Options.Versions);
        await machines._loop.InvokeAsync(async () =>
        {
            var informers = new Informers(client);
            var kubelets = new Kubelets(
                informers,
                new KubeletOptions
                {
                    NodeReady = (TimeSpan.Zero, TimeSpan.Zero),
                    StartupTaints = (TimeSpan.Zero, TimeSpan.Zero),
                    PodStart = (TimeSpan.Zero, TimeSpan.FromMilliseconds(200)),
                    PodStop = (TimeSpan.Zero, TimeSpan.FromMilliseconds(200)),
                    ShowsCreating = false,
                    KnowsClaims = true,
                    Version = "v1.20.2",
                },
                FaultPlan.None(),
                machines._loop.Time
            );
            informers.Start(machines._stop.Token);
            await kubelets.RunAsync(machines._stop.Token);
            return true;
        });
        return machines;
    }

    public async ValueTask DisposeAsync()
    {
        if (_death is null)
            await _loop.InvokeAsync(() =>
            {
                _stop.Cancel();
                return ValueTask.FromResult(true);
            });
        _ended.Cancel();
        _thread.Join();
        _loop.Dispose();
        if (_death is { } death)
            throw new InvalidOperationException("the machines died", death);
    }

    void Turn()
    {
        try
        {
            _loop.RunPaced(1, TimeProvider.System, _ended.Token);
        }
        catch (Exception death)
        {
            _death = death;
        }
    }
}

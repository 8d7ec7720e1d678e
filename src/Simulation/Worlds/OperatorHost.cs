using Tenon.Kube;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Faults;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// Keeps the operator running as a deployment would, and stops it in the middle of things when the plan says so.
/// </summary>
internal sealed class OperatorHost(
    OperatorMain main,
    Func<int, OperatorPlace> place,
    FaultPlan faults,
    SimulationLoop loop
)
{
    /// <summary>How often the plan is asked whether to restart.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(37);

    /// <summary>A process that was told to stop is given this long.</summary>
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(35);

    private CancellationTokenSource? _life;

    /// <summary>How often the operator was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Stops the operator where it stands; it comes back after a few seconds.</summary>
    public void Restart() => _life?.Cancel();

    public async Task RunAsync(CancellationToken cancel)
    {
        _ = loop.Spawn("operator restarts", () => StrikeAsync(cancel));
        for (var incarnation = 0; !cancel.IsCancellationRequested; incarnation++)
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            _life = life;
            var running = main(place(incarnation), life.Token);
            await UntilStoppedAsync(running, life.Token);
            if (cancel.IsCancellationRequested)
                break;
            Restarts++;
            await Task.Delay(
                TimeSpan.FromSeconds(2 + faults.Draw(FaultSite.OperatorRestart, 0, 20)),
                loop.Time,
                cancel
            );
        }
    }

    private async Task UntilStoppedAsync(Task running, CancellationToken life)
    {
        try
        {
            await running.WaitAsync(life);
        }
        catch (OperationCanceledException)
        {
            await running.EndsWithin(Ending, loop.Time, CancellationToken.None);
        }
    }

    private async Task StrikeAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(Look, loop.Time, cancel);
            // Not on the beat: somewhere in the middle of whatever happens then.
            if (!faults.Strikes(FaultSite.OperatorRestart))
                continue;
            await Task.Delay(
                TimeSpan.FromMilliseconds(faults.Draw(FaultSite.OperatorRestart, 0, 37_000)),
                loop.Time,
                cancel
            );
            Restart();
        }
    }
}

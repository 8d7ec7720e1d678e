using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Tenon.Controllers.Operator;
using Tenon.Simulation.Worlds;

namespace Tenon.Cli.Up;

/// <summary>The real operator in a simulated place.</summary>
static class OperatorMains
{
    /// <summary>For worlds without anybody who watches.</summary>
    public static Task RunAsync(OperatorPlace place, CancellationToken cancel) =>
        RunAsync(place, static _ => { }, place.PlanClock, cancel);

    /// <summary>The same with greedy plans and upstream's rules of disruption, to compare with.</summary>
    public static Task RunAsUpstreamAsync(OperatorPlace place, CancellationToken cancel) =>
        RunAsync(place, static _ => { }, place.PlanClock, cancel, asUpstream: true);

    /// <param name="started">Told of each incarnation before it runs.</param>
    /// <param name="planClock">Measures the time a plan may take.</param>
    public static async Task RunAsync(
        OperatorPlace place,
        Action<TenonOperator> started,
        TimeProvider planClock,
        CancellationToken cancel,
        bool asUpstream = false
    )
    {
        using var meter = new Meter("Tenon");
        // A world that is put away never runs the end of this method, and a meter is known to the whole process.
        using var end = cancel.UnsafeRegister(static meter => ((Meter)meter!).Dispose(), meter);
        var options = new OperatorOptions { LeaderElectionNamespace = "kube-system", PlanClock = planClock };
        if (asUpstream)
            options = options.AsUpstream();
        var tenon = new TenonOperator(place.Client, place.Cloud, options, place.Time, NullLoggerFactory.Instance)
        {
            LeaseClient = place.LeaseClient,
            Interruptions = place.Interruptions,
            Identity = place.Identity,
            Meter = meter,
        };
        started(tenon);
        await tenon.RunAsync(cancel);
    }
}

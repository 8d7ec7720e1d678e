using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tenon.Controllers.Operator;
using Tenon.Simulation.Worlds;

namespace Tenon.Behaviours;

/// <summary>The real operator, put into a simulated place.</summary>
internal static class TenonUnderTest
{
    public static OperatorMain Main { get; } =
        async (place, cancel) =>
        {
            using ILoggerFactory log = Environment.GetEnvironmentVariable("TENON_SIM_LOG") is null
                ? NullLoggerFactory.Instance
                : new StandardErrorLog(place.Time);
            using var meter = new Meter("Tenon");
            using var end = cancel.UnsafeRegister(static meter => ((Meter)meter!).Dispose(), meter);
            var tenon = new TenonOperator(
                place.Client,
                place.Cloud,
                new OperatorOptions { LeaderElectionNamespace = "kube-system", PlanClock = place.PlanClock },
                place.Time,
                log
            )
            {
                LeaseClient = place.LeaseClient,
                Interruptions = place.Interruptions,
                Identity = place.Identity,
                Meter = meter,
            };
            await tenon.RunAsync(cancel);
        };
}

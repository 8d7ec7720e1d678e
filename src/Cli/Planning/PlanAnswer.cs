using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Tenon.Api.Core;
using Tenon.Domain.Catalog;
using Tenon.Scheduling;

namespace Tenon.Cli.Planning;

/// <summary>A machine of a plan, as bought through its cheapest offering.</summary>
sealed record PlannedNode(
    string Name,
    string NodePool,
    string InstanceType,
    string Zone,
    string CapacityType,
    decimal PricePerHour,
    ImmutableArray<string> Pods
);

/// <summary>What the engine answered, and how long it took.</summary>
sealed record PlanAnswer
{
    public required SchedulingResult Result { get; init; }
    public required ImmutableArray<PlannedNode> Nodes { get; init; }

    /// <summary>Pods asked about.</summary>
    public required int Pods { get; init; }

    /// <summary>When a valid plan for every pod stood, and when the reported one did.</summary>
    public required TimeSpan FirstPlan { get; init; }
    public required TimeSpan Solve { get; init; }

    public static PlanAnswer To(SchedulingInput question, SolvePolicy policy)
    {
        var began = Stopwatch.GetTimestamp();
        TimeSpan? first = null;
        var limits = new SolveLimits
        {
            Policy = policy,
            FirstPlanStands = () => first ??= Stopwatch.GetElapsedTime(began),
        };
        var result = Scheduler.Schedule(question, limits);
        var solve = Stopwatch.GetElapsedTime(began);
        return new PlanAnswer
        {
            Result = result,
            Nodes = [.. Buy(result.Claims)],
            Pods = question.Pods.Length,
            FirstPlan = first ?? solve,
            Solve = solve,
        };
    }

    public static string PodName(Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";

    static IEnumerable<PlannedNode> Buy(ImmutableArray<NewClaim> claims)
    {
        var count = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var claim in claims)
        {
            var pool = claim.Pool.Metadata.Name ?? "";
            count[pool] = count.GetValueOrDefault(pool) + 1;
            var (type, offering) = Cheapest(claim);
            yield return new PlannedNode(
                $"{pool}-{count[pool].ToString(CultureInfo.InvariantCulture)}",
                pool,
                type.Name,
                offering.Zone,
                offering.CapacityType,
                offering.Price.Dollars,
                [.. claim.Pods.Select(PodName).Order(StringComparer.Ordinal)]
            );
        }
    }

    static (InstanceType, Offering) Cheapest(NewClaim claim) =>
        claim
            .Types.SelectMany(type => type.Offerings.Select(offering => (Type: type, Offering: offering)))
            .Where(row =>
                row.Offering.Available
                && claim.Requirements.IsCompatible(row.Offering.Requirements, claim.Options.WellKnown)
            )
            .OrderBy(row => row.Offering.Price)
            .ThenBy(row => row.Type.Name, StringComparer.Ordinal)
            .ThenBy(row => row.Offering.Zone, StringComparer.Ordinal)
            .ThenBy(row => row.Offering.CapacityType, StringComparer.Ordinal)
            .First();
}

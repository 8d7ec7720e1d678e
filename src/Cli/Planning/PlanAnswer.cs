using System.Collections.Immutable;
using System.Diagnostics;
using Tenon.Api.Core;
using Tenon.Foundation.Units;
using Tenon.Scheduling;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Explain;
using Tenon.Scheduling.Lowering;
using Tenon.Scheduling.Model;

namespace Tenon.Cli.Planning;

/// <summary>What the engine answered, and how long it took.</summary>
sealed record PlanAnswer
{
    public required Plan Plan { get; init; }
    public required ImmutableArray<Machine> Nodes { get; init; }
    public required ImmutableArray<Taken> Existing { get; init; }
    public required ImmutableArray<Unplaced> Unschedulable { get; init; }

    /// <summary>When a valid plan for every pod stood, and when the reported one did.</summary>
    public required TimeSpan FirstPlan { get; init; }
    public required TimeSpan Solve { get; init; }

    /// <summary>Pods asked about.</summary>
    public int Pods => Plan.Problem.Pods.Length;
    public HourlyPrice Cost => new(Plan.CostMicros);
    public HourlyPrice Bound => new(Plan.BoundMicros);
    public HourlyPrice GreedyCost => new(Plan.GreedyCostMicros);
    public bool AllPodsPlaced => Unschedulable.IsEmpty && !Plan.TimedOut;

    public static string PodName(Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";

    /// <summary>Reasons in upstream's exact words, quantities as the manifests write them.</summary>
    public static PlanAnswer To(Lowered question, SolvePolicy policy, TimeSpan? budget)
    {
        var answer = To(question.Problem, policy, budget);
        return answer with { Unschedulable = PlanReading.Refusals(answer.Plan, question) };
    }

    public static PlanAnswer To(Problem problem, SolvePolicy policy, TimeSpan? budget)
    {
        var began = Stopwatch.GetTimestamp();
        TimeSpan? first = null;
        var limits = new SolveLimits
        {
            Policy = policy,
            ShouldStopImproving = budget is { } most ? () => Stopwatch.GetElapsedTime(began) > most : null,
            FirstPlanStands = () => first ??= Stopwatch.GetElapsedTime(began),
        };
        var plan = Engine.Solve(problem, limits);
        var solve = Stopwatch.GetElapsedTime(began);
        return new PlanAnswer
        {
            Plan = plan,
            Nodes = PlanReading.Machines(plan),
            Existing = PlanReading.Existing(plan),
            Unschedulable = PlanReading.Refusals(plan),
            FirstPlan = first ?? solve,
            Solve = solve,
        };
    }
}

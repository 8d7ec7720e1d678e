using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Names;
using Tenon.Foundation.Units;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Lowering;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Explain;

/// <summary>A machine of a plan, as bought through its cheapest offering.</summary>
/// <param name="Name">The pool's name and a number from 1.</param>
/// <param name="Price">Per hour.</param>
/// <param name="Pods">As <c>namespace/name</c>, in order of name.</param>
/// <param name="Alternatives">Other instance types that hold the same pods, cheapest first.</param>
/// <param name="Requirements">What the claim will ask of the cloud.</param>
public sealed record Machine(
    string Name,
    string NodePool,
    string InstanceType,
    string Zone,
    string CapacityType,
    HourlyPrice Price,
    ImmutableArray<string> Pods,
    ImmutableArray<string> Alternatives,
    string Requirements
);

/// <summary>Pods that a node already there takes, as <c>namespace/name</c>.</summary>
public sealed record Taken(string Node, ImmutableArray<string> Pods);

/// <summary>A pod without a place: upstream's sentence, and its causes.</summary>
public sealed record Unplaced(string Pod, string Message, Misfit Why);

/// <summary>A plan in names instead of numbers; needs nothing but the problem, so it works on a saved one.</summary>
public static class PlanReading
{
    public static ImmutableArray<Machine> Machines(Plan plan)
    {
        var machines = ImmutableArray.CreateBuilder<Machine>(plan.Claims.Count);
        var count = new int[plan.Problem.Pools.Length];
        foreach (var claim in plan.Claims)
            machines.Add(Machine(plan, claim, ++count[claim.Pool]));
        return machines.MoveToImmutable();
    }

    public static ImmutableArray<Taken> Existing(Plan plan)
    {
        var byNode = new SortedDictionary<int, List<int>>();
        for (var pod = 0; pod < plan.NodeOf.Count; pod++)
            if (plan.NodeOf[pod] is var node and >= 0)
            {
                if (!byNode.TryGetValue(node, out var pods))
                    byNode[node] = pods = [];
                pods.Add(pod);
            }
        return [.. byNode.Select(it => new Taken(plan.Problem.Nodes[it.Key].Name, Names(plan, it.Value)))];
    }

    public static ImmutableArray<Unplaced> Refusals(Plan plan) => Refusals(plan, new Refusals(plan));

    /// <summary>The same with quantities as the pods write them.</summary>
    public static ImmutableArray<Unplaced> Refusals(Plan plan, Lowered question) =>
        Refusals(plan, new Refusals(plan, question.Input.Options.WellKnown, question.Requests));

    private static ImmutableArray<Unplaced> Refusals(Plan plan, Refusals refusals) =>
        [
            .. plan.Refused.Select(it =>
            {
                var (message, why) = refusals.Of(it);
                return new Unplaced(plan.Problem.Pods[it.Pod].Name, message, why);
            }),
        ];

    private static Machine Machine(Plan plan, PlannedClaim claim, int number)
    {
        var problem = plan.Problem;
        var pool = problem.Pools[claim.Pool].Name;
        var (type, offering) = Cheapest(plan, claim);
        return new Machine(
            string.Create(CultureInfo.InvariantCulture, $"{pool}-{number}"),
            pool,
            problem.Types[type].Name,
            Value(plan.Tables, offering.Set, WellKnownLabels.Zone),
            Value(plan.Tables, offering.Set, WellKnownLabels.CapacityType),
            new HourlyPrice(offering.PriceMicros),
            Names(plan, claim.Pods),
            [.. claim.Types.Where(it => it != type).Select(it => problem.Types[it].Name)],
            plan.Tables.Sets.Raise(claim.Set)
                .Remove(WellKnownLabels.Registered)
                .Remove(WellKnownLabels.Initialized)
                .ToString()
        );
    }

    /// <summary>
    /// Of equal prices the first by type, zone and capacity type, so that every reader names the same.
    /// </summary>
    private static (int Type, OfferingSpec Offering) Cheapest(Plan plan, PlannedClaim claim)
    {
        var tables = plan.Tables;
        return claim
            .Types.SelectMany(type =>
                plan.Problem.Types[type]
                    .Shapes.SelectMany(shape => shape.Offerings)
                    .Where(it => tables.Sets.Compatible(claim.Set, it.Set, allowWellKnown: true))
                    .Select(it => (Type: type, Offering: it))
            )
            .OrderBy(it => it.Offering.PriceMicros)
            .ThenBy(it => plan.Problem.Types[it.Type].Name, StringComparer.Ordinal)
            .ThenBy(it => Value(tables, it.Offering.Set, WellKnownLabels.Zone), StringComparer.Ordinal)
            .ThenBy(it => Value(tables, it.Offering.Set, WellKnownLabels.CapacityType), StringComparer.Ordinal)
            .First();
    }

    private static string Value(Tables tables, int set, string key) => tables.Sets.Raise(set).Of(key).AnyValue();

    private static ImmutableArray<string> Names(Plan plan, IEnumerable<int> pods) =>
        [.. pods.Select(pod => plan.Problem.Pods[pod].Name).Order(StringComparer.Ordinal)];
}

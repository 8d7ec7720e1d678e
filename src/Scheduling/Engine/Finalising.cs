using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// From a packing to claims that can be written down: types in price order, reservations, DaemonSet overhead.
/// </summary>
internal static class Finalising
{
    public static Plan Finish(Tables tables, Packing packing, Assignment assignment)
    {
        var podsOf = PodsOf(packing.Claims, assignment);
        var claims = new List<PlannedClaim>(packing.Claims);
        var refused = new List<Refused>();
        for (var claim = 0; claim < packing.Claims; claim++)
        {
            if (podsOf[claim].Length == 0)
                continue;
            var planned = Finish(tables, packing, claim, podsOf[claim], out var failsMinValues);
            if (!failsMinValues)
                claims.Add(planned);
            else
                foreach (var pod in planned.Pods)
                    refused.Add(new(pod, RefusalKind.MinValuesAfterTruncation, planned.Pool));
        }
        for (var pod = 0; pod < assignment.NodeOf.Length; pod++)
            if (!assignment.IsPlaced(pod) && assignment.Verdicts[pod] is not Verdict.Fits and var verdict)
                refused.Add(new(pod, Kind(tables, pod, verdict), -1));
        refused.Sort((a, b) => a.Pod.CompareTo(b.Pod));
        return new(tables, packing, assignment, [.. claims], [.. refused]);
    }

    private static RefusalKind Kind(Tables tables, int pod, Verdict verdict) =>
        verdict == Verdict.Reserved ? RefusalKind.ReservedOffering
        : verdict == Verdict.Never && tables.Classes[tables.Problem.Pods[pod].Class].Spec.HasResourceClaims
            ? RefusalKind.ResourceClaims
        : RefusalKind.Unplaced;

    private static PlannedClaim Finish(Tables tables, Packing packing, int claim, int[] pods, out bool failsMinValues)
    {
        var set = packing.ClaimReserved[claim] is { } reserved
            ? Reserved(tables, packing.ClaimSet[claim], reserved)
            : packing.ClaimSet[claim];
        var shapes = packing.ShapesOf(claim);
        var (types, kept, price) = ByPrice(tables, set, shapes);
        failsMinValues =
            !tables.Problem.BestEffortMinValues
            && types.Length >= tables.Problem.MaxInstanceTypes
            && !MinValues.Hold(tables, set, kept);
        return new(
            packing.ClaimPool[claim],
            set,
            types,
            price,
            Requests(tables, packing, claim),
            pods,
            packing.ClaimRelaxed[claim]
        );
    }

    /// <summary>A claim that holds reservations will be bought as reserved capacity and from one of these.</summary>
    private static int Reserved(Tables tables, int set, List<int> held)
    {
        var problem = tables.Problem;
        var first = problem.Reservations[held[0]];
        var ids = new ulong[tables.Rows.WordsOf(first.Key)];
        foreach (var id in held)
            BitRow.Add(ids, problem.Reservations[id].Value);
        var capacityType = new ulong[tables.Rows.WordsOf(problem.CapacityTypeKey)];
        BitRow.Add(capacityType, problem.ReservedValue);
        var replaced = tables.Sets.Replace(set, tables.Rows.In(problem.CapacityTypeKey, capacityType));
        return tables.Sets.Replace(replaced, tables.Rows.In(first.Key, ids));
    }

    private static (int[] Types, ulong[] Kept, long Price) ByPrice(Tables tables, int set, ReadOnlySpan<ulong> shapes)
    {
        var view = tables.View(set);
        var types = new List<int>(BitRow.Count(shapes));
        var kept = new ulong[tables.Words];
        var severalShapes = tables.Shapes != tables.Problem.Types.Length;
        foreach (var shape in view.ByPrice)
        {
            if (!BitRow.Has(shapes, shape))
                continue;
            BitRow.Add(kept, shape);
            if (severalShapes && types.Contains(tables.TypeOf[shape]))
                continue;
            types.Add(tables.TypeOf[shape]);
            if (types.Count == tables.Problem.MaxInstanceTypes)
                break;
        }
        var first = BitRow.Next(kept, 0);
        var price = long.MaxValue;
        for (; first >= 0; first = BitRow.Next(kept, first + 1))
            price = Math.Min(price, view.Cheapest[first]);
        return ([.. types], kept, price == long.MaxValue ? 0 : price);
    }

    /// <summary>
    /// Pods and, per resource, the least overhead among the DaemonSet groups that still have a surviving shape.
    /// </summary>
    private static long[] Requests(Tables tables, Packing packing, int claim)
    {
        var requests = packing.TotalsOf(claim).ToArray();
        var least = (long[]?)null;
        foreach (var group in tables.Pools[packing.ClaimPool[claim]].Groups)
        {
            if (!BitRow.Meets(group.Shapes, packing.ShapesOf(claim)))
                continue;
            least ??= (long[])group.Overhead.Clone();
            for (var resource = 0; resource < least.Length; resource++)
                least[resource] = Math.Min(least[resource], group.Overhead[resource]);
        }
        if (least is not null)
            for (var resource = 0; resource < least.Length; resource++)
                requests[resource] += least[resource];
        return requests;
    }

    private static int[][] PodsOf(int claims, Assignment assignment)
    {
        var counts = new int[claims];
        foreach (var claim in assignment.ClaimOf)
            if (claim >= 0)
                counts[claim]++;
        var pods = new int[claims][];
        for (var claim = 0; claim < claims; claim++)
            pods[claim] = new int[counts[claim]];
        Array.Clear(counts);
        for (var pod = 0; pod < assignment.ClaimOf.Length; pod++)
            if (assignment.ClaimOf[pod] is var claim and >= 0)
                pods[claim][counts[claim]++] = pod;
        return pods;
    }
}

using Tenon.Foundation.Random;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Looks for cheaper claims for the pods that the greedy plan bought machines for. It builds machine after machine,
/// each the one whose filling is worth most for its price (worth by the duals of the bound), then again and again takes
/// the most wasteful machines apart and rebuilds them. Every pod is placed through the same checks as in the greedy
/// plan, in an order that is a witness of legality; pods keep their pool and the preferences they kept. The result is
/// never dearer than greedy.
/// </summary>
internal sealed class Improver
{
    /// <summary>Pods placed over all rounds at most: what bounds the work, the same on any machine.</summary>
    private const int MostPlacements = 2_000_000;

    private const int FewestRounds = 4;

    private readonly Tables _tables;
    private readonly Assignment _greedy;
    private readonly Packing _greedyPacking;
    private readonly Demand _demand;
    private readonly FluidBound _bound;
    private readonly int[] _nodePods;
    private readonly int[] _kindOfPod;

    public Improver(Tables tables, Packing packing, Assignment greedy)
    {
        _tables = tables;
        _greedy = greedy;
        _greedyPacking = packing;
        _demand = new(tables, packing, greedy);
        _bound = FluidBound.Of(tables, _demand, packing);
        _nodePods = [.. Enumerable.Range(0, greedy.NodeOf.Length).Where(pod => greedy.NodeOf[pod] >= 0)];
        _kindOfPod = new int[greedy.NodeOf.Length];
        for (var kind = 0; kind < _demand.Kinds.Count; kind++)
            foreach (var pod in _demand.Kinds[kind].Pods)
                _kindOfPod[pod] = kind;
    }

    /// <summary>The better of two bounds; the second takes its time and gives up when there is none.</summary>
    public long BoundMicros(Func<bool>? stop) => Math.Max(_bound.Micros, DirectionBound.Of(_tables, _demand, stop));

    /// <summary>The best packing found, or null when greedy stands.</summary>
    public (Packing Packing, Assignment Assignment)? Run(SolveLimits limits)
    {
        var stop = limits.ShouldStopImproving ?? limits.ShouldStop;
        var pods = _demand.Kinds.Sum(kind => kind.Pods.Count);
        if (pods == 0 || _tables.HasReservations || _bound.Micros == 0)
            return null;
        var rounds = Math.Min(limits.MaxRounds, Math.Max(FewestRounds, MostPlacements / pods));
        var random = new Prng(0x7E404);
        Solution? best = null;
        var bestCost = Cost(_greedyPacking);
        var bestClaims = _greedyPacking.Claims;
        for (var round = 0; round < rounds && stop?.Invoke() != true; round++)
        {
            var builder = new MachineBuilder(_tables, _demand, _bound, Blend(round), stop);
            var solution = Attempt(builder, round < FewestRounds ? null : best, random);
            if (solution is null)
                continue;
            var cost = Cost(solution.Packing);
            if (cost > bestCost || (cost == bestCost && solution.Packing.Claims >= bestClaims))
                continue;
            (best, bestCost, bestClaims) = (solution, cost, solution.Packing.Claims);
        }
        return best is null ? null : (best.Packing, ToAssignment(best));
    }

    /// <summary>
    /// How far prices lean from the duals of the bound towards equal shares of every scarce resource.
    /// </summary>
    private static double Blend(int round) =>
        (round % 5) switch
        {
            0 => 0.3,
            1 => 0.5,
            2 => 0.15,
            3 => 0.7,
            _ => 0.4,
        };

    private Solution? Attempt(MachineBuilder builder, Solution? from, Prng random)
    {
        var packing = new Packing(_tables);
        if (!ReplayNodes(packing))
            return null;
        var solution = new Solution(packing);
        var pending = new PendingPods(_demand, _kindOfPod);
        if (from is null)
        {
            foreach (var kind in _demand.Kinds)
            foreach (var pod in kind.Pods)
                pending.Add(pod);
        }
        else
            Replay(builder, solution, from, pending, random);
        return builder.Build(solution, pending) ? solution : null;
    }

    /// <summary>Puts the pods of existing nodes back; false when their order mattered to a rule.</summary>
    private bool ReplayNodes(Packing packing)
    {
        foreach (var pod in _nodePods)
        {
            var table = _tables.Classes[_tables.Problem.Pods[pod].Class];
            var variant = table.Spec.Variants[_greedy.VariantOf[pod]];
            if (packing.TryNode(_greedy.NodeOf[pod], table, variant) != Verdict.Fits)
                return false;
            packing.AddToNode(_greedy.NodeOf[pod], table, variant);
        }
        return true;
    }

    /// <summary>Keeps most machines of a solution; the wasteful ones, and a few by lot, are taken apart.</summary>
    private void Replay(MachineBuilder builder, Solution solution, Solution from, PendingPods pending, Prng random)
    {
        var waste = new double[from.Machines.Count];
        for (var machine = 0; machine < waste.Length; machine++)
            waste[machine] =
                -builder.Efficiency(from.Packing, machine, from.Machines[machine], _kindOfPod)
                + (random.Next(1000) * 0.00006);
        var order = Enumerable
            .Range(0, waste.Length)
            .OrderByDescending(machine => waste[machine])
            .ThenBy(machine => machine)
            .ToArray();
        var share = random.Next(5, 35);
        var apart = new bool[waste.Length];
        for (var i = 0; i < Math.Max(2, waste.Length * share / 100) && i < order.Length; i++)
            apart[order[i]] = true;
        for (var machine = 0; machine < waste.Length; machine++)
        {
            var claim = -1;
            foreach (var pod in from.Machines[machine])
            {
                var kind = _demand.Kinds[_kindOfPod[pod]];
                if (apart[machine] || !solution.TryPlace(_tables, kind, pod, ref claim))
                    pending.Add(pod);
            }
        }
    }

    private long Cost(Packing packing)
    {
        var cost = 0L;
        for (var claim = 0; claim < packing.Claims; claim++)
            if (packing.ClaimPods[claim] > 0)
                cost += MachineBuilder.Price(_tables, packing, claim);
        return cost;
    }

    private Assignment ToAssignment(Solution solution)
    {
        var assignment = new Assignment(_greedy.NodeOf.Length);
        _greedy.NodeOf.CopyTo(assignment.NodeOf, 0);
        _greedy.VariantOf.CopyTo(assignment.VariantOf, 0);
        _greedy.Verdicts.CopyTo(assignment.Verdicts, 0);
        for (var claim = 0; claim < solution.Machines.Count; claim++)
            foreach (var pod in solution.Machines[claim])
                assignment.ClaimOf[pod] = claim;
        var turn = 0;
        foreach (var pod in _nodePods.Concat(solution.Order))
            assignment.TurnOf[pod] = turn++;
        return assignment;
    }
}

/// <summary>A packing and, per claim, its pods in the order in which they were placed.</summary>
internal sealed class Solution(Packing packing)
{
    public Packing Packing { get; } = packing;
    public List<List<int>> Machines { get; } = [];

    /// <summary>All pods of all claims in the order in which they were placed.</summary>
    public List<int> Order { get; } = [];

    /// <summary>Puts a pod on the claim, or on a new one when there is none yet (−1).</summary>
    public bool TryPlace(Tables tables, PodKind kind, int pod, ref int claim)
    {
        var table = tables.Classes[kind.Class];
        var variant = table.Spec.Variants[kind.Variant];
        var verdict = claim < 0 ? Packing.TryNew(kind.Pool, table, variant) : Packing.TryClaim(claim, table, variant);
        if (verdict != Verdict.Fits)
            return false;
        Commit(kind, tables, pod, ref claim);
        return true;
    }

    /// <summary>Commits what the packing just accepted.</summary>
    public void Commit(PodKind kind, Tables tables, int pod, ref int claim)
    {
        var table = tables.Classes[kind.Class];
        var variant = table.Spec.Variants[kind.Variant];
        if (claim < 0)
        {
            claim = Packing.Open(kind.Pool, table, variant);
            Machines.Add([]);
        }
        else
            Packing.AddToClaim(claim, table, variant);
        Machines[claim].Add(pod);
        Order.Add(pod);
    }
}

/// <summary>Pods that still need a machine, by kind; within a kind the order of the queue.</summary>
internal sealed class PendingPods(Demand demand, int[] kindOfPod)
{
    private readonly List<int>[] _byKind = [.. demand.Kinds.Select(_ => new List<int>())];

    public int Count { get; private set; }

    public int Of(int kind) => _byKind[kind].Count;

    public void Add(int pod)
    {
        _byKind[kindOfPod[pod]].Add(pod);
        Count++;
    }

    public int Peek(int kind) => _byKind[kind][^1];

    public void Take(int kind)
    {
        _byKind[kind].RemoveAt(_byKind[kind].Count - 1);
        Count--;
    }
}

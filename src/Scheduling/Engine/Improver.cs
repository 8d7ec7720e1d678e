using Tenon.Foundation.Random;
using Tenon.Scheduling.Engine.Columns;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Looks for cheaper claims for the pods that the greedy plan bought machines for. Column generation says what every
/// pod is worth and which machines to buy with which filling; that mix is built, then again and again the most wasteful
/// machines are taken apart and built anew. Every pod is placed through the same checks as in the greedy plan, in an
/// order that is a witness of legality; pods keep their pool and the preferences they kept. The result is never dearer
/// than greedy.
/// </summary>
internal sealed class Improver
{
    /// <summary>Groups of sizes that column generation tells apart.</summary>
    private const int MostGroups = 80;

    /// <summary>Rounds without a better plan after which the search ends.</summary>
    private const int MostIdleRounds = 30;

    /// <summary>Machines that a builder chooses from.</summary>
    private const int MostMachines = 48;

    /// <summary>Rounds of building before the bound takes its time.</summary>
    private const int RoundsBeforeBound = 4;

    private readonly Tables _tables;
    private readonly Assignment _greedy;
    private readonly Packing _greedyPacking;
    private readonly Demand _demand;
    private readonly int[] _nodePods;
    private readonly int[] _kindOfPod;
    private readonly Prng _random = new(0x7E404);
    private Solution? _best;
    private long _bestCost;
    private int _bestClaims;
    private int _round;
    private int _idle;

    public Improver(Tables tables, Packing packing, Assignment greedy)
    {
        _tables = tables;
        _greedy = greedy;
        _greedyPacking = packing;
        _demand = new(tables, packing, greedy);
        (_bestCost, _bestClaims) = (Cost(packing), packing.Claims);
        _nodePods = [.. Enumerable.Range(0, greedy.NodeOf.Length).Where(pod => greedy.NodeOf[pod] >= 0)];
        _kindOfPod = new int[greedy.NodeOf.Length];
        for (var kind = 0; kind < _demand.Kinds.Count; kind++)
            foreach (var pod in _demand.Kinds[kind].Pods)
                _kindOfPod[pod] = kind;
    }

    /// <summary>No plan for these pods, with the pools and preferences they have now, costs less.</summary>
    public long BoundMicros { get; private set; }

    /// <summary>The best packing found, or null when greedy stands.</summary>
    public (Packing Packing, Assignment Assignment)? Run(SolveLimits limits)
    {
        if (_demand.Kinds.Count == 0)
            return null;
        var stop = limits.ShouldStopImproving ?? limits.ShouldStop;
        var fluid = FluidBound.Of(_tables, _demand, _greedyPacking);
        BoundMicros = fluid.Micros;
        if (_tables.HasReservations || Market.Of(_tables, _demand, stop) is not { } market)
            return null;
        var effort = new Effort(limits.MaxSteps, stop);
        var groups = SizeGroups.Of(market, Weights(market, fluid), MostGroups);
        var generation = new ColumnGeneration(market, groups.Groups);
        generation.Run(effort.Share(0.4));
        var bound = new PriceBound(market, groups, generation.Prices);
        var builder = new ColumnBuilder(
            _tables,
            _demand,
            market,
            groups,
            [.. bound.Prices],
            generation.Promising(MostMachines),
            effort
        );
        var mix = generation.Mix().ConvertAll(it => (it.Column, Times: (int)it.Times));
        Search(builder, mix, Math.Min(RoundsBeforeBound, limits.MaxRounds), effort);
        if (_tables.Problem.Nodes.Length == 0)
            BoundMicros = Math.Max(BoundMicros, bound.Micros(effort.Share(0.4)));
        Search(builder, mix, limits.MaxRounds, effort);
        return _best is null ? null : (_best.Packing, ToAssignment(_best));
    }

    private void Search(ColumnBuilder builder, List<(Column Column, int Times)> mix, int until, Effort effort)
    {
        for (; _round < until && _idle < MostIdleRounds && !effort.IsOver; _round++)
        {
            var solution = Attempt(builder, _round < 2 ? null : _best, _round == 0 ? mix : []);
            var cost = solution is null ? long.MaxValue : Cost(solution.Packing);
            _idle++;
            if (solution is null || cost > _bestCost || (cost == _bestCost && solution.Packing.Claims >= _bestClaims))
                continue;
            (_best, _bestCost, _bestClaims, _idle) = (solution, cost, solution.Packing.Claims, 0);
        }
    }

    /// <summary>
    /// What one unit of each resource is worth: by the duals of the fluid bound, and in part by equal shares, because a
    /// resource that is not scarce today has no dual and is scarce tomorrow.
    /// </summary>
    private static double[] Weights(Market market, FluidBound fluid)
    {
        const double Evenly = 0.3;
        var asked = new double[market.Resources.Length];
        foreach (var size in market.Sizes)
            for (var r = 0; r < asked.Length; r++)
                asked[r] += size.Asked[r] * size.Count;
        var total = 0.0;
        for (var r = 0; r < asked.Length; r++)
            total += fluid.Prices[market.Resources[r]] * asked[r];
        var weight = new double[asked.Length];
        for (var r = 0; r < asked.Length; r++)
            weight[r] =
                ((1 - Evenly) * fluid.Prices[market.Resources[r]])
                + (Evenly * Math.Max(total, 1) / (asked.Length * asked[r]));
        return weight;
    }

    private Solution? Attempt(ColumnBuilder builder, Solution? from, List<(Column Column, int Times)> mix)
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
            Replay(builder, solution, from, pending);
        return builder.Build(solution, pending, mix) ? solution : null;
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
    private void Replay(ColumnBuilder builder, Solution solution, Solution from, PendingPods pending)
    {
        var waste = new double[from.Machines.Count];
        for (var machine = 0; machine < waste.Length; machine++)
            waste[machine] =
                -builder.Efficiency(from.Packing, machine, from.Machines[machine], _kindOfPod)
                + (_random.Next(1000) * 0.00006);
        var order = Enumerable
            .Range(0, waste.Length)
            .OrderByDescending(machine => waste[machine])
            .ThenBy(machine => machine)
            .ToArray();
        var share = _random.Next(5, 35);
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

    private static long Cost(Packing packing)
    {
        var cost = 0L;
        for (var claim = 0; claim < packing.Claims; claim++)
            if (packing.ClaimPods[claim] > 0)
                cost += packing.PriceOf(claim);
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

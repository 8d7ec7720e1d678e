using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// A price below which no plan can be. Pods are taken as a liquid: machines must supply, per resource, what all pods
/// ask for (after each machine's own DaemonSets), what every group of equally restricted pods asks for from machines it
/// may use, and one machine for each pod of a group that shares no machine. The linear program's duals are scaled until
/// every machine costs at least what it supplies is worth; then the worth of all demand is a bound, whatever rounding
/// did before.
/// </summary>
internal sealed class FluidBound
{
    /// <summary>
    /// Groups of equally restricted pods with rows of their own; smaller ones only count in the total.
    /// </summary>
    private const int MostRestrictions = 12;

    private const double Safety = 1 - 1e-9;

    private readonly Tables _tables;
    private readonly Demand _demand;
    private readonly List<Row> _rows = [];

    /// <summary>What existing nodes still have: another plan might put other pods there.</summary>
    private readonly double[] _free;

    /// <summary>
    /// What must be supplied: a resource (or with a negative one, machines for a clique) to some restrictions.
    /// </summary>
    private sealed record Row(int Resource, int Clique, int[] Restrictions, double Amount);

    private FluidBound(Tables tables, Demand demand, Packing packing)
    {
        _tables = tables;
        _demand = demand;
        _free = new double[tables.Resources];
        for (var node = 0; node < packing.NodeClosed.Length; node++)
        for (var resource = 0; resource < _free.Length; resource++)
            _free[resource] += Math.Max(0, packing.NodeLeft[(node * _free.Length) + resource]);
        Prices = new double[tables.Resources];
        CliquePrices = new double[demand.Cliques];
    }

    /// <summary>No plan for these pods, with the preferences they kept, costs less.</summary>
    public long Micros { get; private set; }

    /// <summary>What one unit of each resource is worth, over all pods.</summary>
    public double[] Prices { get; }

    /// <summary>What a machine for one more pod of a clique is worth.</summary>
    public double[] CliquePrices { get; }

    public static FluidBound Of(Tables tables, Demand demand, Packing packing)
    {
        var bound = new FluidBound(tables, demand, packing);
        bound.AddRows();
        if (bound._rows.Count > 0)
            bound.Solve();
        return bound;
    }

    private void AddRows()
    {
        int[] all = [.. Enumerable.Range(0, _demand.Restrictions.Count)];
        AddRows(all);
        if (all.Length == 1)
            return;
        var size = new double[all.Length];
        foreach (var kind in _demand.Kinds)
            size[kind.Restriction] += kind.Pods.Count;
        foreach (var restriction in all.OrderByDescending(it => size[it]).ThenBy(it => it).Take(MostRestrictions))
            AddRows([restriction]);
    }

    private void AddRows(int[] restrictions)
    {
        var asked = new double[_tables.Resources];
        var pods = new double[_demand.Cliques];
        foreach (var kind in _demand.Kinds)
        {
            if (!restrictions.Contains(kind.Restriction))
                continue;
            var table = _tables.Classes[kind.Class];
            for (var i = 0; i < table.Asked.Length; i++)
                asked[table.Asked[i]] += (double)table.Amounts[i] * kind.Pods.Count;
            for (var clique = 0; clique < pods.Length; clique++)
                if ((kind.Cliques >> clique & 1) != 0)
                    pods[clique] += kind.Pods.Count;
        }
        for (var resource = 0; resource < asked.Length; resource++)
            if (asked[resource] - _free[resource] > 0)
                _rows.Add(new(resource, -1, restrictions, asked[resource] - _free[resource]));
        for (var clique = 0; clique < pods.Length; clique++)
            if (pods[clique] - _tables.Problem.Nodes.Length is var machines and > 0)
                _rows.Add(new(-1, clique, restrictions, machines));
    }

    private void Solve()
    {
        var simplex = new Simplex(_rows.Count);
        for (var shape = 0; shape < _tables.Shapes; shape++)
            foreach (var level in Levels(shape))
                simplex.Add(Supply(shape, level), level);
        if (simplex.Columns == 0)
            return;
        var duals = simplex.Duals();
        var scale = 1.0;
        for (var column = 0; column < simplex.Columns; column++)
        {
            var worth = 0.0;
            var supply = simplex.Column(column);
            for (var row = 0; row < duals.Length; row++)
                worth += duals[row] * supply[row];
            if (worth > 0)
                scale = Math.Min(scale, simplex.CostOf(column) / worth);
        }
        var total = 0.0;
        for (var row = 0; row < duals.Length; row++)
        {
            var worth = duals[row] * scale;
            total += worth;
            if (_rows[row].Resource >= 0)
                Prices[_rows[row].Resource] += worth / _rows[row].Amount;
            else
                CliquePrices[_rows[row].Clique] += worth / _rows[row].Amount;
        }
        Micros = total is > 0 and < long.MaxValue / 2 ? (long)(total * Safety) : 0;
    }

    /// <summary>The prices at which a shape may have to be bought: what each restriction pays for it.</summary>
    private SortedSet<long> Levels(int shape)
    {
        var levels = new SortedSet<long>();
        foreach (var (_, prices) in _demand.Restrictions)
            if (prices[shape] != long.MaxValue)
                levels.Add(prices[shape]);
        return levels;
    }

    /// <summary>What one machine bought at this price gives to each row, as a share of what the row needs.</summary>
    private double[] Supply(int shape, long level)
    {
        var supply = new double[_rows.Count];
        for (var row = 0; row < supply.Length; row++)
        {
            var spec = _rows[row];
            foreach (var restriction in spec.Restrictions)
            {
                var (pool, prices) = _demand.Restrictions[restriction];
                if (prices[shape] > level)
                    continue;
                var amount = spec.Resource < 0 ? 1 : Math.Max(0, _demand.Usable(pool, shape, spec.Resource));
                supply[row] = Math.Max(supply[row], amount / spec.Amount);
            }
        }
        return supply;
    }
}

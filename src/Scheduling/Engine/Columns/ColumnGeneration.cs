namespace Tenon.Scheduling.Engine.Columns;

/// <summary>A machine and how many of each group it is filled with.</summary>
internal sealed record Column(int Machine, (int Group, int Count)[] Pattern);

/// <summary>
/// The configuration linear program over groups of sizes: how often to buy which machine with which filling. Fillings
/// are generated against the duals until none pays, or the effort is spent. Out come prices per group and a mix of
/// columns.
/// </summary>
internal sealed class ColumnGeneration
{
    private const int MostRounds = 250;
    private const int ColumnsPerRound = 40;
    private const int PivotsPerRound = 400;
    private const double Steadiness = 0.6;
    private const double Hopeless = 0.93;
    private const int HopelessEvery = 6;

    /// <summary>Improvements below this share of a machine's price are not worth a round.</summary>
    private const double Worthwhile = 1e-4;

    private readonly Market _market;
    private readonly Items _items;
    private readonly Master _master;
    private readonly List<Column> _columns = [];
    private readonly Filling _filling;

    /// <summary>Per machine, what it was last worth for its price: the promising are asked first.</summary>
    private readonly double[] _lastRatio;

    public ColumnGeneration(Market market, IReadOnlyList<Size> groups)
    {
        _market = market;
        _items = Items.Of(groups, market.Resources.Length);
        _filling = new(market.Resources.Length, Care.Usual);
        _lastRatio = new double[market.Machines.Count];
        var single = new (int Machine, int Count)[groups.Count];
        var penalty = new double[groups.Count];
        IsServed = new bool[groups.Count];
        for (var group = 0; group < groups.Count; group++)
        {
            single[group] = CheapestAlone(group, out var cost);
            IsServed[group] = single[group].Machine >= 0;
            penalty[group] = IsServed[group] ? 3 * cost : 1;
        }
        _master = new([.. groups.Select(it => (double)it.Count)], penalty);
        for (var group = 0; group < groups.Count; group++)
            if (IsServed[group])
                Add(new(single[group].Machine, [(group, single[group].Count)]));
    }

    /// <summary>Groups whose average pod fits some machine; the others stay out of it.</summary>
    public bool[] IsServed { get; }

    /// <summary>What serving one pod of each group is worth.</summary>
    public double[] Prices => _items.Price;

    /// <summary>What the mix costs.</summary>
    public double Worth { get; private set; }

    public void Run(Effort effort)
    {
        var machines = Enumerable.Range(0, _market.Machines.Count).ToArray();
        var found = new List<(double Ratio, Column Column)>();
        var isExact = true;
        for (var round = 0; round < MostRounds && !effort.IsOver && !_master.IsFull; round++)
        {
            _master.Solve(PivotsPerRound, effort);
            Lean(isExact ? 0 : Steadiness);
            Worth = _master.Worth();
            found.Clear();
            foreach (var machine in machines)
            {
                // A machine far from paying is asked every few rounds, and whenever no other pays.
                if (!isExact && _lastRatio[machine] < Hopeless && (machine + round) % HopelessEvery != 0)
                    continue;
                var level = _market.Machines[machine].Level;
                _filling.Find(_items, _market.Machines[machine], level, effort);
                _lastRatio[machine] = _filling.Value / level;
                if (_lastRatio[machine] > 1 + Worthwhile)
                    found.Add((_lastRatio[machine], new(machine, [.. _filling.Pattern])));
                if (effort.IsOver)
                    break;
            }
            if (found.Count == 0 && isExact)
                break;
            isExact = found.Count == 0;
            found.Sort(
                (a, b) => a.Ratio != b.Ratio ? b.Ratio.CompareTo(a.Ratio) : a.Column.Machine.CompareTo(b.Column.Machine)
            );
            for (var i = 0; i < found.Count && i < ColumnsPerRound; i++)
                Add(found[i].Column);
        }
    }

    /// <summary>Columns of the mix with how often each is bought, the most used first.</summary>
    public List<(Column Column, double Times)> Mix()
    {
        var mix = new List<(Column, double)>();
        for (var row = 0; row < _items.Count; row++)
            if (_master.BasicIn(row) is var column and >= 0 && _master.Level[row] > 1e-7)
                mix.Add((_columns[column], _master.Level[row]));
        return mix;
    }

    /// <summary>
    /// Prices part of the way from those before to the duals, which swing from round to round; prices that swing ask
    /// for fillings that nobody needs.
    /// </summary>
    private void Lean(double steadiness)
    {
        for (var group = 0; group < _items.Count; group++)
            _items.Price[group] = IsServed[group]
                ? (steadiness * _items.Price[group]) + ((1 - steadiness) * _master.Duals[group])
                : 0;
    }

    /// <summary>Machines worth about their price at the prices found: what a builder should choose from.</summary>
    public int[] Promising(int most) =>
        [
            .. Enumerable
                .Range(0, _lastRatio.Length)
                .OrderByDescending(machine => _lastRatio[machine])
                .ThenBy(static machine => machine)
                .Take(most)
                .Order(),
        ];

    private void Add(Column column)
    {
        _columns.Add(column);
        _master.Add(
            [.. column.Pattern.Select(it => it.Group)],
            [.. column.Pattern.Select(it => (double)it.Count)],
            _market.Machines[column.Machine].Level
        );
    }

    private (int Machine, int Count) CheapestAlone(int group, out double cost)
    {
        var (best, chosen, held) = (double.MaxValue, -1, 0);
        for (var machine = 0; machine < _market.Machines.Count; machine++)
        {
            var it = _market.Machines[machine];
            if (!Model.BitRow.Has(it.Suits, _items.Restriction[group]))
                continue;
            var count = _items.Cliques[group] != 0 ? 1 : _items.Most[group];
            for (var r = 0; r < _items.Resources && count > 0; r++)
                if (_items.Asked[(group * _items.Resources) + r] is > 0 and var asked)
                    count = (int)Math.Min(count, Math.Floor(it.Room[r] / asked));
            if (count > 0 && it.Level / (double)count < best)
                (best, chosen, held) = (it.Level / (double)count, machine, count);
        }
        cost = best;
        return (chosen, held);
    }
}

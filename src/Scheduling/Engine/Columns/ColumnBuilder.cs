using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine.Columns;

/// <summary>
/// Machines for pending pods, filled by columns of groups. A column says how many pods of which group; which pods of
/// the group is decided by the room that is left. Every pod goes through the packing, which knows every rule.
/// </summary>
internal sealed class ColumnBuilder
{
    /// <summary>
    /// Kinds of one size asked before another is taken, and failures before a machine is left as it is.
    /// </summary>
    private const int KindsTried = 6;
    private const int TopUps = 8;

    private readonly Tables _tables;
    private readonly Demand _demand;
    private readonly Market _market;
    private readonly SizeGroups _groups;
    private readonly double[] _price;
    private readonly int[] _machines;
    private readonly Effort _effort;
    private readonly Filling _filling;
    private readonly Items _items;
    private readonly int[] _pendingOfSize;
    private readonly int[][] _sizesOfGroup;
    private readonly int[] _sizesByWorth;
    private readonly double[] _left;
    private readonly double[] _reserved;

    /// <param name="price">Per size, what serving one pod is worth.</param>
    /// <param name="machines">Machines to choose from.</param>
    public ColumnBuilder(
        Tables tables,
        Demand demand,
        Market market,
        SizeGroups groups,
        double[] price,
        int[] machines,
        Effort effort
    )
    {
        _machines = machines;
        (_tables, _demand, _market, _groups, _price, _effort) = (tables, demand, market, groups, price, effort);
        _filling = new(market.Resources.Length, Care.Quick);
        _items = Items.Of(groups.Groups, market.Resources.Length);
        _pendingOfSize = new int[market.Sizes.Count];
        _left = new double[market.Resources.Length];
        _reserved = new double[market.Resources.Length];
        _sizesByWorth =
        [
            .. Enumerable.Range(0, price.Length).OrderByDescending(size => price[size]).ThenBy(static size => size),
        ];
        var members = groups.Groups.ConvertAll(static _ => new List<int>());
        foreach (var size in _sizesByWorth)
            members[groups.GroupOfSize[size]].Add(size);
        _sizesOfGroup = [.. members.Select(static it => it.ToArray())];
        // The most constrained first: what is free can go anywhere later.
        foreach (var size in market.Sizes)
            size.Kinds.Sort(
                (a, b) => Constraints(b) != Constraints(a) ? Constraints(b).CompareTo(Constraints(a)) : a.CompareTo(b)
            );
    }

    /// <summary>What a machine's pods are worth for what it costs; 1 is as good as the bound.</summary>
    public double Efficiency(Packing packing, int claim, List<int> pods, int[] kindOfPod)
    {
        var worth = 0.0;
        foreach (var pod in pods)
            worth += _price[_market.SizeOfKind[kindOfPod[pod]]];
        return worth / Math.Max(1, packing.PriceOf(claim));
    }

    /// <summary>Machines for everything pending; false when some pod found no place or time ran out.</summary>
    public bool Build(Solution solution, PendingPods pending, IReadOnlyList<(Column Column, int Times)> mix)
    {
        Count(pending);
        foreach (var (column, times) in mix)
            for (var i = 0; i < times && !_effort.IsOver; i++)
                if (!IsSupplied(column) || !Fill(solution, pending, column))
                    break;
        while (pending.Count > 0)
        {
            if (_effort.IsOver)
                return false;
            if (BestColumn() is not { } column || !Fill(solution, pending, column))
            {
                if (!PlaceAnywhere(solution, pending))
                    return false;
                continue;
            }
            while (!_effort.IsOver && IsSupplied(column))
                if (!Fill(solution, pending, column))
                    break;
        }
        return true;
    }

    private void Count(PendingPods pending)
    {
        Array.Clear(_pendingOfSize);
        Array.Clear(_items.Most);
        for (var kind = 0; kind < _demand.Kinds.Count; kind++)
            _pendingOfSize[_market.SizeOfKind[kind]] += pending.Of(kind);
        for (var group = 0; group < _items.Count; group++)
            Average(group);
    }

    /// <summary>What the pods of a group that still wait ask for and are worth on average.</summary>
    private void Average(int group)
    {
        var resources = _market.Resources.Length;
        var mean = _items.Asked.AsSpan(group * resources, resources);
        mean.Clear();
        var (count, worth) = (0, 0.0);
        foreach (var size in _sizesOfGroup[group])
        {
            var waiting = _pendingOfSize[size];
            if (waiting == 0)
                continue;
            count += waiting;
            worth += waiting * _price[size];
            for (var r = 0; r < resources; r++)
                mean[r] += waiting * _market.Sizes[size].Asked[r];
        }
        _items.Most[group] = count;
        _items.Price[group] = count == 0 ? 0 : worth / count;
        for (var r = 0; r < resources && count > 0; r++)
            mean[r] /= count;
    }

    private bool IsSupplied(Column column)
    {
        foreach (var (group, count) in column.Pattern)
            if (_items.Most[group] < count)
                return false;
        return true;
    }

    /// <summary>The machine and filling worth most for their price, for what still waits.</summary>
    private Column? BestColumn()
    {
        var (best, chosen) = (0.0, (Column?)null);
        foreach (var machine in _machines)
        {
            var it = _market.Machines[machine];
            _filling.Find(_items, it, it.Level * best, _effort);
            if (_filling.Value / it.Level <= best)
                continue;
            best = _filling.Value / it.Level;
            chosen = new(machine, [.. _filling.Pattern]);
        }
        return chosen;
    }

    private bool Fill(Solution solution, PendingPods pending, Column column)
    {
        var machine = _market.Machines[column.Machine];
        var claim = -1;
        machine.Room.CopyTo(_left, 0);
        Array.Clear(_reserved);
        foreach (var (group, count) in column.Pattern)
            Reserve(group, count);
        foreach (var (group, count) in column.Pattern)
            for (var i = 0; i < count; i++)
            {
                Reserve(group, -1);
                var size = Choose(group);
                if (size < 0 || !PlaceOne(solution, pending, size, machine, ref claim))
                    break;
            }
        if (claim < 0)
            return false;
        TopUp(solution, pending, machine, claim);
        foreach (var (group, _) in column.Pattern)
            Average(group);
        return true;
    }

    private void Reserve(int group, int count)
    {
        for (var r = 0; r < _reserved.Length; r++)
            _reserved[r] += count * _items.Asked[(group * _reserved.Length) + r];
    }

    /// <summary>
    /// The dearest waiting size of a group that leaves room for the rest of the column; else one that just fits.
    /// </summary>
    private int Choose(int group)
    {
        var fits = -1;
        foreach (var size in _sizesOfGroup[group])
        {
            if (_pendingOfSize[size] == 0)
                continue;
            var asked = _market.Sizes[size].Asked;
            var (room, spare) = (true, true);
            for (var r = 0; r < asked.Length; r++)
            {
                room &= asked[r] <= _left[r];
                spare &= asked[r] <= _left[r] - (_reserved[r] * 0.995);
            }
            if (room && spare)
                return size;
            if (room)
                fits = size;
        }
        return fits;
    }

    private void TopUp(Solution solution, PendingPods pending, Machine machine, int claim)
    {
        var failures = 0;
        foreach (var size in _sizesByWorth)
        {
            if (_pendingOfSize[size] == 0 || !BitRow.Has(machine.Suits, _market.Sizes[size].Restriction))
                continue;
            var placed = false;
            while (_pendingOfSize[size] > 0 && HasRoom(size))
            {
                placed = PlaceOne(solution, pending, size, machine, ref claim);
                if (!placed)
                    break;
            }
            if (!placed && HasRoom(size) && _pendingOfSize[size] > 0 && ++failures >= TopUps)
                break;
        }
        _effort.Spend(_sizesByWorth.Length);
    }

    private bool HasRoom(int size)
    {
        var asked = _market.Sizes[size].Asked;
        for (var r = 0; r < asked.Length; r++)
            if (asked[r] > _left[r])
                return false;
        return true;
    }

    private bool PlaceOne(Solution solution, PendingPods pending, int size, Machine machine, ref int claim)
    {
        var tried = 0;
        foreach (var kind in _market.Sizes[size].Kinds)
        {
            if (pending.Of(kind) == 0)
                continue;
            if (tried++ >= KindsTried)
                return false;
            var it = _demand.Kinds[kind];
            var table = _tables.Classes[it.Class];
            var variant = table.Spec.Variants[it.Variant];
            _effort.Spend(200);
            var verdict =
                claim < 0
                    ? solution.Packing.TryNew(it.Pool, table, variant)
                    : solution.Packing.TryClaim(claim, table, variant);
            if (verdict != Verdict.Fits || !solution.Packing.TrialHolds(machine.Shape, machine.Level))
                continue;
            solution.Commit(it, _tables, pending.Peek(kind), ref claim);
            pending.Take(kind);
            Took(size);
            return true;
        }
        return false;
    }

    private void Took(int size)
    {
        _pendingOfSize[size]--;
        _items.Most[_groups.GroupOfSize[size]]--;
        for (var r = 0; r < _left.Length; r++)
            _left[r] -= _market.Sizes[size].Asked[r];
    }

    /// <summary>The pending pod worth most, on a machine of its own, else on one that is there.</summary>
    private bool PlaceAnywhere(Solution solution, PendingPods pending)
    {
        foreach (var size in _sizesByWorth)
        {
            if (_pendingOfSize[size] == 0)
                continue;
            foreach (var kind in _market.Sizes[size].Kinds)
            {
                if (pending.Of(kind) == 0)
                    continue;
                var pod = pending.Peek(kind);
                var it = _demand.Kinds[kind];
                var none = -1;
                var placed = solution.TryPlace(_tables, it, pod, ref none);
                for (var claim = solution.Packing.Claims - 1; claim >= 0 && !placed; claim--)
                {
                    var there = claim;
                    placed = solution.TryPlace(_tables, it, pod, ref there);
                }
                _effort.Spend(500);
                if (!placed)
                    continue;
                pending.Take(kind);
                Took(size);
                Average(_groups.GroupOfSize[size]);
                return true;
            }
        }
        return false;
    }

    private int Constraints(int kind)
    {
        var it = _demand.Kinds[kind];
        return _tables.Classes[it.Class].Spec.Variants[it.Variant].Groups.Length;
    }
}

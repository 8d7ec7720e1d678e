using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine.Columns;

/// <summary>How much work one filling is worth.</summary>
/// <param name="OuterSteps">Steps of the search for the price of the scarcest resource.</param>
/// <param name="InnerSteps">Steps, within each of those, for the second.</param>
/// <param name="MostNodes">Nodes of branch and bound.</param>
internal sealed record Care(int OuterSteps, int InnerSteps, int MostNodes)
{
    /// <summary>A good filling, for building.</summary>
    public static readonly Care Quick = new(4, 4, 0);

    /// <summary>A very good filling, for a column.</summary>
    public static readonly Care Usual = new(7, 6, 600);

    /// <summary>A tight bound.</summary>
    public static readonly Care Proof = new(12, 11, 60_000);
}

/// <summary>
/// The filling of one machine that is worth most, and a number that no filling can exceed. The number is the best
/// Lagrangian bound over prices per resource: what the room is worth at these prices, and of every item what it is
/// worth beyond the room it takes. Fillings are made by density at the same prices; and where the difference matters, a
/// search by branch and bound proves the filling best.
/// </summary>
internal sealed class Filling(int resources, Care care)
{
    private const double Slack = 1e-9;

    private readonly double[] _roomPrice = new double[resources];
    private readonly double[] _bestRoomPrice = new double[resources];
    private readonly double[] _slope = new double[resources];
    private readonly double[] _left = new double[resources];
    private readonly double[] _bestOfClique = new double[64];
    private int[] _item = [];
    private double[] _share = [];
    private double[] _price = [];
    private int[] _most = [];
    private ulong[] _cliques = [];
    private double[] _key = [];
    private int[] _order = [];
    private double[] _gain = [];
    private double[] _rest = [];
    private int[] _chosen = [];
    private int[] _best = [];
    private int _active;
    private int _nodes;
    private double _total;
    private double _ceiling;
    private double _lowest;

    /// <summary>What the filling found is worth.</summary>
    public double Value { get; private set; }

    /// <summary>No filling is worth more.</summary>
    public double Upper { get; private set; }

    /// <summary>Items and how many of each.</summary>
    public List<(int Item, int Count)> Pattern { get; } = [];

    /// <param name="items">What it can be filled with.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="threshold">Fillings worth no more are not looked for, nor is the bound made tighter.</param>
    /// <param name="effort">Where the steps are counted.</param>
    public void Find(Items items, Machine machine, double threshold, Effort effort)
    {
        Collect(items, machine);
        Pattern.Clear();
        (Value, Upper) = (0, 0);
        if (_active == 0)
            return;
        Array.Clear(_best, 0, _active);
        Price(threshold);
        effort.Spend((long)_active * resources * (care.OuterSteps + 2) * (care.InnerSteps + 3));
        if (care.MostNodes > 0 && Upper > Math.Max(threshold, Value) * (1 + Slack))
        {
            Search(threshold);
            effort.Spend(_nodes * 12L);
        }
        for (var at = 0; at < _active; at++)
            if (_best[at] > 0)
                Pattern.Add((_item[at], _best[at]));
    }

    private void Collect(Items items, Machine machine)
    {
        Reserve(items.Count);
        _active = 0;
        for (var item = 0; item < items.Count; item++)
        {
            if (items.Price[item] <= 0 || items.Most[item] <= 0)
                continue;
            if (!BitRow.Has(machine.Suits, items.Restriction[item]))
                continue;
            var most = items.Cliques[item] != 0 ? 1 : items.Most[item];
            var asked = items.Asked.AsSpan(item * resources, resources);
            for (var r = 0; r < resources && most > 0; r++)
            {
                if (asked[r] <= 0)
                    continue;
                most = asked[r] > machine.Room[r] ? 0 : (int)Math.Min(most, Math.Floor(machine.Room[r] / asked[r]));
                _share[(_active * resources) + r] = most == 0 ? 0 : asked[r] / machine.Room[r];
            }
            if (most == 0)
                continue;
            for (var r = 0; r < resources; r++)
                if (asked[r] <= 0)
                    _share[(_active * resources) + r] = 0;
            (_item[_active], _price[_active], _most[_active]) = (item, items.Price[item], most);
            _cliques[_active++] = items.Cliques[item];
        }
    }

    private void Reserve(int count)
    {
        if (_item.Length >= count)
            return;
        _item = new int[count];
        _share = new double[count * resources];
        (_price, _key, _gain) = (new double[count], new double[count], new double[count]);
        (_most, _order, _chosen, _best) = (new int[count], new int[count], new int[count], new int[count]);
        _cliques = new ulong[count];
        _rest = new double[count + 1];
    }

    /// <summary>
    /// Lowers the bound over the prices of the two scarcest resources, one search inside the other (it is convex in
    /// both), then over each of the others.
    /// </summary>
    private void Price(double threshold)
    {
        Array.Fill(_roomPrice, 1e-12);
        Greedy();
        Scarcest(out var first, out var second);
        Array.Clear(_roomPrice);
        _ceiling = 2 * Value;
        _lowest = double.MaxValue;
        _ = Search(0, _ceiling, care.OuterSteps, first, second);
        _bestRoomPrice.CopyTo(_roomPrice, 0);
        Greedy();
        for (var r = 0; r < resources && _lowest > Math.Max(Value, threshold) * (1 + Slack); r++)
            if (r != first && r != second)
            {
                _bestRoomPrice.CopyTo(_roomPrice, 0);
                _ = Search(0, _ceiling, care.InnerSteps, r, -1);
            }
        _bestRoomPrice.CopyTo(_roomPrice, 0);
        Greedy();
        Upper = Math.Max(_lowest, Value);
    }

    /// <summary>Golden section over the price of one resource; the prices of the best point are kept.</summary>
    private double Search(double low, double high, int steps, int over, int inner)
    {
        const double Golden = 0.6180339887498949;
        double a = high - (Golden * (high - low)),
            b = low + (Golden * (high - low));
        double atA = At(a, over, inner),
            atB = At(b, over, inner);
        for (var step = 0; step < steps; step++)
        {
            if (atA <= atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - (Golden * (high - low));
                atA = At(a, over, inner);
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + (Golden * (high - low));
                atB = At(b, over, inner);
            }
        }
        return Math.Min(Math.Min(atA, atB), low == 0 ? At(0, over, inner) : double.MaxValue);
    }

    private double At(double price, int over, int inner)
    {
        _roomPrice[over] = price;
        if (inner >= 0)
            return Search(0, _ceiling, care.InnerSteps, inner, -1);
        var bound = Bound();
        if (bound < _lowest)
        {
            _lowest = bound;
            _roomPrice.CopyTo(_bestRoomPrice, 0);
        }
        return bound;
    }

    /// <summary>The resources of which all items together want most, as a share of the room.</summary>
    private void Scarcest(out int first, out int second)
    {
        (first, second) = (0, -1);
        Array.Clear(_slope);
        for (var at = 0; at < _active; at++)
        for (var r = 0; r < resources; r++)
            _slope[r] += _most[at] * _share[(at * resources) + r];
        for (var r = 1; r < resources; r++)
            if (_slope[r] > _slope[first])
                first = r;
        for (var r = 0; r < resources; r++)
            if (r != first && (second < 0 || _slope[r] > _slope[second]))
                second = r;
    }

    private double Bound()
    {
        var bound = 0.0;
        foreach (var price in _roomPrice)
            bound += price;
        var cliques = 0UL;
        for (var at = 0; at < _active; at++)
        {
            var gain = Gain(at);
            if (gain <= 0)
                continue;
            if (_cliques[at] == 0)
            {
                bound += gain * _most[at];
                continue;
            }
            var clique = System.Numerics.BitOperations.TrailingZeroCount(_cliques[at]);
            if ((cliques >> clique & 1) == 0)
                (_bestOfClique[clique], cliques) = (0, cliques | (1UL << clique));
            _bestOfClique[clique] = Math.Max(_bestOfClique[clique], gain);
        }
        for (; cliques != 0; cliques &= cliques - 1)
            bound += _bestOfClique[System.Numerics.BitOperations.TrailingZeroCount(cliques)];
        return bound;
    }

    private double Gain(int at)
    {
        var gain = _price[at];
        for (var r = 0; r < resources; r++)
            gain -= _roomPrice[r] * _share[(at * resources) + r];
        return gain;
    }

    /// <summary>As many as fit of what is worth most for the room it takes, then of the next.</summary>
    private void Greedy()
    {
        for (var at = 0; at < _active; at++)
        {
            var taken = 1e-12;
            for (var r = 0; r < resources; r++)
                taken += _roomPrice[r] * _share[(at * resources) + r];
            _key[at] = -_price[at] / taken;
            _order[at] = at;
        }
        Array.Sort(_key, _order, 0, _active);
        Array.Fill(_left, 1 + Slack);
        var (value, cliques) = (0.0, 0UL);
        Array.Clear(_chosen, 0, _active);
        for (var i = 0; i < _active; i++)
        {
            var at = _order[i];
            var count = (_cliques[at] & cliques) != 0 ? 0 : Fitting(at);
            if (count == 0)
                continue;
            Take(at, count);
            cliques |= _cliques[at];
            value += count * _price[at];
            _chosen[at] = count;
        }
        if (value <= Value)
            return;
        Value = value;
        Array.Copy(_chosen, _best, _active);
    }

    private int Fitting(int at)
    {
        var count = _most[at];
        for (var r = 0; r < resources && count > 0; r++)
            if (_share[(at * resources) + r] is > 0 and var share && share * count > _left[r])
                count = (int)(_left[r] / share);
        return count;
    }

    private void Take(int at, int count)
    {
        for (var r = 0; r < resources; r++)
            _left[r] -= count * _share[(at * resources) + r];
    }

    /// <summary>Depth first over the items by what they are worth beyond their room.</summary>
    private void Search(double threshold)
    {
        _total = 0;
        for (var r = 0; r < resources; r++)
            _total += _roomPrice[r];
        for (var at = 0; at < _active; at++)
        {
            _gain[at] = Gain(at);
            _key[at] = -_gain[at];
            _order[at] = at;
        }
        Array.Sort(_key, _order, 0, _active);
        Array.Clear(_bestOfClique);
        _rest[_active] = 0;
        for (var i = _active - 1; i >= 0; i--)
        {
            var at = _order[i];
            var adds = Math.Max(0, _gain[at]) * _most[at];
            if (_cliques[at] != 0)
            {
                var clique = System.Numerics.BitOperations.TrailingZeroCount(_cliques[at]);
                (adds, _bestOfClique[clique]) = (
                    Math.Max(0, _gain[at] - _bestOfClique[clique]),
                    Math.Max(_gain[at], _bestOfClique[clique])
                );
            }
            _rest[i] = _rest[i + 1] + adds;
        }
        Array.Fill(_left, 1 + Slack);
        Array.Clear(_chosen, 0, _active);
        _nodes = 0;
        var floor = Math.Max(threshold, Value);
        Visit(0, 0, 0, 0, ref floor);
        if (_nodes < care.MostNodes)
            Upper = Math.Min(Upper, floor);
    }

    private void Visit(int from, double gained, double value, ulong cliques, ref double floor)
    {
        if (value > floor * (1 + Slack))
        {
            (floor, Value) = (value, value);
            Array.Copy(_chosen, _best, _active);
        }
        for (var i = from; i < _active; i++)
        {
            if (_total + gained + _rest[i] <= floor * (1 + Slack) || ++_nodes >= care.MostNodes)
                return;
            var at = _order[i];
            if ((_cliques[at] & cliques) != 0)
                continue;
            for (var count = Fitting(at); count > 0; count--)
            {
                var sum = gained + (count * _gain[at]);
                if (_total + sum + _rest[i + 1] <= floor * (1 + Slack))
                {
                    if (_gain[at] >= 0)
                        break;
                    continue;
                }
                Take(at, count);
                _chosen[at] = count;
                Visit(i + 1, sum, value + (count * _price[at]), cliques | _cliques[at], ref floor);
                _chosen[at] = 0;
                Take(at, -count);
                if (_nodes >= care.MostNodes)
                    return;
            }
        }
    }
}

namespace Tenon.Scheduling.Engine.Columns;

/// <summary>
/// A price below which no plan can be, from prices per size: when no machine can be filled with more worth than it
/// costs, all pods together are worth no more than any plan costs. The prices come from the groups of the column
/// generation, tilted to each size; where they promise too much, for machines that could then be filled with more than
/// their price, everything is scaled down (Farley), and the sizes responsible are made cheaper for the next look.
/// </summary>
internal sealed class PriceBound
{
    private const int MostLooks = 40;
    private const double Safety = 1 - 1e-7;

    /// <summary>A filling worth this much of its machine's price is let be: to prove less takes much longer.</summary>
    private const double Enough = 1.004;

    private readonly Market _market;
    private readonly Items _items;
    private readonly Filling _filling;
    private readonly double[] _ratios;
    private readonly List<(double Ratio, (int Item, int Count)[] Pattern)> _tooGood = [];

    public PriceBound(Market market, SizeGroups groups, double[] groupPrices)
    {
        _market = market;
        _items = Items.Of(market.Sizes, market.Resources.Length);
        _filling = new(market.Resources.Length, Care.Proof);
        _ratios = new double[market.Machines.Count];
        Array.Fill(_ratios, double.MaxValue);
        var slope = PriceSlope.Of(groups.Groups, groupPrices, market.Resources.Length);
        for (var size = 0; size < _items.Count; size++)
        {
            var group = groups.GroupOfSize[size];
            var (own, mean) = (slope[^1], slope[^1]);
            for (var r = 0; r < market.Resources.Length; r++)
            {
                own += slope[r] * market.Sizes[size].Asked[r];
                mean += slope[r] * groups.Groups[group].Asked[r];
            }
            _items.Price[size] = groupPrices[group] * (mean > 0 ? own / mean : 1);
        }
    }

    /// <summary>What serving one pod of each size is worth.</summary>
    public double[] Prices => _items.Price;

    public long Micros(Effort effort)
    {
        var best = 0.0;
        var kept = (double[])_items.Price.Clone();
        for (var look = 0; look < MostLooks; look++)
        {
            var total = 0.0;
            for (var size = 0; size < _items.Count; size++)
                total += _items.Price[size] * _items.Most[size];
            var (worst, isWhole) = Look(effort);
            if (!isWhole)
                break;
            if (total / worst > best)
            {
                best = total / worst;
                _items.Price.CopyTo(kept, 0);
            }
            else if (look > 6 && total / worst < best * 0.98)
                break;
            if (_tooGood.Count == 0 || effort.IsOver)
                break;
            Correct();
        }
        kept.CopyTo(_items.Price, 0);
        return best is > 0 and < long.MaxValue / 2 ? (long)(best * Safety) : 0;
    }

    /// <summary>How much more than its price the best filling of any machine may be worth.</summary>
    private (double Worst, bool IsWhole) Look(Effort effort)
    {
        var worst = Enough;
        _tooGood.Clear();
        for (var at = 0; at < _ratios.Length; at++)
        {
            // Prices only fall, so what a machine could be worth at most holds from look to look.
            if (_ratios[at] > Enough)
            {
                if (effort.IsOver)
                    return (worst, false);
                var machine = _market.Machines[at];
                _filling.Find(_items, machine, machine.Level * Enough, effort);
                _ratios[at] = _filling.Upper / machine.Level;
                if (_ratios[at] > Enough)
                    _tooGood.Add((_ratios[at], [.. _filling.Pattern]));
            }
            worst = Math.Max(worst, _ratios[at]);
        }
        return (worst, true);
    }

    /// <summary>Sizes in fillings that are worth too much lose half of the excess.</summary>
    private void Correct()
    {
        foreach (var (ratio, pattern) in _tooGood)
        foreach (var (item, _) in pattern)
            _items.Price[item] *= 1 - (0.5 * (1 - (1 / ratio)));
    }
}

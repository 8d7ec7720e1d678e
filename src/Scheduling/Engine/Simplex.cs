namespace Tenon.Scheduling.Engine;

/// <summary>
/// min cost·x subject to A·x ≥ 1 and x ≥ 0, for few rows and many columns: the revised simplex method with an explicit
/// inverse. Only the duals are used, and whoever uses them checks them, so rounding can cost quality but never truth.
/// </summary>
internal sealed class Simplex(int rows)
{
    private const int MostIterations = 4000;
    private const double Tolerance = 1e-9;

    private readonly List<double[]> _columns = [];
    private readonly List<double> _costs = [];

    public int Columns => _columns.Count;

    public void Add(double[] column, double cost)
    {
        _columns.Add(column);
        _costs.Add(cost);
    }

    public ReadOnlySpan<double> Column(int column) => _columns[column];

    public double CostOf(int column) => _costs[column];

    /// <summary>The duals of an optimal (or, after many iterations, a good) basis; none is negative.</summary>
    public double[] Duals()
    {
        var inverse = new double[rows * rows];
        var basis = new int[rows];
        var level = new double[rows];
        var basisCost = new double[rows];
        var penalty = 10 * Penalty();
        for (var row = 0; row < rows; row++)
        {
            inverse[(row * rows) + row] = 1;
            basis[row] = -1;
            level[row] = 1;
            basisCost[row] = penalty;
        }
        var duals = new double[rows];
        var direction = new double[rows];
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            Price(inverse, basisCost, duals);
            var entering = Entering(duals, out var surplus);
            if (entering < 0 && surplus < 0)
                break;
            Direct(inverse, entering, surplus, direction);
            var leaving = Leaving(level, direction);
            if (leaving < 0)
                break;
            Pivot(inverse, level, direction, leaving);
            basis[leaving] = entering;
            basisCost[leaving] = entering < 0 ? 0 : _costs[entering];
        }
        for (var row = 0; row < rows; row++)
            duals[row] = Math.Max(0, duals[row]);
        return duals;
    }

    /// <summary>More than covering every row alone would cost: artificial columns never pay.</summary>
    private double Penalty()
    {
        var total = 1.0;
        for (var row = 0; row < rows; row++)
        {
            var cheapest = double.MaxValue;
            for (var column = 0; column < _columns.Count; column++)
                if (_columns[column][row] > 0)
                    cheapest = Math.Min(cheapest, _costs[column] / _columns[column][row]);
            if (cheapest < double.MaxValue)
                total += cheapest;
        }
        return total;
    }

    private void Price(double[] inverse, double[] basisCost, double[] duals)
    {
        Array.Clear(duals);
        for (var row = 0; row < rows; row++)
        {
            if (basisCost[row] == 0)
                continue;
            for (var column = 0; column < rows; column++)
                duals[column] += basisCost[row] * inverse[(row * rows) + column];
        }
    }

    private int Entering(double[] duals, out int surplus)
    {
        var (best, entering) = (-Tolerance, -1);
        surplus = -1;
        for (var column = 0; column < _columns.Count; column++)
        {
            var values = _columns[column];
            var reduced = _costs[column];
            for (var row = 0; row < rows; row++)
                reduced -= duals[row] * values[row];
            reduced /= 1 + _costs[column];
            if (reduced < best)
                (best, entering) = (reduced, column);
        }
        for (var row = 0; row < rows; row++)
            if (duals[row] < best)
                (best, entering, surplus) = (duals[row], -1, row);
        return entering;
    }

    private void Direct(double[] inverse, int entering, int surplus, double[] direction)
    {
        for (var row = 0; row < rows; row++)
        {
            if (entering < 0)
            {
                direction[row] = -inverse[(row * rows) + surplus];
                continue;
            }
            var sum = 0.0;
            var values = _columns[entering];
            for (var column = 0; column < rows; column++)
                sum += inverse[(row * rows) + column] * values[column];
            direction[row] = sum;
        }
    }

    private int Leaving(double[] level, double[] direction)
    {
        var (least, leaving) = (double.MaxValue, -1);
        for (var row = 0; row < rows; row++)
        {
            if (direction[row] <= 1e-12)
                continue;
            var ratio = level[row] / direction[row];
            if (ratio < least)
                (least, leaving) = (ratio, row);
        }
        return leaving;
    }

    private void Pivot(double[] inverse, double[] level, double[] direction, int leaving)
    {
        var pivot = direction[leaving];
        for (var column = 0; column < rows; column++)
            inverse[(leaving * rows) + column] /= pivot;
        level[leaving] /= pivot;
        for (var row = 0; row < rows; row++)
        {
            if (row == leaving || direction[row] == 0)
                continue;
            var factor = direction[row];
            for (var column = 0; column < rows; column++)
                inverse[(row * rows) + column] -= factor * inverse[(leaving * rows) + column];
            level[row] = Math.Max(0, level[row] - (factor * level[leaving]));
        }
    }
}

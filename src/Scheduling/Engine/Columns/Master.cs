namespace Tenon.Scheduling.Engine.Columns;

/// <summary>
/// min cost·x subject to A·x ≥ demand and x ≥ 0 over columns that arrive one after another: the revised simplex
/// method with an explicit inverse that is kept between calls. Its duals are checked by whoever uses them, so rounding
/// can cost quality but never truth.
/// </summary>
internal sealed class Master
{
    private const double Tolerance = 1e-9;

    /// <summary>Pivots after which the inverse is computed anew.</summary>
    private const int Refresh = 400;

    private readonly int _rows;
    private readonly double[] _demand;
    private readonly List<(int[] Rows, double[] Values, double Cost)> _columns = [];
    private readonly double[] _inverse;
    private readonly int[] _basis;
    private readonly double[] _basisCost;
    private readonly double[] _direction;
    private readonly bool[] _isBasic;
    private int _pivots;

    /// <param name="demand">Per row, positive.</param>
    /// <param name="penalty">Per row, what leaving one unit unserved costs: more than serving it.</param>
    public Master(double[] demand, double[] penalty)
    {
        _rows = demand.Length;
        _demand = demand;
        _inverse = new double[_rows * _rows];
        _basis = new int[_rows];
        _basisCost = [.. penalty];
        _direction = new double[_rows];
        _isBasic = new bool[1 << 16];
        Level = [.. demand];
        Duals = new double[_rows];
        for (var row = 0; row < _rows; row++)
        {
            _inverse[(row * _rows) + row] = 1;
            _basis[row] = Artificial;
        }
    }

    private const int Artificial = -1;

    /// <summary>Surplus of a row: −2 − row.</summary>
    private const int FirstSurplus = -2;

    public int Columns => _columns.Count;

    /// <summary>None is negative.</summary>
    public double[] Duals { get; }

    /// <summary>How much of each basic column is used.</summary>
    public double[] Level { get; }

    public bool IsFull => _columns.Count >= _isBasic.Length;

    public void Add(int[] rows, double[] values, double cost) => _columns.Add((rows, values, cost));

    /// <summary>The column that is basic in a row, or a negative number.</summary>
    public int BasicIn(int row) => _basis[row];

    public double Worth()
    {
        var worth = 0.0;
        for (var row = 0; row < _rows; row++)
            worth += Duals[row] * _demand[row];
        return worth;
    }

    /// <summary>Pivots until no column pays or the effort is spent.</summary>
    public void Solve(int mostPivots, Effort effort)
    {
        for (var pivot = 0; pivot < mostPivots; pivot++)
        {
            Price();
            var entering = Entering();
            if (entering == Artificial || effort.IsOver)
                break;
            Direct(entering);
            var leaving = Leaving();
            if (leaving < 0)
                break;
            Pivot(entering, leaving);
            effort.Spend((_rows * _rows) + (_columns.Count * 8L));
        }
        Price();
        for (var row = 0; row < _rows; row++)
            Duals[row] = Math.Max(0, Duals[row]);
    }

    private void Price()
    {
        Array.Clear(Duals);
        for (var row = 0; row < _rows; row++)
        {
            var cost = _basisCost[row];
            if (cost == 0)
                continue;
            var line = _inverse.AsSpan(row * _rows, _rows);
            for (var column = 0; column < line.Length; column++)
                Duals[column] += cost * line[column];
        }
    }

    private int Entering()
    {
        var (best, entering) = (-Tolerance, Artificial);
        for (var column = 0; column < _columns.Count; column++)
        {
            if (_isBasic[column])
                continue;
            var (rows, values, cost) = _columns[column];
            var reduced = cost;
            for (var i = 0; i < rows.Length; i++)
                reduced -= Duals[rows[i]] * values[i];
            reduced /= cost;
            if (reduced < best)
                (best, entering) = (reduced, column);
        }
        var (least, surplus) = (-Tolerance, -1);
        for (var row = 0; row < _rows; row++)
            if (Duals[row] < least)
                (least, surplus) = (Duals[row], row);
        return entering == Artificial && surplus >= 0 ? FirstSurplus - surplus : entering;
    }

    private void Direct(int entering)
    {
        if (entering <= FirstSurplus)
        {
            var surplus = FirstSurplus - entering;
            for (var row = 0; row < _rows; row++)
                _direction[row] = -_inverse[(row * _rows) + surplus];
            return;
        }
        var (rows, values, _) = _columns[entering];
        for (var row = 0; row < _rows; row++)
        {
            var sum = 0.0;
            for (var i = 0; i < rows.Length; i++)
                sum += _inverse[(row * _rows) + rows[i]] * values[i];
            _direction[row] = sum;
        }
    }

    private int Leaving()
    {
        var (least, leaving) = (double.MaxValue, -1);
        for (var row = 0; row < _rows; row++)
        {
            if (_direction[row] <= 1e-10)
                continue;
            var ratio = Level[row] / _direction[row];
            if (ratio < least)
                (least, leaving) = (ratio, row);
        }
        return leaving;
    }

    private void Pivot(int entering, int leaving)
    {
        var own = _inverse.AsSpan(leaving * _rows, _rows);
        var pivot = _direction[leaving];
        for (var column = 0; column < own.Length; column++)
            own[column] /= pivot;
        Level[leaving] /= pivot;
        for (var row = 0; row < _rows; row++)
        {
            var factor = _direction[row];
            if (row == leaving || factor == 0)
                continue;
            var line = _inverse.AsSpan(row * _rows, _rows);
            for (var column = 0; column < line.Length; column++)
                line[column] -= factor * own[column];
            Level[row] = Math.Max(0, Level[row] - (factor * Level[leaving]));
        }
        if (_basis[leaving] >= 0)
            _isBasic[_basis[leaving]] = false;
        _basis[leaving] = entering;
        _basisCost[leaving] = entering < 0 ? 0 : _columns[entering].Cost;
        if (entering >= 0)
            _isBasic[entering] = true;
        if (++_pivots % Refresh == 0)
            Settle();
    }

    /// <summary>Levels anew from the inverse, so that clamped rounding does not pile up.</summary>
    private void Settle()
    {
        for (var row = 0; row < _rows; row++)
        {
            var sum = 0.0;
            for (var column = 0; column < _rows; column++)
                sum += _inverse[(row * _rows) + column] * _demand[column];
            Level[row] = Math.Max(0, sum);
        }
    }
}

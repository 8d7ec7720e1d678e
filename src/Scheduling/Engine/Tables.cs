using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// What follows from a problem alone: bit rows of machine shapes per requirement row, per requirement set, per amount
/// of a resource. Rows of sets are computed when first asked for and kept; nothing here depends on what has been
/// placed. A shape is an instance type bought through a group of offerings with the same overrides: what "fits" is
/// judged on.
/// </summary>
internal sealed class Tables
{
    private readonly List<ulong[]?> _agreeing = [];
    private readonly List<ulong[]?> _allowed = [];
    private readonly Dictionary<int, OfferingView> _views = [];
    private readonly List<int> _viewOfSet = [];
    private readonly bool[] _offeringKeys;
    private readonly Dictionary<(int Set, int Key), int> _decided = [];
    private readonly ShapeTables _shapes;
    private readonly bool[] _tolerates;
    private readonly int _tolerationLists;

    public Tables(Problem problem, ShapeTables? shapes = null)
    {
        Problem = problem;
        Rows = new RowTable(problem);
        Sets = new SetTable(problem, Rows);
        Resources = problem.Resources.Length;
        _shapes = shapes ?? ShapeTables.Of(problem);
        HasReservations = problem.ReservedCapacity && problem.Reservations.Length > 0;
        _offeringKeys = new bool[problem.Keys.Length];
        foreach (var key in _shapes.OfferingKeys)
            _offeringKeys[key] = true;
        _tolerationLists = problem.TolerationLists.Length;
        _tolerates = Tolerance.Matrix(problem);
        Groups = GroupTables();
        DirectOf = GroupsByLabels(inverse: false);
        InverseOf = GroupsByLabels(inverse: true);
        Classes = [.. problem.Classes.Select(it => new ClassTable(it))];
        Pools = [.. problem.Pools.Select(it => PoolTable.From(this, it))];
    }

    public Problem Problem { get; }
    public RowTable Rows { get; }
    public SetTable Sets { get; }
    public int Resources { get; }
    public int Shapes => _shapes.Count;
    public int Words => _shapes.Words;
    public int[] TypeOf => _shapes.TypeOf;
    public OfferingSpec[][] Offerings => _shapes.Offerings;

    /// <summary>Shape × resource.</summary>
    public long[] Allocatable => _shapes.Allocatable;

    /// <summary>Shapes that give no negative amount of anything.</summary>
    public ulong[] Usable => _shapes.Usable;

    public bool HasReservations { get; }
    public GroupTable[] Groups { get; }

    /// <summary>Per label class, the groups that count such pods; and those whose carriers they must avoid.</summary>
    public int[][] DirectOf { get; }

    public int[][] InverseOf { get; }
    public ClassTable[] Classes { get; }
    public PoolTable[] Pools { get; }

    public bool Tolerates(int taints, int tolerations) => _tolerates[(taints * _tolerationLists) + tolerations];

    /// <summary>Shapes that give at least this much of a resource; empty when none does.</summary>
    public ReadOnlySpan<ulong> Giving(int resource, long amount) => _shapes.Giving(resource, amount);

    /// <summary>
    /// Shapes that a machine with this requirement set may be: their requirements agree and an offering does.
    /// </summary>
    public ReadOnlySpan<ulong> Allowed(int set)
    {
        while (_allowed.Count <= set)
            _allowed.Add(null);
        return _allowed[set] ??= ComputeAllowed(set);
    }

    /// <summary>Shapes whose type's requirements agree with every row of the set.</summary>
    public ulong[] Agreeing(int set)
    {
        var mask = new ulong[Words];
        BitRow.Fill(mask, Shapes);
        foreach (var row in Sets.Of(set))
            if (_shapes.RowsOf(Rows.KeyOf(row)) is not null)
                BitRow.Narrow(mask, AgreeingRow(row));
        return mask;
    }

    /// <summary>What can be bought under a set, and for how much.</summary>
    public OfferingView View(int set)
    {
        while (_viewOfSet.Count <= set)
            _viewOfSet.Add(-1);
        if (_viewOfSet[set] < 0)
            _viewOfSet[set] = Sets.Restrict(set, _offeringKeys);
        var restricted = _viewOfSet[set];
        if (!_views.TryGetValue(restricted, out var view))
            _views[restricted] = view = OfferingView.From(this, restricted);
        return view;
    }

    /// <summary>
    /// What a machine of this set will be on a key: its requirement row, or where that leaves a choice that no offering
    /// gives, the one value that all of them have. A zone in which only on-demand capacity is sold decides both.
    /// </summary>
    public int Decided(int set, int key)
    {
        var row = Sets.Find(set, key);
        if (!_offeringKeys[key] || (row >= 0 && Rows.Single(row) >= 0))
            return row;
        if (_decided.TryGetValue((set, key), out var known))
            return known;
        return _decided[(set, key)] = Offered(set, key) is { } only ? only : row;
    }

    private int? Offered(int set, int key)
    {
        var values = new ulong[Rows.WordsOf(key)];
        var allowed = Allowed(set);
        for (var shape = BitRow.Next(allowed, 0); shape >= 0; shape = BitRow.Next(allowed, shape + 1))
            foreach (var offering in Offerings[shape])
            {
                if (!Sets.Compatible(set, offering.Set, allowWellKnown: true))
                    continue;
                var own = Sets.Find(offering.Set, key);
                if (own < 0 || Rows.Single(own) < 0)
                    return null;
                BitRow.Union(values, Rows.Allowed(own));
            }
        return BitRow.Count(values) == 1 ? Rows.In(key, values) : null;
    }

    /// <summary>The requirement row of a shape's type on a key, or −1.</summary>
    public int RowOfShape(int shape, int key) => _shapes.RowsOf(key) is { } rows ? rows[shape] : -1;

    /// <summary>A placeholder hostname satisfies only what allows any unheard-of name.</summary>
    public bool AllowsNewHost(int hostRow) => hostRow < 0 || Rows.AllowsUnheardOf(hostRow);

    public bool AllowsHost(int hostRow, int host) => hostRow < 0 || BitRow.Has(Rows.Allowed(hostRow), host);

    private ulong[] ComputeAllowed(int set)
    {
        var mask = Agreeing(set);
        BitRow.Narrow(mask, View(set).Shapes);
        return mask;
    }

    private ReadOnlySpan<ulong> AgreeingRow(int row)
    {
        while (_agreeing.Count <= row)
            _agreeing.Add(null);
        if (_agreeing[row] is { } known)
            return known;
        var mask = new ulong[Words];
        var rows = _shapes.RowsOf(Rows.KeyOf(row))!;
        for (var shape = 0; shape < Shapes; shape++)
            if (rows[shape] < 0 || Rows.Agree(rows[shape], row))
                BitRow.Add(mask, shape);
        return _agreeing[row] = mask;
    }

    private GroupTable[] GroupTables() =>
        [.. Problem.Groups.Select(it => new GroupTable(it, Problem.HostnameKey, Problem.LabelClasses))];

    private int[][] GroupsByLabels(bool inverse)
    {
        var lists = new List<int>[Problem.LabelClasses];
        for (var labels = 0; labels < lists.Length; labels++)
            lists[labels] = [];
        for (var group = 0; group < Problem.Groups.Length; group++)
            if (Problem.Groups[group].IsInverse == inverse)
                foreach (var labels in Problem.Groups[group].Selects)
                    lists[labels].Add(group);
        return [.. lists.Select(it => it.ToArray())];
    }
}

/// <summary>A class with its requests as the few resources it really asks for.</summary>
internal sealed class ClassTable
{
    public ClassTable(ClassSpec spec)
    {
        Spec = spec;
        Asked = [.. Enumerable.Range(0, spec.Requests.Length).Where(resource => spec.Requests[resource] > 0)];
        Amounts = [.. Asked.Select(resource => spec.Requests[resource])];
    }

    public ClassSpec Spec { get; }
    public int[] Asked { get; }
    public long[] Amounts { get; }
}

/// <summary>A topology group with what a check needs at hand.</summary>
internal sealed class GroupTable
{
    public GroupTable(GroupSpec spec, int hostnameKey, int labelClasses)
    {
        Spec = spec;
        IsHostname = spec.Key == hostnameKey;
        Selects = new ulong[BitRow.Words(labelClasses)];
        foreach (var labels in spec.Selects)
            BitRow.Add(Selects, labels);
    }

    public GroupSpec Spec { get; }
    public bool IsHostname { get; }
    public ulong[] Selects { get; }
}

/// <summary>What can be bought under one choice of zones, capacity types and reservations.</summary>
internal sealed class OfferingView
{
    private OfferingView(int shapes) => (Cheapest, Shapes) = (new long[shapes], new ulong[BitRow.Words(shapes)]);

    /// <summary>
    /// The price of each shape's cheapest compatible offering; the largest number when there is none.
    /// </summary>
    public long[] Cheapest { get; }

    /// <summary>Shapes with a compatible offering.</summary>
    public ulong[] Shapes { get; }

    /// <summary>Shapes by cheapest price, then by number.</summary>
    public int[] ByPrice { get; private set; } = [];

    public static OfferingView From(Tables tables, int set)
    {
        var view = new OfferingView(tables.Shapes);
        var verdicts = new Dictionary<int, bool>();
        for (var shape = 0; shape < tables.Shapes; shape++)
        {
            view.Cheapest[shape] = long.MaxValue;
            foreach (var offering in tables.Offerings[shape])
            {
                if (!verdicts.TryGetValue(offering.Set, out var compatible))
                    verdicts[offering.Set] = compatible = tables.Sets.Compatible(
                        set,
                        offering.Set,
                        allowWellKnown: true
                    );
                if (!compatible)
                    continue;
                BitRow.Add(view.Shapes, shape);
                view.Cheapest[shape] = Math.Min(view.Cheapest[shape], offering.PriceMicros);
            }
        }
        view.ByPrice =
        [
            .. Enumerable.Range(0, tables.Shapes).OrderBy(shape => view.Cheapest[shape]).ThenBy(shape => shape),
        ];
        return view;
    }
}

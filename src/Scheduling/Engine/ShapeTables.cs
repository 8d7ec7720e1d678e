using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// What follows from the instance types alone: shapes, and who gives how much. Made once per catalogue and shared by
/// every problem over it; nothing here changes after construction.
/// </summary>
internal sealed class ShapeTables
{
    private readonly int _resources;
    private readonly int[]?[] _rowOfKey;
    private readonly long[][] _fitValues;
    private readonly ulong[][] _fitMasks;

    private ShapeTables(RowSpec[] rows, int[][] sets, TypeSpec[] types, int resources, int keys)
    {
        _resources = resources;
        var shapes = new List<(int Type, ShapeSpec Shape)>();
        for (var type = 0; type < types.Length; type++)
            foreach (var shape in types[type].Shapes)
                shapes.Add((type, shape));
        Count = shapes.Count;
        Words = BitRow.Words(Count);
        TypeOf = [.. shapes.Select(it => it.Type)];
        Offerings = [.. shapes.Select(it => it.Shape.Offerings)];
        Allocatable = [.. shapes.SelectMany(it => it.Shape.Allocatable)];
        _rowOfKey = TypeRows(rows, sets, types, keys);
        OfferingKeys =
        [
            .. Offerings
                .SelectMany(it => it)
                .Select(it => it.Set)
                .Distinct()
                .SelectMany(set => sets[set])
                .Select(row => rows[row].Key)
                .Distinct()
                .Order(),
        ];
        Usable = UsableShapes();
        (_fitValues, _fitMasks) = FitMasks();
    }

    public static ShapeTables Of(Problem problem) =>
        new(problem.Rows, problem.Sets, problem.Types, problem.Resources.Length, problem.Keys.Length);

    public static ShapeTables Of(RowSpec[] rows, int[][] sets, TypeSpec[] types, int resources, int keys) =>
        new(rows, sets, types, resources, keys);

    public int Count { get; }
    public int Words { get; }
    public int[] TypeOf { get; }
    public OfferingSpec[][] Offerings { get; }

    /// <summary>Shape × resource.</summary>
    public long[] Allocatable { get; }

    /// <summary>Shapes that give no negative amount of anything.</summary>
    public ulong[] Usable { get; }

    /// <summary>Keys that offerings say something about, ascending.</summary>
    public int[] OfferingKeys { get; }

    /// <summary>Per shape the requirement row of its type on a key, or −1; null when no type has the key.</summary>
    public int[]? RowsOf(int key) => key < _rowOfKey.Length ? _rowOfKey[key] : null;

    /// <summary>Shapes that give at least this much of a resource; empty when none does.</summary>
    public ReadOnlySpan<ulong> Giving(int resource, long amount)
    {
        var values = _fitValues[resource];
        int low = 0,
            high = values.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (values[middle] < amount)
                low = middle + 1;
            else
                high = middle;
        }
        return _fitMasks[resource].AsSpan(low * Words, Words);
    }

    private int[]?[] TypeRows(RowSpec[] specs, int[][] sets, TypeSpec[] types, int keys)
    {
        var rows = new int[]?[keys];
        for (var shape = 0; shape < Count; shape++)
            foreach (var row in sets[types[TypeOf[shape]].Set])
            {
                var key = specs[row].Key;
                if (rows[key] is null)
                    Array.Fill(rows[key] = new int[Count], -1);
                rows[key]![shape] = row;
            }
        return rows;
    }

    /// <summary>
    /// Per resource: the distinct amounts that shapes give, ascending, each with the shapes that give as much.
    /// </summary>
    private (long[][], ulong[][]) FitMasks()
    {
        var values = new long[_resources][];
        var masks = new ulong[_resources][];
        for (var resource = 0; resource < _resources; resource++)
        {
            var amounts = new SortedSet<long>();
            for (var shape = 0; shape < Count; shape++)
                amounts.Add(Allocatable[(shape * _resources) + resource]);
            values[resource] = [.. amounts];
            masks[resource] = new ulong[(amounts.Count + 1) * Words];
            for (var at = 0; at < amounts.Count; at++)
            {
                var mask = masks[resource].AsSpan(at * Words, Words);
                for (var shape = 0; shape < Count; shape++)
                    if (
                        Allocatable[(shape * _resources) + resource] >= values[resource][at]
                        && BitRow.Has(Usable, shape)
                    )
                        BitRow.Add(mask, shape);
            }
        }
        return (values, masks);
    }

    private ulong[] UsableShapes()
    {
        var usable = new ulong[Words];
        for (var shape = 0; shape < Count; shape++)
            if (!Allocatable.AsSpan(shape * _resources, _resources).ContainsAnyInRange(long.MinValue, -1))
                BitRow.Add(usable, shape);
        return usable;
    }
}

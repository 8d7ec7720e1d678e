using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Shapes of a pool on which the same DaemonSets will run, what those ask for, and the ports they take.
/// </summary>
internal sealed record DaemonGroup(ulong[] Shapes, long[] Overhead, int[] Ports);

/// <summary>A pool as a new claim starts from it.</summary>
internal sealed class PoolTable
{
    private PoolTable(PoolSpec spec, ulong[] shapes, List<DaemonGroup> groups, bool failsMinValues)
    {
        Spec = spec;
        Shapes = shapes;
        Groups = groups;
        FailsMinValues = failsMinValues;
    }

    public PoolSpec Spec { get; }

    /// <summary>What the pool's own requirements leave.</summary>
    public ulong[] Shapes { get; }

    /// <summary>Disjoint; together all of <see cref="Shapes"/>.</summary>
    public List<DaemonGroup> Groups { get; }

    /// <summary>The shapes are gone because too few distinct values were left, not because nothing fits.</summary>
    public bool FailsMinValues { get; }

    public bool IsEmpty => BitRow.IsEmpty(Shapes);

    public static PoolTable From(Tables tables, PoolSpec spec)
    {
        var offered = new bool[tables.Problem.Types.Length];
        foreach (var type in spec.Types)
            offered[type] = true;
        var shapes = new ulong[tables.Words];
        for (var shape = 0; shape < tables.Shapes; shape++)
            if (offered[tables.TypeOf[shape]])
                BitRow.Add(shapes, shape);
        BitRow.Narrow(shapes, tables.Allowed(spec.Set));
        BitRow.Narrow(shapes, tables.Usable);
        var any = !BitRow.IsEmpty(shapes);
        var fails = any && !tables.Problem.BestEffortMinValues && !MinValues.Hold(tables, spec.Set, shapes);
        if (fails)
            shapes.AsSpan().Clear();
        return new(spec, shapes, Split(tables, spec, shapes), fails);
    }

    /// <summary>Each DaemonSet splits every group into the shapes where it runs and those where it does not.</summary>
    private static List<DaemonGroup> Split(Tables tables, PoolSpec spec, ulong[] shapes)
    {
        var groups = new List<DaemonGroup> { new((ulong[])shapes.Clone(), new long[tables.Resources], []) };
        foreach (var daemon in tables.Problem.Daemons)
        {
            var runs = RunsOn(tables, spec, daemon);
            if (BitRow.IsEmpty(runs))
                continue;
            var split = new List<DaemonGroup>();
            foreach (var group in groups)
            {
                var with = new ulong[tables.Words];
                var without = new ulong[tables.Words];
                for (var word = 0; word < runs.Length; word++)
                    (with[word], without[word]) = (group.Shapes[word] & runs[word], group.Shapes[word] & ~runs[word]);
                if (!BitRow.IsEmpty(with))
                    split.Add(new(with, Sum(group.Overhead, daemon.Requests), [.. group.Ports, .. daemon.Ports]));
                if (!BitRow.IsEmpty(without))
                    split.Add(group with { Shapes = without });
            }
            groups = split;
        }
        return groups;
    }

    private static ulong[] RunsOn(Tables tables, PoolSpec spec, DaemonSpec daemon)
    {
        var runs = new ulong[tables.Words];
        if (!tables.Tolerates(spec.Taints, daemon.TemplateTolerations))
            return runs;
        foreach (var term in daemon.Terms)
            if (
                tables.Sets.Compatible(spec.Set, term.Set, allowWellKnown: true)
                && (term.HostRow < 0 || tables.Rows.ToleratesAbsence(term.HostRow))
            )
                BitRow.Union(runs, tables.Agreeing(term.Set));
        return runs;
    }

    private static long[] Sum(long[] a, long[] b)
    {
        var sum = new long[a.Length];
        for (var i = 0; i < sum.Length; i++)
            sum[i] = Math.Min(a[i] + b[i], Lowering.ResourceScale.Unfit);
        return sum;
    }
}

/// <summary>Whether the surviving types are diverse enough (scheduling specification §13).</summary>
internal static class MinValues
{
    public static bool Hold(Tables tables, int set, ReadOnlySpan<ulong> shapes)
    {
        foreach (var row in tables.Sets.Of(set))
        {
            var wanted = tables.Rows.MinValuesOf(row);
            if (wanted > 0 && Achieved(tables, tables.Rows.KeyOf(row), shapes) < wanted)
                return BitRow.IsEmpty(shapes);
        }
        return true;
    }

    public static bool Asked(Tables tables, int set)
    {
        foreach (var row in tables.Sets.Of(set))
            if (tables.Rows.MinValuesOf(row) > 0)
                return true;
        return false;
    }

    /// <summary>The set with every minimum that is not reached lowered to what is.</summary>
    public static int Lowered(Tables tables, int set, ReadOnlySpan<ulong> shapes)
    {
        var lowered = set;
        foreach (var row in tables.Sets.Of(set))
        {
            var wanted = tables.Rows.MinValuesOf(row);
            if (wanted == 0)
                continue;
            var achieved = Achieved(tables, tables.Rows.KeyOf(row), shapes);
            if (achieved < wanted)
                lowered = tables.Sets.Replace(lowered, tables.Rows.WithMinValues(row, achieved));
        }
        return lowered;
    }

    /// <summary>Distinct values of a key over the types, unfiltered by what the claim asks of that key.</summary>
    public static int Achieved(Tables tables, int key, ReadOnlySpan<ulong> shapes)
    {
        Span<ulong> seen = stackalloc ulong[64];
        var words = tables.Rows.WordsOf(key);
        if (words > seen.Length)
            seen = new ulong[words];
        seen = seen[..words];
        seen.Clear();
        for (var shape = BitRow.Next(shapes, 0); shape >= 0; shape = BitRow.Next(shapes, shape + 1))
        {
            var row = tables.RowOfShape(shape, key);
            if (row >= 0 && !tables.Rows.IsComplement(row))
                BitRow.Union(seen, tables.Rows.Allowed(row));
        }
        return BitRow.Count(seen);
    }
}

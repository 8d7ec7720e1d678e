using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>Pods of one class, variant and pool: what the search moves around.</summary>
internal sealed class PodKind(int @class, int variant, int pool, int restriction, ulong cliques)
{
    public int Class { get; } = @class;
    public int Variant { get; } = variant;
    public int Pool { get; } = pool;
    public int Restriction { get; } = restriction;

    /// <summary>Groups of pods of which one machine holds at most one.</summary>
    public ulong Cliques { get; } = cliques;

    public List<int> Pods { get; } = [];
}

/// <summary>
/// The pods that a plan buys machines for, as kinds, and what a machine costs to each: a restriction is a price per
/// shape, for a pod that needs on-demand capacity pays more for the same shape than one that does not.
/// </summary>
internal sealed class Demand
{
    /// <summary>Anti-affinity groups told apart; the others are left to the exact check.</summary>
    private const int MostCliques = 64;

    private readonly Tables _tables;
    private readonly Dictionary<(int Class, int Variant, int Pool), int> _kindOf = [];
    private readonly Dictionary<(int Pool, int Set), int> _restrictionOf = [];
    private readonly List<int> _cliqueGroups = [];

    public Demand(Tables tables, Packing packing, Assignment assignment)
    {
        _tables = tables;
        for (var group = 0; group < tables.Groups.Length && _cliqueGroups.Count < MostCliques; group++)
            if (tables.Groups[group] is { IsHostname: true, Spec: { Kind: GroupKind.AntiAffinity, IsInverse: false } })
                _cliqueGroups.Add(group);
        for (var pod = 0; pod < assignment.ClaimOf.Length; pod++)
            if (assignment.ClaimOf[pod] is var claim and >= 0)
                Add(pod, assignment.VariantOf[pod], packing.ClaimPool[claim]);
    }

    public List<PodKind> Kinds { get; } = [];

    /// <summary>
    /// Per restriction: the pool, and the price of each shape (the largest number where it cannot be used).
    /// </summary>
    public List<(int Pool, long[] Prices)> Restrictions { get; } = [];

    public int Cliques => _cliqueGroups.Count;

    /// <summary>What pods may use of a shape in a pool: less what its DaemonSets take there.</summary>
    public long Usable(int pool, int shape, int resource)
    {
        var allocatable = _tables.Allocatable[(shape * _tables.Resources) + resource];
        foreach (var group in _tables.Pools[pool].Groups)
            if (BitRow.Has(group.Shapes, shape))
                return allocatable - group.Overhead[resource];
        return allocatable;
    }

    private void Add(int pod, int variant, int pool)
    {
        var id = _tables.Problem.Pods[pod].Class;
        if (!_kindOf.TryGetValue((id, variant, pool), out var kind))
        {
            _kindOf[(id, variant, pool)] = kind = Kinds.Count;
            Kinds.Add(new(id, variant, pool, Restriction(id, variant, pool), CliquesOf(id, variant)));
        }
        Kinds[kind].Pods.Add(pod);
    }

    private int Restriction(int id, int variant, int pool)
    {
        var table = _tables.Pools[pool];
        var set = _tables.Sets.TryMerge(table.Spec.Set, _tables.Classes[id].Spec.Variants[variant].Full.Set);
        if (_restrictionOf.TryGetValue((pool, set), out var known))
            return known;
        var prices = new long[_tables.Shapes];
        Array.Fill(prices, long.MaxValue);
        if (set >= 0)
        {
            var allowed = _tables.Allowed(set);
            var view = _tables.View(set);
            for (var shape = 0; shape < prices.Length; shape++)
                if (BitRow.Has(allowed, shape) && BitRow.Has(table.Shapes, shape))
                    prices[shape] = view.Cheapest[shape];
        }
        var same = Restrictions.FindIndex(it => it.Pool == pool && it.Prices.AsSpan().SequenceEqual(prices));
        if (same < 0)
        {
            same = Restrictions.Count;
            Restrictions.Add((pool, prices));
        }
        return _restrictionOf[(pool, set)] = same;
    }

    /// <summary>
    /// The groups that the pod both owns and is counted by: two such pods exclude each other on a machine.
    /// </summary>
    private ulong CliquesOf(int id, int variant)
    {
        var spec = _tables.Classes[id].Spec;
        ulong cliques = 0;
        foreach (var group in spec.Variants[variant].Groups)
            if (
                _cliqueGroups.IndexOf(group) is var at and >= 0
                && BitRow.Has(_tables.Groups[group].Selects, spec.LabelClass)
            )
                cliques |= 1UL << at;
        return cliques;
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tenon.Domain.Catalog;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// The instance types of all pools as numbers: the part of a problem that stays the same from one moment to the next.
/// Every lowering starts from copies of its vocabulary and scale, so a problem is the same whether the catalogue was
/// lowered for it or long before.
/// </summary>
internal sealed class LoweredCatalogue
{
    private readonly ImmutableArray<InstanceType>[] _lists;
    private readonly Catalogue _catalogue = new();
    private readonly Vocabulary _vocabulary = new();
    private readonly ResourceScale _scale = new();
    private (ResourceScale Scale, TypeSpec[] Types, ShapeTables Shapes)? _latest;

    public LoweredCatalogue(IEnumerable<ImmutableArray<InstanceType>> lists)
    {
        _lists = [.. lists];
        var known = new Dictionary<InstanceType[], int[]>(ReferenceEqualityComparer.Instance);
        PoolTypes = new int[_lists.Length][];
        for (var pool = 0; pool < PoolTypes.Length; pool++)
        {
            var list = ImmutableCollectionsMarshal.AsArray(_lists[pool]) ?? [];
            if (!known.TryGetValue(list, out var types))
                known[list] = types = [.. list.Select(_catalogue.Of).Distinct()];
            PoolTypes[pool] = types;
        }
        _catalogue.See(_scale);
        _ = _catalogue.Lower(_vocabulary, _scale);
        Reservations = _catalogue.Reservations(_vocabulary);
    }

    /// <summary>Per pool, in the order of the lists, the numbers of its types.</summary>
    public int[][] PoolTypes { get; }

    public IReadOnlyList<InstanceType> Types => _catalogue.Types;
    public ReservationSpec[] Reservations { get; }

    public Vocabulary Vocabulary() => _vocabulary.Fork();

    public ResourceScale Scale() => _scale.Fork();

    /// <summary>Whether these are the lists it was made from, or lists of the very same types.</summary>
    public bool IsOf(IReadOnlyList<ImmutableArray<InstanceType>> lists)
    {
        if (lists.Count != _lists.Length)
            return false;
        for (var pool = 0; pool < _lists.Length; pool++)
        {
            if (_lists[pool] == lists[pool])
                continue;
            if (_lists[pool].Length != lists[pool].Length)
                return false;
            for (var type = 0; type < lists[pool].Length; type++)
                if (!ReferenceEquals(_lists[pool][type], lists[pool][type]))
                    return false;
        }
        return true;
    }

    /// <summary>The types in a scale that has seen at least what the catalogue's own has.</summary>
    public (TypeSpec[] Types, ShapeTables Shapes, ResourceScale Scale) In(ResourceScale scale)
    {
        if (_latest is { } latest && latest.Scale.IsLike(scale))
            return (latest.Types, latest.Shapes, latest.Scale);
        var vocabulary = _vocabulary.Fork();
        var types = _catalogue.Lower(vocabulary, scale);
        if (vocabulary.SetCount != _vocabulary.SetCount)
            throw new InvalidOperationException("a catalogue lowered twice must find all its words known");
        var kept = scale.Fork();
        var shapes = ShapeTables.Of(vocabulary.AllRows(), vocabulary.AllSets(), types, kept.Count, vocabulary.KeyCount);
        _latest = (kept, types, shapes);
        return (types, shapes, kept);
    }
}

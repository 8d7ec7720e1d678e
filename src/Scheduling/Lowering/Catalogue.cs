using Tenon.Api.Core;
using Tenon.Domain.Catalog;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Lowering;

/// <summary>The distinct instance types of all pools, each once, though every pool may bring its own copy.</summary>
internal sealed class Catalogue
{
    private readonly Dictionary<InstanceType, int> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, List<int>> _byName = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (int Capacity, string Label)> _reservations = new(StringComparer.Ordinal);

    public List<InstanceType> Types { get; } = [];

    public int Of(InstanceType type)
    {
        if (_byReference.TryGetValue(type, out var known))
            return known;
        if (!_byName.TryGetValue(type.Name, out var alike))
            _byName[type.Name] = alike = [];
        foreach (var id in alike)
            if (Same(Types[id], type))
                return _byReference[type] = id;
        Types.Add(type);
        alike.Add(Types.Count - 1);
        foreach (var offering in type.Offerings)
            if (offering.ReservationId is { Length: > 0 } id)
            {
                var least = _reservations.TryGetValue(id, out var seen) ? seen.Capacity : int.MaxValue;
                _reservations[id] = (Math.Min(least, offering.ReservationCapacity), offering.ReservationLabel!);
            }
        return _byReference[type] = Types.Count - 1;
    }

    public ReservationSpec[] Reservations(Vocabulary vocabulary) =>
        [
            .. _reservations.Select(it =>
            {
                var key = vocabulary.Key(it.Value.Label);
                return new ReservationSpec(it.Key, it.Value.Capacity, key, vocabulary.Value(key, it.Key));
            }),
        ];

    public void See(ResourceScale scale)
    {
        foreach (var type in Types)
        {
            scale.See(type.Capacity);
            scale.See(type.Allocatable);
            foreach (var offering in type.Offerings)
                if (offering is { CapacityOverride: not null } or { OverheadOverride: not null })
                    scale.See(type.AllocatableThrough(offering));
        }
    }

    public TypeSpec[] Lower(Vocabulary vocabulary, ResourceScale scale)
    {
        var reservations = _reservations
            .Keys.Select((id, index) => (id, index))
            .ToDictionary(it => it.id, it => it.index);
        return
        [
            .. Types.Select(type => new TypeSpec(
                type.Name,
                vocabulary.Set(type.Requirements),
                scale.Capacity(type.Capacity),
                Shapes(type, vocabulary, scale, reservations)
            )),
        ];
    }

    /// <summary>Available offerings by what they override; those that override nothing come first.</summary>
    private static ShapeSpec[] Shapes(
        InstanceType type,
        Vocabulary vocabulary,
        ResourceScale scale,
        Dictionary<string, int> reservations
    )
    {
        var groups = new List<(ResourceList? Capacity, ResourceList? Overhead, List<Offering> Offerings)>
        {
            (null, null, []),
        };
        foreach (var offering in type.Offerings)
        {
            if (!offering.Available)
                continue;
            var at = groups.FindIndex(it =>
                Equals(it.Capacity, offering.CapacityOverride) && Equals(it.Overhead, offering.OverheadOverride)
            );
            if (at < 0)
            {
                at = groups.Count;
                groups.Add((offering.CapacityOverride, offering.OverheadOverride, []));
            }
            groups[at].Offerings.Add(offering);
        }
        return
        [
            .. groups.Select(group => new ShapeSpec(
                scale.Capacity(group.Offerings is [var first, ..] ? type.AllocatableThrough(first) : type.Allocatable),
                [
                    .. group.Offerings.Select(it => new OfferingSpec(
                        vocabulary.Set(it.Requirements),
                        it.Price.Micros,
                        it.ReservationId is { Length: > 0 } id ? reservations[id] : -1
                    )),
                ]
            )),
        ];
    }

    private static bool Same(InstanceType a, InstanceType b) =>
        a.CapacityOverlaid == b.CapacityOverlaid
        && a.Capacity.Equals(b.Capacity)
        && a.Overhead.Equals(b.Overhead)
        && a.Requirements.Equals(b.Requirements)
        && a.Offerings.AsSpan().SequenceEqual(b.Offerings.AsSpan());
}

using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Gives every string, requirement, set and list of the input its number, in the order of first mention.
/// </summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly List<Dictionary<string, int>> _values = [];
    private readonly Dictionary<Requirement, int> _rows = [];
    private readonly List<RowSpec> _rowSpecs = [];
    private readonly List<Requirement> _rowObjects = [];
    private readonly Dictionary<IntList, int> _sets = [];
    private readonly List<int[]> _setSpecs = [];
    private readonly Interned<string, TaintSpec[]> _taints = new(StringComparer.Ordinal);
    private readonly Interned<string, TolerationSpec[]> _tolerations = new(StringComparer.Ordinal);
    private readonly Interned<HostPort, PortSpec> _ports = new(EqualityComparer<HostPort>.Default);
    private readonly Interned<string, string> _drivers = new(StringComparer.Ordinal);
    private readonly Interned<string, string> _claims = new(StringComparer.Ordinal);

    public Vocabulary()
    {
        HostnameKey = Key(WellKnownLabels.Hostname);
        _ = SetOf([]);
    }

    public int HostnameKey { get; }
    public List<List<Taint>> TaintObjects { get; } = [];
    public List<IReadOnlyList<Toleration>> TolerationObjects { get; } = [];

    public int Key(string key)
    {
        if (_keys.TryGetValue(key, out var known))
            return known;
        _keys.Add(key, _keys.Count);
        _values.Add(new(StringComparer.Ordinal));
        return _keys.Count - 1;
    }

    public bool HasKey(string key) => _keys.ContainsKey(key);

    public IReadOnlyCollection<string> Keys => _keys.Keys;

    public int Value(int key, string value)
    {
        var values = _values[key];
        if (values.TryGetValue(value, out var known))
            return known;
        values.Add(value, values.Count);
        return values.Count - 1;
    }

    public int Row(Requirement requirement)
    {
        if (_rows.TryGetValue(requirement, out var known))
            return known;
        var key = Key(requirement.Key);
        var values = new int[requirement.Values.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = Value(key, requirement.Values[i]);
        Array.Sort(values);
        _rowSpecs.Add(
            new(key, requirement.IsComplement, values, requirement.AtLeast, requirement.AtMost, requirement.MinValues)
        );
        _rowObjects.Add(requirement);
        _rows.Add(requirement, _rowSpecs.Count - 1);
        return _rowSpecs.Count - 1;
    }

    /// <summary>The set without its hostname requirement, which every place judges for itself.</summary>
    public SelectorSpec Selector(RequirementSet set)
    {
        var rows = new List<int>(set.Count);
        var host = -1;
        foreach (var member in set)
        {
            var row = Row(member);
            if (_rowSpecs[row].Key == HostnameKey)
                host = row;
            else
                rows.Add(row);
        }
        return new(SetOf(rows), host);
    }

    public RequirementSet Raise(SelectorSpec selector)
    {
        var set = RequirementSet.Of(_setSpecs[selector.Set].Select(row => _rowObjects[row]));
        return selector.HostRow < 0 ? set : set.Add(_rowObjects[selector.HostRow]);
    }

    public int Set(RequirementSet set) => Selector(set).Set;

    /// <summary>Labels as <c>In [value]</c>, of the keys that anything asks about.</summary>
    public int LabelSet(IReadOnlyDictionary<string, string> labels)
    {
        var rows = new List<int>();
        foreach (var (key, value) in labels)
            if (key != WellKnownLabels.Hostname && HasKey(key))
                rows.Add(Row(Requirement.In(key, value)));
        return SetOf(rows);
    }

    public int Taints(IReadOnlyList<Taint> taints)
    {
        var key = string.Join('\n', taints.Select(it => $"{it.Key}\t{it.Value}\t{it.Effect}"));
        var count = _taints.Count;
        var id = _taints.Of(key, () => [.. taints.Select(it => new TaintSpec(it.Key, it.Value, it.Effect))]);
        if (_taints.Count > count)
            TaintObjects.Add([.. taints]);
        return id;
    }

    public int TolerationList(IReadOnlyList<Toleration> tolerations)
    {
        var key =
            tolerations.Count == 0
                ? ""
                : string.Join('\n', tolerations.Select(it => $"{it.Key}\t{it.Operator}\t{it.Value}\t{it.Effect}"));
        var count = _tolerations.Count;
        var id = _tolerations.Of(
            key,
            () => [.. tolerations.Select(it => new TolerationSpec(it.Key, it.Operator, it.Value, it.Effect))]
        );
        if (_tolerations.Count > count)
            TolerationObjects.Add(tolerations);
        return id;
    }

    public int Port(HostPort port) => _ports.Of(port, () => new(port.Ip, port.Port, port.Protocol));

    public int[] Ports(Pod pod) => [.. HostPort.Of(pod).Select(Port)];

    public int Driver(string name) => _drivers.Of(name, () => name);

    public int VolumeClaim(string name) => _claims.Of(name, () => name);

    public string[] AllKeys() => [.. _keys.Keys];

    public string[][] AllValues() => [.. _values.Select(it => it.Keys.ToArray())];

    public RowSpec[] AllRows() => [.. _rowSpecs];

    public int[][] AllSets() => [.. _setSpecs];

    public TaintSpec[][] AllTaints() => _taints.All();

    public TolerationSpec[][] AllTolerations() => _tolerations.All();

    public PortSpec[] AllPorts() => _ports.All();

    public string[] AllDrivers() => _drivers.All();

    private int SetOf(List<int> rows)
    {
        rows.Sort((a, b) => _rowSpecs[a].Key.CompareTo(_rowSpecs[b].Key));
        var list = new IntList([.. rows]);
        if (_sets.TryGetValue(list, out var known))
            return known;
        _setSpecs.Add(list.Items);
        _sets.Add(list, _setSpecs.Count - 1);
        return _setSpecs.Count - 1;
    }

    private sealed class Interned<TKey, TItem>(IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        private readonly Dictionary<TKey, int> _ids = new(comparer);
        private readonly List<TItem> _items = [];

        public int Count => _items.Count;

        public int Of(TKey key, Func<TItem> make)
        {
            if (_ids.TryGetValue(key, out var known))
                return known;
            _items.Add(make());
            _ids.Add(key, _items.Count - 1);
            return _items.Count - 1;
        }

        public TItem[] All() => [.. _items];
    }

    private readonly struct IntList(int[] items) : IEquatable<IntList>
    {
        public int[] Items { get; } = items;

        public bool Equals(IntList other) => Items.AsSpan().SequenceEqual(other.Items);

        public override bool Equals(object? obj) => obj is IntList other && Equals(other);

        public override int GetHashCode()
        {
            var hash = 17;
            foreach (var item in Items)
                hash = unchecked((hash * 31) + item);
            return hash;
        }
    }
}

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
    private readonly Dictionary<string, int> _keys;
    private readonly List<Names> _values;
    private readonly Dictionary<Requirement, int> _rows;
    private readonly Dictionary<long, int> _singles;
    private readonly List<RowSpec> _rowSpecs;
    private readonly List<Requirement> _rowObjects;
    private readonly Dictionary<IntList, int> _sets;
    private readonly List<int[]> _setSpecs;
    private readonly Interned<string, TaintSpec[]> _taints = new(StringComparer.Ordinal);
    private readonly Interned<string, TolerationSpec[]> _tolerations = new(StringComparer.Ordinal);
    private readonly Interned<HostPort, PortSpec> _ports = new(EqualityComparer<HostPort>.Default);
    private readonly Interned<string, string> _drivers = new(StringComparer.Ordinal);
    private readonly Interned<string, string> _claims = new(StringComparer.Ordinal);

    public Vocabulary()
    {
        _keys = new(StringComparer.Ordinal);
        _values = [];
        (_rows, _singles, _rowSpecs, _rowObjects) = ([], [], [], []);
        (_sets, _setSpecs) = ([], []);
        HostnameKey = Key(WellKnownLabels.Hostname);
        _ = SetOf([]);
    }

    private Vocabulary(Vocabulary from)
    {
        _keys = new(from._keys, StringComparer.Ordinal);
        _values = from._values.ConvertAll(it => it.Fork());
        (_rows, _singles) = (new(from._rows), new(from._singles));
        (_rowSpecs, _rowObjects) = ([.. from._rowSpecs], [.. from._rowObjects]);
        (_sets, _setSpecs) = (new(from._sets), [.. from._setSpecs]);
        HostnameKey = from.HostnameKey;
    }

    public int HostnameKey { get; }
    public List<List<Taint>> TaintObjects { get; } = [];
    public List<IReadOnlyList<Toleration>> TolerationObjects { get; } = [];

    public int KeyCount => _keys.Count;
    public int SetCount => _setSpecs.Count;

    /// <summary>
    /// A copy that may go on learning. Only keys, values, rows and sets are handed on: what a catalogue speaks of.
    /// </summary>
    public Vocabulary Fork() => new(this);

    public int Key(string key)
    {
        if (_keys.TryGetValue(key, out var known))
            return known;
        _keys.Add(key, _keys.Count);
        _values.Add(new());
        return _keys.Count - 1;
    }

    public bool HasKey(string key) => _keys.ContainsKey(key);

    public IReadOnlyCollection<string> Keys => _keys.Keys;

    public int Value(int key, string value) => _values[key].Of(value);

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
        if (values.Length == 1 && IsPlainIn(_rowSpecs[^1]))
            _singles[Pair(key, values[0])] = _rowSpecs.Count - 1;
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

    /// <summary>Labels, the hostname left out, as <c>In [value]</c>, of the keys that anything asks about.</summary>
    public int LabelSet(KeyValuePair<string, string>[] labels)
    {
        var rows = new List<int>(labels.Length);
        foreach (var (key, value) in labels)
            if (_keys.TryGetValue(key, out var id))
                rows.Add(Single(id, key, value));
        return SetOf(rows);
    }

    /// <summary>The row <c>In [value]</c>.</summary>
    private int Single(int id, string key, string value)
    {
        return _singles.TryGetValue(Pair(id, Value(id, value)), out var known)
            ? known
            : Row(Requirement.In(key, value));
    }

    private static long Pair(int key, int value) => ((long)key << 32) | (uint)value;

    private static bool IsPlainIn(RowSpec row) =>
        row is { Complement: false, AtLeast: null, AtMost: null, MinValues: null };

    public int Taints(IReadOnlyList<Taint> taints)
    {
        var key = taints.Count == 0 ? "" : string.Join('\n', taints.Select(it => $"{it.Key}\t{it.Value}\t{it.Effect}"));
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

    public string[][] AllValues() => [.. _values.Select(it => it.All())];

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

    /// <summary>
    /// Strings in the order of first mention. A copy shares the original's memory until it learns something new.
    /// </summary>
    private sealed class Names
    {
        private Dictionary<string, int> _ids = new(StringComparer.Ordinal);
        private string[]? _all;
        private bool _isShared;

        public Names Fork()
        {
            _isShared = true;
            return new()
            {
                _ids = _ids,
                _all = All(),
                _isShared = true,
            };
        }

        public int Of(string name)
        {
            if (_ids.TryGetValue(name, out var known))
                return known;
            if (_isShared)
                (_ids, _isShared) = (new(_ids, StringComparer.Ordinal), false);
            _ids.Add(name, _ids.Count);
            _all = null;
            return _ids.Count - 1;
        }

        public string[] All() => _all ??= [.. _ids.Keys];
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

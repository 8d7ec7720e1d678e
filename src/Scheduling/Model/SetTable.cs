using Tenon.Domain.Requirements;

namespace Tenon.Scheduling.Model;

/// <summary>Requirement sets as interned lists of rows in ascending key order: equal sets have equal ids.</summary>
internal sealed class SetTable
{
    /// <summary>
    /// Merges remembered at most; beyond it the memory is emptied, which costs time and changes no result.
    /// </summary>
    private const int RememberedMerges = 1 << 20;

    private readonly RowTable _rows;
    private readonly bool[] _wellKnown;
    private int[][] _sets = new int[256][];
    private int _count;
    private readonly Dictionary<ulong, int> _newest = [];
    private readonly List<int> _older = [];
    private readonly Dictionary<long, int> _merges = [];
    private readonly Dictionary<long, int> _additions = [];
    private readonly Dictionary<int, RequirementSet> _raised = [];
    private readonly int[] _scratch;

    public SetTable(Problem problem, RowTable rows)
    {
        _rows = rows;
        _scratch = new int[problem.Keys.Length];
        _wellKnown = new bool[problem.Keys.Length];
        foreach (var key in problem.WellKnownKeys)
            _wellKnown[key] = true;
        foreach (var set in problem.Sets)
        {
            if (Intern(set) != _count - 1)
                throw new InvalidDataException("the problem holds a requirement set twice");
        }
    }

    public const int Empty = 0;
    public const int Incompatible = -1;

    public RowTable Rows => _rows;

    /// <summary>A machine that does not exist yet may have the key although nothing says so.</summary>
    public bool IsWellKnown(int key) => _wellKnown[key];

    public int Count => _count;

    public ReadOnlySpan<int> Of(int set) => _sets[set];

    /// <summary>The row on a key, or −1 when the set does not name it.</summary>
    public int Find(int set, int key)
    {
        foreach (var row in _sets[set])
        {
            var has = _rows.KeyOf(row);
            if (has == key)
                return row;
            if (has > key)
                return -1;
        }
        return -1;
    }

    /// <summary>
    /// Whether a machine of this set can satisfy the incoming one; see <see cref="RequirementSet.Compatible"/>.
    /// </summary>
    public bool Compatible(int set, int incoming, bool allowWellKnown)
    {
        var have = _sets[set];
        var at = 0;
        foreach (var row in _sets[incoming])
        {
            var key = _rows.KeyOf(row);
            while (at < have.Length && _rows.KeyOf(have[at]) < key)
                at++;
            if (at < have.Length && _rows.KeyOf(have[at]) == key)
            {
                if (!_rows.Agree(have[at], row))
                    return false;
            }
            else if (!(allowWellKnown && _wellKnown[key]) && !_rows.ToleratesAbsence(row))
                return false;
        }
        return true;
    }

    /// <summary>
    /// Both sets at once when a machine of <paramref name="set"/> (new, so well-known keys may be undefined) can
    /// satisfy the incoming one, else <see cref="Incompatible"/>.
    /// </summary>
    public int TryMerge(int set, int incoming)
    {
        if (incoming == Empty)
            return set;
        var pair = ((long)set << 32) | (uint)incoming;
        if (_merges.TryGetValue(pair, out var known))
            return known;
        var made = Compatible(set, incoming, allowWellKnown: true) ? Merge(set, incoming) : Incompatible;
        if (_merges.Count >= RememberedMerges)
            _merges.Clear();
        _merges.Add(pair, made);
        return made;
    }

    /// <summary>Both sets at once, shared keys intersected.</summary>
    public int Merge(int first, int second)
    {
        var (a, b) = (_sets[first], _sets[second]);
        int i = 0,
            j = 0,
            count = 0;
        while (i < a.Length || j < b.Length)
        {
            var left = i < a.Length ? _rows.KeyOf(a[i]) : int.MaxValue;
            var right = j < b.Length ? _rows.KeyOf(b[j]) : int.MaxValue;
            _scratch[count++] =
                left == right ? _rows.Intersect(a[i++], b[j++])
                : left < right ? a[i++]
                : b[j++];
        }
        return Intern(_scratch.AsSpan(0, count));
    }

    /// <summary>The set with a row intersected in.</summary>
    public int With(int set, int row)
    {
        var pair = ((long)set << 32) | (uint)row;
        if (_additions.TryGetValue(pair, out var known))
            return known;
        if (_additions.Count >= RememberedMerges)
            _additions.Clear();
        return _additions[pair] = Add(set, row);
    }

    private int Add(int set, int row)
    {
        var a = _sets[set];
        var key = _rows.KeyOf(row);
        var count = 0;
        var done = false;
        foreach (var has in a)
        {
            var order = _rows.KeyOf(has).CompareTo(key);
            if (order > 0 && !done)
            {
                _scratch[count++] = row;
                done = true;
            }
            if (order == 0)
            {
                _scratch[count++] = _rows.Intersect(has, row);
                done = true;
            }
            else
                _scratch[count++] = has;
        }
        if (!done)
            _scratch[count++] = row;
        return Intern(_scratch.AsSpan(0, count));
    }

    /// <summary>The set with a row in place of the one on its key.</summary>
    public int Replace(int set, int row)
    {
        var changed = (int[])_sets[set].Clone();
        for (var i = 0; i < changed.Length; i++)
            if (_rows.KeyOf(changed[i]) == _rows.KeyOf(row))
            {
                changed[i] = row;
                return Intern(changed);
            }
        return With(set, row);
    }

    /// <summary>Only the rows on the marked keys.</summary>
    public int Restrict(int set, bool[] keys)
    {
        var count = 0;
        foreach (var row in _sets[set])
            if (keys[_rows.KeyOf(row)])
                _scratch[count++] = row;
        return Intern(_scratch.AsSpan(0, count));
    }

    public RequirementSet Raise(int set)
    {
        if (_raised.TryGetValue(set, out var known))
            return known;
        var members = new Requirement[_sets[set].Length];
        for (var i = 0; i < members.Length; i++)
            members[i] = _rows.Raise(_sets[set][i]);
        return _raised[set] = RequirementSet.Of(members);
    }

    private int Intern(ReadOnlySpan<int> rows)
    {
        var hash = 0x9E3779B97F4A7C15UL;
        foreach (var row in rows)
            hash = unchecked((ulong.RotateLeft(hash, 7) ^ (ulong)row) * 0xBF58476D1CE4E5B9);
        var head = _newest.GetValueOrDefault(hash, -1);
        for (var at = head; at >= 0; at = _older[at])
            if (_sets[at].AsSpan().SequenceEqual(rows))
                return at;
        if (_count == _sets.Length)
            Array.Resize(ref _sets, _count * 2);
        _sets[_count] = rows.ToArray();
        _older.Add(head);
        _newest[hash] = _count;
        return _count++;
    }
}

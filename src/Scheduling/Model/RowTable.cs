using System.Globalization;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling.Model;

/// <summary>
/// Requirements as bit rows over the values that the problem mentions for their key. Rows are interned: equal rows have
/// equal ids. A complement row holds the known values it allows; values nobody mentions it allows too, within its
/// bounds.
/// </summary>
internal sealed class RowTable
{
    private readonly Problem _problem;
    private readonly int[] _words;
    private readonly Dictionary<long, int> _intersections = [];
    private readonly Dictionary<ulong, int> _newest = [];
    private readonly List<int> _older = [];
    private readonly Dictionary<long, int> _singles = [];
    private Entry[] _entries = new Entry[256];
    private int _count;

    private readonly record struct Entry(
        int Key,
        bool Complement,
        bool ToleratesAbsence,
        long AtLeast,
        long AtMost,
        int MinValues,
        ulong[] Bits
    );

    public RowTable(Problem problem)
    {
        _problem = problem;
        _words = new int[problem.Keys.Length];
        for (var key = 0; key < _words.Length; key++)
            _words[key] = BitRow.Words(problem.Values[key].Length);
        foreach (var spec in problem.Rows)
        {
            var id = Intern(spec);
            if (id != _count - 1)
                throw new InvalidDataException("the problem holds a requirement row twice");
        }
    }

    public int Count => _count;

    public int WordsOf(int key) => _words[key];

    public int KeyOf(int row) => _entries[row].Key;

    public bool IsComplement(int row) => _entries[row].Complement;

    public bool ToleratesAbsence(int row) => _entries[row].ToleratesAbsence;

    public int MinValuesOf(int row) => _entries[row].MinValues;

    /// <summary>The known values that the row allows.</summary>
    public ReadOnlySpan<ulong> Allowed(int row) => _entries[row].Bits;

    /// <summary>The only value a row allows, or −1 when it allows another number of them.</summary>
    public int Single(int row)
    {
        ref readonly var entry = ref _entries[row];
        if (entry.Complement || BitRow.Count(entry.Bits) != 1)
            return -1;
        return BitRow.Next(entry.Bits, 0);
    }

    /// <summary>Whether a value that nothing in the problem mentions, and that is no integer, is allowed.</summary>
    public bool AllowsUnheardOf(int row) =>
        _entries[row] is { Complement: true, AtLeast: long.MinValue, AtMost: long.MaxValue };

    /// <summary>
    /// See <see cref="Requirement.Overlaps"/>, with the rule that two rows which tolerate absence always agree.
    /// </summary>
    public bool Agree(int existing, int incoming)
    {
        if (existing == incoming && !_entries[existing].ToleratesAbsence)
            return true;
        ref readonly var a = ref _entries[existing];
        ref readonly var b = ref _entries[incoming];
        if (a.ToleratesAbsence && b.ToleratesAbsence)
            return true;
        if (Math.Max(a.AtLeast, b.AtLeast) > Math.Min(a.AtMost, b.AtMost))
            return false;
        return (a.Complement && b.Complement) || BitRow.Meets(a.Bits, b.Bits);
    }

    public int Intersect(int first, int second)
    {
        if (first == second)
            return first;
        var pair = first < second ? ((long)first << 32) | (uint)second : ((long)second << 32) | (uint)first;
        if (_intersections.TryGetValue(pair, out var known))
            return known;
        var (a, b) = (_entries[first], _entries[second]);
        var complement = a.Complement && b.Complement;
        var (gte, lte) = (Math.Max(a.AtLeast, b.AtLeast), Math.Min(a.AtMost, b.AtMost));
        var bits = (ulong[])a.Bits.Clone();
        BitRow.Narrow(bits, b.Bits);
        if (gte > lte)
            (complement, bits) = (false, new ulong[bits.Length]);
        if (!complement)
            (gte, lte) = (long.MinValue, long.MaxValue);
        var made = Intern(a.Key, complement, gte, lte, Math.Max(a.MinValues, b.MinValues), bits);
        _intersections.Add(pair, made);
        return made;
    }

    /// <summary>A finite row over the given values.</summary>
    public int In(int key, ReadOnlySpan<ulong> values)
    {
        var first = BitRow.Next(values, 0);
        if (first < 0 || BitRow.Next(values, first + 1) >= 0)
            return Intern(key, false, long.MinValue, long.MaxValue, 0, values.ToArray());
        var single = ((long)key << 32) | (uint)first;
        if (!_singles.TryGetValue(single, out var row))
            _singles[single] = row = Intern(key, false, long.MinValue, long.MaxValue, 0, values.ToArray());
        return row;
    }

    public int WithMinValues(int row, int minValues)
    {
        var entry = _entries[row];
        return Intern(entry.Key, entry.Complement, entry.AtLeast, entry.AtMost, minValues, entry.Bits);
    }

    /// <summary>The row as the algebra knows it.</summary>
    public Requirement Raise(int row)
    {
        var entry = _entries[row];
        var key = _problem.Keys[entry.Key];
        var values = _problem.Values[entry.Key];
        var listed = new List<string>();
        for (var value = 0; value < values.Length; value++)
            if (
                BitRow.Has(entry.Bits, value) != entry.Complement
                && Within(entry.Key, value, entry.AtLeast, entry.AtMost)
            )
                listed.Add(values[value]);
        var raised = entry.Complement ? Requirement.NotIn(key, listed) : Requirement.In(key, listed);
        if (entry.AtLeast != long.MinValue)
            raised = raised.Intersect(Requirement.Gte(key, entry.AtLeast));
        if (entry.AtMost != long.MaxValue)
            raised = raised.Intersect(Requirement.Lte(key, entry.AtMost));
        return raised.WithMinValues(entry.MinValues == 0 ? null : entry.MinValues);
    }

    private int Intern(RowSpec spec)
    {
        var (gte, lte) = (spec.AtLeast ?? long.MinValue, spec.AtMost ?? long.MaxValue);
        var bits = new ulong[_words[spec.Key]];
        foreach (var value in spec.Values)
            BitRow.Add(bits, value);
        if (spec.Complement)
            for (var value = 0; value < _problem.Values[spec.Key].Length; value++)
            {
                if (BitRow.Has(bits, value) || !Within(spec.Key, value, gte, lte))
                    BitRow.Remove(bits, value);
                else
                    BitRow.Add(bits, value);
            }
        return Intern(spec.Key, spec.Complement, gte, lte, spec.MinValues ?? 0, bits);
    }

    private int Intern(int key, bool complement, long gte, long lte, int minValues, ulong[] bits)
    {
        var hash = HashOf(key, complement, gte, lte, minValues, bits);
        var head = _newest.GetValueOrDefault(hash, -1);
        for (var at = head; at >= 0; at = _older[at])
        {
            ref readonly var known = ref _entries[at];
            if (
                known.Key == key
                && known.Complement == complement
                && known.AtLeast == gte
                && known.AtMost == lte
                && known.MinValues == minValues
                && known.Bits.AsSpan().SequenceEqual(bits)
            )
                return at;
        }
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        _entries[_count] = new(key, complement, Tolerates(key, complement, gte, lte, bits), gte, lte, minValues, bits);
        _older.Add(head);
        _newest[hash] = _count;
        return _count++;
    }

    private static ulong HashOf(int key, bool complement, long gte, long lte, int minValues, ulong[] bits)
    {
        unchecked
        {
            var hash = BitRow.Hash(bits) ^ ((ulong)key * 0x9E3779B97F4A7C15);
            hash = (hash ^ (ulong)gte) * 0x94D049BB133111EB;
            hash = (hash ^ (ulong)lte) * 0xBF58476D1CE4E5B9;
            return hash ^ (ulong)minValues ^ (complement ? 1UL << 63 : 0);
        }
    }

    /// <summary>NotIn and DoesNotExist: a finite row without values, or a complement that excludes something.</summary>
    private bool Tolerates(int key, bool complement, long gte, long lte, ulong[] bits)
    {
        if (!complement)
            return BitRow.IsEmpty(bits);
        for (var value = 0; value < _problem.Values[key].Length; value++)
            if (!BitRow.Has(bits, value) && Within(key, value, gte, lte))
                return true;
        return false;
    }

    private bool Within(int key, int value, long gte, long lte)
    {
        if (gte == long.MinValue && lte == long.MaxValue)
            return true;
        var text = _problem.Values[key][value];
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= gte
            && number <= lte;
    }
}

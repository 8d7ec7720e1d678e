using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// For every topology key with few values, which claims and which nodes may be in which domain, so that places in the
/// wrong zone are skipped a word at a time instead of being asked one by one.
/// </summary>
internal sealed class DomainIndex
{
    /// <summary>Keys with more values are not indexed; their places are asked.</summary>
    private const int MostValues = 64;

    private readonly Tables _tables;
    private readonly List<int> _keys = [];
    private readonly int[] _slotOfKey;
    private readonly List<ulong[][]> _claims = [];
    private readonly List<ulong[][]> _nodes = [];
    private readonly ulong[] _possible = new ulong[1];
    private ulong[] _either = [];

    public DomainIndex(Tables tables)
    {
        _tables = tables;
        _slotOfKey = new int[tables.Problem.Keys.Length];
        Array.Fill(_slotOfKey, -1);
        foreach (var group in tables.Groups)
        {
            var key = group.Spec.Key;
            var values = tables.Problem.Values[key].Length;
            if (group.IsHostname || values > MostValues || values == 0 || _slotOfKey[key] >= 0)
                continue;
            _slotOfKey[key] = _keys.Count;
            _keys.Add(key);
            _claims.Add([.. Enumerable.Range(0, values).Select(_ => new ulong[1])]);
            _nodes.Add(NodesBy(key, values));
        }
    }

    /// <summary>Notes where a claim may be now that its requirement set is this.</summary>
    public void Enter(int claim, int set)
    {
        for (var slot = 0; slot < _keys.Count; slot++)
        {
            var row = _tables.Sets.Find(set, _keys[slot]);
            var byValue = _claims[slot];
            for (var value = 0; value < byValue.Length; value++)
            {
                if (byValue[value].Length <= claim >> 6)
                    Array.Resize(ref byValue[value], ((claim >> 6) + 1) * 2);
                if (row < 0 || BitRow.Has(_tables.Rows.Allowed(row), value))
                    BitRow.Add(byValue[value], claim);
                else
                    BitRow.Remove(byValue[value], claim);
            }
        }
    }

    /// <summary>
    /// Removes from the candidates every claim (or node) that is in no domain any of the variant's groups could choose
    /// now.
    /// </summary>
    public void Narrow(Span<ulong> candidates, bool nodes, TopologyCounts counts, ClassTable pods, VariantSpec variant)
    {
        foreach (var group in variant.Groups)
            NarrowBy(group, candidates, nodes, counts, pods, variant);
        foreach (var group in _tables.InverseOf[pods.Spec.LabelClass])
            NarrowBy(group, candidates, nodes, counts, pods, variant);
    }

    private void NarrowBy(
        int group,
        Span<ulong> candidates,
        bool nodes,
        TopologyCounts counts,
        ClassTable pods,
        VariantSpec variant
    )
    {
        var table = _tables.Groups[group];
        if (table.IsHostname)
        {
            if (nodes || !counts.MustJoin(group, pods.Spec.LabelClass))
                return;
            Keep(candidates, counts.FilledClaims(group));
            return;
        }
        var slot = _slotOfKey[table.Spec.Key];
        if (slot < 0)
            return;
        counts.Possible(group, pods.Spec.LabelClass, _tables.Sets.Find(variant.Strict.Set, table.Spec.Key), _possible);
        if (_either.Length < candidates.Length)
            _either = new ulong[candidates.Length * 2];
        var either = _either.AsSpan(0, candidates.Length);
        either.Clear();
        var byValue = nodes ? _nodes[slot] : _claims[slot];
        for (var value = BitRow.Next(_possible, 0); value >= 0; value = BitRow.Next(_possible, value + 1))
        {
            var members = byValue[value].AsSpan();
            BitRow.Union(either[..Math.Min(members.Length, either.Length)], members);
        }
        Keep(candidates, either);
    }

    private static void Keep(Span<ulong> candidates, ReadOnlySpan<ulong> members)
    {
        var shared = Math.Min(candidates.Length, members.Length);
        for (var word = 0; word < shared; word++)
            candidates[word] &= members[word];
        candidates[shared..].Clear();
    }

    private ulong[][] NodesBy(int key, int values)
    {
        var nodes = _tables.Problem.Nodes;
        var byValue = new ulong[values][];
        for (var value = 0; value < values; value++)
            byValue[value] = new ulong[BitRow.Words(nodes.Length)];
        for (var node = 0; node < nodes.Length; node++)
            if (
                _tables.Sets.Find(nodes[node].Set, key) is var row and >= 0
                && _tables.Rows.Single(row) is var value and >= 0
            )
                BitRow.Add(byValue[value], node);
        return byValue;
    }
}

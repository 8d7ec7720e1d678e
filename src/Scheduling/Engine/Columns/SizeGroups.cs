namespace Tenon.Scheduling.Engine.Columns;

/// <summary>
/// Sizes that differ little taken together, so that prices can be found for hundreds of groups instead of thousands of
/// sizes. Only sizes of one restriction and the same cliques share a group. The widest group is split, again and again.
/// </summary>
internal sealed class SizeGroups
{
    private readonly Market _market;
    private readonly double[] _weight;

    private SizeGroups(Market market, double[] weight) => (_market, _weight) = (market, weight);

    /// <summary>Per group a size with what its pods ask for on average; its kinds are left empty.</summary>
    public List<Size> Groups { get; } = [];

    public int[] GroupOfSize { get; private set; } = [];

    private sealed record Cluster(List<int> Sizes, double Spread, int Axis);

    /// <param name="weight">Per resource of the market, what one unit is worth: spread counts by it.</param>
    public static SizeGroups Of(Market market, double[] weight, int most)
    {
        var groups = new SizeGroups(market, weight);
        groups.Split(most);
        return groups;
    }

    private void Split(int most)
    {
        var families = new SortedDictionary<(int, ulong), List<int>>();
        for (var size = 0; size < _market.Sizes.Count; size++)
        {
            var key = (_market.Sizes[size].Restriction, _market.Sizes[size].Cliques);
            if (!families.TryGetValue(key, out var members))
                families[key] = members = [];
            members.Add(size);
        }
        var queue = new PriorityQueue<Cluster, (double, int)>();
        var made = 0;
        foreach (var members in families.Values)
            Enqueue(members);
        while (queue.Count < most && queue.Peek() is { Spread: > 0 } widest)
        {
            _ = queue.Dequeue();
            var (left, right) = Halves(widest);
            Enqueue(left);
            Enqueue(right);
        }
        GroupOfSize = new int[_market.Sizes.Count];
        while (queue.TryDequeue(out var cluster, out _))
            Close(cluster.Sizes);

        void Enqueue(List<int> members)
        {
            var cluster = Measured(members);
            queue.Enqueue(cluster, (-cluster.Spread, made++));
        }
    }

    /// <summary>How much worth the members differ by, along the resource in which they differ most.</summary>
    private Cluster Measured(List<int> members)
    {
        var (spread, axis, worth) = (0.0, 0, 0.0);
        if (members.Count > 1)
            for (var r = 0; r < _weight.Length; r++)
            {
                var (sum, count) = (0.0, 0);
                foreach (var member in members)
                {
                    sum += _market.Sizes[member].Asked[r] * _market.Sizes[member].Count;
                    count += _market.Sizes[member].Count;
                }
                var (mean, off) = (sum / count, 0.0);
                foreach (var member in members)
                    off += Math.Abs(_market.Sizes[member].Asked[r] - mean) * _market.Sizes[member].Count;
                if (off * _weight[r] > spread)
                    (spread, axis) = (off * _weight[r], r);
                worth += mean * _weight[r];
            }
        // Small pods count for more than their worth: small machines live on fitting them well.
        spread = worth > 0 ? spread / Math.Sqrt(worth) : 0;
        return new(members, spread, axis);
    }

    private (List<int>, List<int>) Halves(Cluster cluster)
    {
        var (sum, count) = (0.0, 0);
        foreach (var member in cluster.Sizes)
        {
            sum += _market.Sizes[member].Asked[cluster.Axis] * _market.Sizes[member].Count;
            count += _market.Sizes[member].Count;
        }
        var (left, right) = (new List<int>(), new List<int>());
        foreach (var member in cluster.Sizes)
            (_market.Sizes[member].Asked[cluster.Axis] <= sum / count ? left : right).Add(member);
        // Rounding could put all on one side; then one goes alone, so that splitting ends.
        if (right.Count == 0)
        {
            right.Add(left[^1]);
            left.RemoveAt(left.Count - 1);
        }
        return (left, right);
    }

    private void Close(List<int> members)
    {
        var first = _market.Sizes[members[0]];
        var mean = new double[_weight.Length];
        var count = 0;
        foreach (var member in members)
        {
            GroupOfSize[member] = Groups.Count;
            count += _market.Sizes[member].Count;
            for (var r = 0; r < mean.Length; r++)
                mean[r] += _market.Sizes[member].Asked[r] * _market.Sizes[member].Count;
        }
        for (var r = 0; r < mean.Length; r++)
            mean[r] /= count;
        Groups.Add(new(first.Restriction, first.Cliques, members.Count == 1 ? first.Asked : mean) { Count = count });
    }
}

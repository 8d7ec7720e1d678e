using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// How many selected pods every domain of every topology group holds, and what that allows the next pod.
/// </summary>
internal sealed class TopologyCounts
{
    private readonly Tables _tables;
    private readonly Domains[] _groups;
    private readonly Dictionary<(int Group, int Taints, int Set), bool> _counted = [];

    /// <summary>
    /// Domains of one group. Claims have placeholder hostnames, so a hostname group counts them apart from existing
    /// hosts.
    /// </summary>
    private sealed class Domains(int values)
    {
        public readonly int[] Counts = new int[values];
        public readonly ulong[] Known = new ulong[BitRow.Words(values)];
        public readonly ulong[] Filled = new ulong[BitRow.Words(values)];
        public int[] OnClaims = [];
        public ulong[] FilledClaims = [];
        public int FilledCount;

        /// <summary>
        /// Domains among which a spread looks for the emptiest: where some alternative of the pod lets it run. Null is
        /// all of them.
        /// </summary>
        public ulong[]? Compared;
    }

    public TopologyCounts(Tables tables)
    {
        _tables = tables;
        _groups = new Domains[tables.Groups.Length];
        for (var group = 0; group < _groups.Length; group++)
        {
            var spec = tables.Groups[group].Spec;
            var domains = _groups[group] = new(tables.Problem.Values[spec.Key].Length);
            domains.Compared = Compared(spec);
            for (var i = 0; i < spec.Domains.Length; i++)
            {
                BitRow.Add(domains.Known, spec.Domains[i]);
                domains.Counts[spec.Domains[i]] = spec.Counts[i];
                if (spec.Counts[i] <= 0)
                    continue;
                BitRow.Add(domains.Filled, spec.Domains[i]);
                domains.FilledCount++;
            }
        }
    }

    public ReadOnlySpan<ulong> Known(int group) => _groups[group].Known;

    public int CountOf(int group, int domain) => _groups[group].Counts[domain];

    public int CountOnClaim(int group, int claim) =>
        claim < _groups[group].OnClaims.Length ? _groups[group].OnClaims[claim] : 0;

    /// <summary>
    /// Claims that hold selected pods of a hostname group, as a bit row; shorter than the number of claims may be.
    /// </summary>
    public ReadOnlySpan<ulong> FilledClaims(int group) => _groups[group].FilledClaims;

    public bool SelectsSelf(int group, int labels) => BitRow.Has(_tables.Groups[group].Selects, labels);

    /// <summary>Whether a pod may go where the hostname is one that does not exist yet.</summary>
    public Verdict OnClaimHost(int group, int claim, int labels, int strictHostRow)
    {
        var table = _tables.Groups[group];
        var count = CountOnClaim(group, claim);
        switch (table.Spec.Kind)
        {
            case GroupKind.Spread:
                return count + (SelectsSelf(group, labels) ? 1 : 0) <= table.Spec.MaxSkew
                    ? Verdict.Fits
                    : Verdict.Never;
            case GroupKind.AntiAffinity:
                return count == 0 ? Verdict.Fits : Verdict.Never;
            default:
                if (!_tables.AllowsNewHost(strictHostRow))
                    return Verdict.Never;
                return count > 0 || Bootstraps(group, labels) ? Verdict.Fits : Verdict.NotNow;
        }
    }

    public Verdict OnNodeHost(int group, int host, int labels, int strictHostRow)
    {
        var table = _tables.Groups[group];
        var count = _groups[group].Counts[host];
        switch (table.Spec.Kind)
        {
            case GroupKind.Spread:
                return count + (SelectsSelf(group, labels) ? 1 : 0) <= table.Spec.MaxSkew
                    ? Verdict.Fits
                    : Verdict.Never;
            case GroupKind.AntiAffinity:
                return count == 0 ? Verdict.Fits : Verdict.Never;
            default:
                if (!_tables.AllowsHost(strictHostRow, host))
                    return Verdict.Never;
                return count > 0 || Bootstraps(group, labels) ? Verdict.Fits : Verdict.NotNow;
        }
    }

    /// <summary>
    /// The domains of a group that a pod may use where <paramref name="nodeRow"/> says what the place allows (−1:
    /// anything). False when there is none. A spread picks one: the emptiest, the first of equals.
    /// </summary>
    public bool Choose(int group, int labels, int podRow, int nodeRow, Span<ulong> chosen)
    {
        var domains = _groups[group];
        domains.Known.CopyTo(chosen);
        switch (_tables.Groups[group].Spec.Kind)
        {
            case GroupKind.Spread:
                if (nodeRow >= 0)
                    BitRow.Narrow(chosen, _tables.Rows.Allowed(nodeRow));
                return PickEmptiest(group, labels, chosen);
            case GroupKind.AntiAffinity:
                for (var word = 0; word < chosen.Length; word++)
                    chosen[word] &= ~domains.Filled[word];
                return Within(podRow, nodeRow, chosen);
            default:
                BitRow.Narrow(chosen, domains.Filled);
                if (Within(podRow, nodeRow, chosen))
                    return true;
                if (!Bootstraps(group, labels))
                    return false;
                domains.Known.CopyTo(chosen);
                if (!Within(podRow, nodeRow, chosen))
                    return false;
                KeepOnly(chosen, BitRow.Next(chosen, 0));
                return true;
        }
    }

    /// <summary>
    /// Every domain that <see cref="Choose"/> could choose somewhere for such a pod now. A place that allows none of
    /// these need not be asked.
    /// </summary>
    public void Possible(int group, int labels, int podRow, Span<ulong> possible)
    {
        var domains = _groups[group];
        domains.Known.CopyTo(possible);
        switch (_tables.Groups[group].Spec.Kind)
        {
            case GroupKind.Spread:
                var most =
                    (long)_tables.Groups[group].Spec.MaxSkew + Minimum(group) - (SelectsSelf(group, labels) ? 1 : 0);
                for (var domain = BitRow.Next(possible, 0); domain >= 0; domain = BitRow.Next(possible, domain + 1))
                    if (domains.Counts[domain] > most)
                        BitRow.Remove(possible, domain);
                break;
            case GroupKind.AntiAffinity:
                for (var word = 0; word < possible.Length; word++)
                    possible[word] &= ~domains.Filled[word];
                Within(podRow, -1, possible);
                break;
            default:
                if (Bootstraps(group, labels))
                    break;
                BitRow.Narrow(possible, domains.Filled);
                Within(podRow, -1, possible);
                break;
        }
    }

    /// <summary>Whether a pod of a hostname affinity group must join those that are placed already.</summary>
    public bool MustJoin(int group, int labels) =>
        _tables.Groups[group].Spec.Kind == GroupKind.Affinity && !Bootstraps(group, labels);

    public void CountOnNode(int group, int domain) => Increment(_groups[group], domain);

    public void CountNewHost(int group, int claim)
    {
        var domains = _groups[group];
        if (claim >= domains.OnClaims.Length)
        {
            Array.Resize(ref domains.OnClaims, Math.Max(64, (claim + 1) * 2));
            Array.Resize(ref domains.FilledClaims, BitRow.Words(domains.OnClaims.Length));
        }
        if (domains.OnClaims[claim]++ > 0)
            return;
        BitRow.Add(domains.FilledClaims, claim);
        domains.FilledCount++;
    }

    /// <summary>
    /// Counts a pod at every value the row lists, or for spread and affinity at the only one if it lists just one.
    /// </summary>
    public void CountRow(int group, int row)
    {
        if (row < 0 || _tables.Rows.IsComplement(row))
            return;
        var allowed = _tables.Rows.Allowed(row);
        if (_tables.Groups[group].Spec.Kind != GroupKind.AntiAffinity && BitRow.Count(allowed) != 1)
            return;
        for (var value = BitRow.Next(allowed, 0); value >= 0; value = BitRow.Next(allowed, value + 1))
            Increment(_groups[group], value);
    }

    /// <summary>
    /// Whether the group counts pods on a place with these taints and requirements (its node filter).
    /// </summary>
    public bool Counts(int group, int taints, int set, int host)
    {
        if (_tables.Groups[group].Spec.Filter is not { } filter)
            return true;
        if (filter.HonorTaints && !_tables.Tolerates(taints, filter.Tolerations))
            return false;
        if (!filter.HonorAffinity || filter.Sets.Length == 0)
            return true;
        if (host < 0 && _counted.TryGetValue((group, taints, set), out var known))
            return known;
        var counts = false;
        foreach (var alternative in filter.Sets)
            counts |=
                _tables.Sets.Compatible(set, alternative.Set, allowWellKnown: false)
                && (
                    host >= 0
                        ? _tables.AllowsHost(alternative.HostRow, host)
                        : _tables.AllowsNewHost(alternative.HostRow)
                );
        if (host < 0)
            _counted[(group, taints, set)] = counts;
        return counts;
    }

    /// <summary>
    /// The first of a self-attracting group may start it anywhere. Upstream also lets a pod start a second one when
    /// nobody selected is where it may go; kube-scheduler would never bind that pod, so it waits here instead of on a
    /// machine bought for it.
    /// </summary>
    private bool Bootstraps(int group, int labels) => _groups[group].FilledCount == 0 && SelectsSelf(group, labels);

    private bool PickEmptiest(int group, int labels, Span<ulong> candidates)
    {
        var domains = _groups[group];
        var self = SelectsSelf(group, labels) ? 1 : 0;
        var most = (long)_tables.Groups[group].Spec.MaxSkew + Minimum(group) - self;
        var (best, fewest) = (-1, int.MaxValue);
        for (var domain = BitRow.Next(candidates, 0); domain >= 0; domain = BitRow.Next(candidates, domain + 1))
        {
            var count = domains.Counts[domain];
            if (count <= most && count < fewest)
                (best, fewest) = (domain, count);
        }
        if (best < 0)
            return false;
        KeepOnly(candidates, best);
        return true;
    }

    /// <summary>
    /// The emptiest domain the pod itself allows (any domain, when the constraint ignores node affinity); zero while
    /// there are fewer domains than it wants. All of the pod's required terms count, also those it has given up to find
    /// a place: kube-scheduler knows nothing of that.
    /// </summary>
    private int Minimum(int group)
    {
        var domains = _groups[group];
        var (minimum, number) = (int.MaxValue, 0);
        for (var domain = BitRow.Next(domains.Known, 0); domain >= 0; domain = BitRow.Next(domains.Known, domain + 1))
        {
            if (domains.Compared is { } compared && !BitRow.Has(compared, domain))
                continue;
            number++;
            minimum = Math.Min(minimum, domains.Counts[domain]);
        }
        return _tables.Groups[group].Spec.MinDomains > number ? 0 : minimum;
    }

    private ulong[]? Compared(GroupSpec spec)
    {
        if (spec.Filter is not { HonorAffinity: true, Sets.Length: > 0 } filter)
            return null;
        var compared = new ulong[BitRow.Words(_tables.Problem.Values[spec.Key].Length)];
        foreach (var alternative in filter.Sets)
        {
            var row = _tables.Sets.Find(alternative.Set, spec.Key);
            if (row < 0)
                return null;
            BitRow.Union(compared, _tables.Rows.Allowed(row));
        }
        return compared;
    }

    private bool Within(int podRow, int nodeRow, Span<ulong> domains)
    {
        if (podRow >= 0)
            BitRow.Narrow(domains, _tables.Rows.Allowed(podRow));
        if (nodeRow >= 0)
            BitRow.Narrow(domains, _tables.Rows.Allowed(nodeRow));
        return !BitRow.IsEmpty(domains);
    }

    private static void KeepOnly(Span<ulong> domains, int one)
    {
        domains.Clear();
        BitRow.Add(domains, one);
    }

    private static void Increment(Domains domains, int domain)
    {
        BitRow.Add(domains.Known, domain);
        if (domains.Counts[domain]++ > 0)
            return;
        BitRow.Add(domains.Filled, domain);
        domains.FilledCount++;
    }
}

/// <summary>The answer to "may this pod go there?".</summary>
internal enum Verdict
{
    Fits,

    /// <summary>No, but what happens later may change that.</summary>
    NotNow,

    /// <summary>No, and nothing that can still happen in this run changes it: need not be asked again.</summary>
    Never,

    /// <summary>Reserved capacity that would do is held by others: the pod waits for another run.</summary>
    Reserved,
}

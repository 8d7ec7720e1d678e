using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Where everything stands: what is left on each node, what each planned claim holds and may still be, and the counts
/// of every topology group. One writer; it asks nothing about why.
/// </summary>
internal sealed class Packing
{
    private const int FirstClaims = 64;

    private readonly Tables _tables;
    private readonly int _resources;
    private readonly int _words;
    private readonly ulong[] _trialShapes;
    private readonly ulong[] _groupShapes;
    private readonly ulong[] _domains;
    private readonly long[] _zeroTotals;
    private readonly List<int> _trialReserved = [];
    private readonly List<int>?[] _nodePorts;
    private readonly Dictionary<int, HashSet<int>>?[] _nodeVolumes;
    private int _trialSet;
    private bool _trialRelaxed;

    public Packing(Tables tables)
    {
        _tables = tables;
        _resources = tables.Resources;
        _words = tables.Words;
        _trialShapes = new ulong[_words];
        _groupShapes = new ulong[_words];
        var widest = 1;
        foreach (var group in tables.Groups)
            widest = Math.Max(widest, tables.Rows.WordsOf(group.Spec.Key));
        _domains = new ulong[widest];
        _zeroTotals = new long[_resources];
        Topology = new(tables);
        Index = new(tables);
        var nodes = tables.Problem.Nodes;
        NodeLeft = new long[nodes.Length * _resources];
        NodeClosed = new bool[nodes.Length];
        _nodePorts = new List<int>?[nodes.Length];
        _nodeVolumes = new Dictionary<int, HashSet<int>>?[nodes.Length];
        for (var node = 0; node < nodes.Length; node++)
            OpenNode(node, nodes[node]);
        PoolLeft = [.. tables.Pools.Select(pool => (long?[])pool.Spec.LimitLeft.Clone())];
        ReservationLeft = [.. tables.Problem.Reservations.Select(it => it.Capacity)];
        if (Array.Exists(tables.Groups, group => !group.IsHostname && group.Spec.Kind != GroupKind.AntiAffinity))
            _labelsOnClaim = new List<(int, int)>?[FirstClaims];
    }

    public TopologyCounts Topology { get; }

    /// <summary>Which claims and nodes may be in which domain.</summary>
    public DomainIndex Index { get; }

    /// <summary>Node × resource.</summary>
    public long[] NodeLeft { get; }

    public bool[] NodeClosed { get; }
    public int Claims { get; private set; }
    public int[] ClaimPool { get; private set; } = new int[FirstClaims];
    public int[] ClaimSet { get; private set; } = new int[FirstClaims];
    public int[] ClaimPods { get; private set; } = new int[FirstClaims];
    public bool[] ClaimRelaxed { get; private set; } = new bool[FirstClaims];
    public List<int>?[] ClaimReserved { get; private set; } = new List<int>?[FirstClaims];
    public long?[][] PoolLeft { get; }
    public int[] ReservationLeft { get; }

    private ulong[] _claimShapes = [];
    private long[] _claimTotals = [];
    private List<int>?[] _claimPorts = new List<int>?[FirstClaims];

    /// <summary>
    /// Per claim, its pods by label class; only kept when a topology key other than the hostname counts.
    /// </summary>
    private List<(int Labels, int Count)>?[]? _labelsOnClaim;

    public ReadOnlySpan<ulong> ShapesOf(int claim) => _claimShapes.AsSpan(claim * _words, _words);

    /// <summary>What the pods on a claim ask for together, without DaemonSets.</summary>
    public ReadOnlySpan<long> TotalsOf(int claim) => _claimTotals.AsSpan(claim * _resources, _resources);

    public Verdict TryNode(int node, ClassTable pods, VariantSpec variant)
    {
        var spec = _tables.Problem.Nodes[node];
        if (NodeClosed[node] || !_tables.Tolerates(spec.Taints, variant.Tolerations))
            return Verdict.Never;
        var left = NodeLeft.AsSpan(node * _resources, _resources);
        for (var i = 0; i < pods.Asked.Length; i++)
            if (pods.Amounts[i] > left[pods.Asked[i]])
                return Verdict.Never;
        if (
            !_tables.Sets.Compatible(spec.Set, variant.Full.Set, allowWellKnown: false)
            || !_tables.AllowsHost(variant.Full.HostRow, spec.Host)
        )
            return Verdict.Never;
        if (!VolumesFit(node, pods.Spec) || PortsConflict(_nodePorts[node], pods.Spec.Ports))
            return Verdict.Never;
        if (!VolumeTopologyFits(spec, pods.Spec))
            return Verdict.Never;
        foreach (var group in variant.Groups)
            if (TopologyOnNode(group, spec, pods.Spec, variant) is not Verdict.Fits and var no)
                return no;
        foreach (var group in _tables.InverseOf[pods.Spec.LabelClass])
            if (TopologyOnNode(group, spec, pods.Spec, variant) is not Verdict.Fits and var no)
                return no;
        return Verdict.Fits;
    }

    public void AddToNode(int node, ClassTable pods, VariantSpec variant)
    {
        var spec = _tables.Problem.Nodes[node];
        for (var i = 0; i < pods.Asked.Length; i++)
            NodeLeft[(node * _resources) + pods.Asked[i]] -= pods.Amounts[i];
        if (pods.Spec.Ports.Length > 0)
            (_nodePorts[node] ??= []).AddRange(pods.Spec.Ports);
        foreach (var use in pods.Spec.Attachments)
            if (_nodeVolumes[node] is { } volumes && volumes.TryGetValue(use.Driver, out var attached))
                attached.UnionWith(use.Claims);
        foreach (var group in _tables.DirectOf[pods.Spec.LabelClass])
            if (Topology.Counts(group, spec.Taints, spec.Set, spec.Host))
                CountAtNode(group, spec);
        foreach (var group in variant.InverseGroups)
            CountAtNode(group, spec);
    }

    public Verdict TryClaim(int claim, ClassTable pods, VariantSpec variant) =>
        TryMachine(
            _tables.Pools[ClaimPool[claim]],
            claim,
            ClaimSet[claim],
            ShapesOf(claim),
            TotalsOf(claim),
            _claimPorts[claim],
            pods,
            variant,
            relax: false
        );

    /// <summary>Whether a new claim of the pool could take the pod.</summary>
    public Verdict TryNew(int pool, ClassTable pods, VariantSpec variant)
    {
        var table = _tables.Pools[pool];
        if (table.IsEmpty)
            return Verdict.Never;
        Span<ulong> shapes = stackalloc ulong[256];
        shapes = _words <= shapes.Length ? shapes[.._words] : new ulong[_words];
        return WithinLimits(pool, shapes)
            ? TryMachine(
                table,
                Claims,
                table.Spec.Set,
                shapes,
                _zeroTotals,
                null,
                pods,
                variant,
                _tables.Problem.BestEffortMinValues
            )
            : Verdict.NotNow;
    }

    /// <summary>Opens a claim for what <see cref="TryNew"/> just accepted.</summary>
    public int Open(int pool, ClassTable pods, VariantSpec variant)
    {
        var claim = Claims++;
        Grow();
        ClaimPool[claim] = pool;
        ClaimRelaxed[claim] = _trialRelaxed;
        AddToClaim(claim, pods, variant);
        ReserveLimit(pool, ShapesOf(claim));
        return claim;
    }

    /// <summary>
    /// Commits what <see cref="TryClaim"/> or <see cref="TryNew"/> just accepted; nothing may be tried in between.
    /// </summary>
    public void AddToClaim(int claim, ClassTable pods, VariantSpec variant)
    {
        var before = ClaimSet[claim];
        var narrowed = ClaimPods[claim]++ == 0 || before != _trialSet;
        if (narrowed)
            Index.Enter(claim, _trialSet);
        ClaimSet[claim] = _trialSet;
        if (narrowed && ClaimPods[claim] > 1 && _labelsOnClaim is not null)
            CountEarlier(claim, before);
        if (_labelsOnClaim is not null)
            Remember(claim, pods.Spec.LabelClass);
        _trialShapes.CopyTo(_claimShapes.AsSpan(claim * _words, _words));
        for (var i = 0; i < pods.Asked.Length; i++)
            _claimTotals[(claim * _resources) + pods.Asked[i]] += pods.Amounts[i];
        if (pods.Spec.Ports.Length > 0)
            (_claimPorts[claim] ??= []).AddRange(pods.Spec.Ports);
        var taints = _tables.Pools[ClaimPool[claim]].Spec.Taints;
        foreach (var group in _tables.DirectOf[pods.Spec.LabelClass])
            if (Topology.Counts(group, taints, _trialSet, host: -1))
                CountAtClaim(group, claim);
        foreach (var group in variant.InverseGroups)
            CountAtClaim(group, claim);
        if (_tables.HasReservations)
            Reserve(claim);
    }

    /// <summary>The cheapest way to buy a claim as it stands.</summary>
    public long PriceOf(int claim)
    {
        var view = _tables.View(ClaimSet[claim]);
        var shapes = ShapesOf(claim);
        foreach (var shape in view.ByPrice)
            if (BitRow.Has(shapes, shape))
                return view.Cheapest[shape];
        return 0;
    }

    /// <summary>Whether what was just tried could still be bought as this shape at no more than this price.</summary>
    public bool TrialHolds(int shape, long price) =>
        BitRow.Has(_trialShapes, shape) && _tables.View(_trialSet).Cheapest[shape] <= price;

    /// <summary>
    /// Shapes of a pool whose capacity its limits still allow; false when there is none or no node is left.
    /// </summary>
    public bool WithinLimits(int pool, Span<ulong> shapes)
    {
        var table = _tables.Pools[pool];
        table.Shapes.CopyTo(shapes);
        if (table.Spec.NodesLeft == 0)
            return false;
        for (var resource = 0; resource < _resources; resource++)
        {
            if (PoolLeft[pool][resource] is not { } left)
                continue;
            for (var shape = BitRow.Next(shapes, 0); shape >= 0; shape = BitRow.Next(shapes, shape + 1))
                if (_tables.Problem.Types[_tables.TypeOf[shape]].Capacity[resource] > left)
                    BitRow.Remove(shapes, shape);
        }
        return !BitRow.IsEmpty(shapes);
    }

    /// <summary>
    /// The narrowed requirement set after topology, or −1. Every choice sees the claim's requirements as they were
    /// before topology; two groups that choose differently on one key contradict each other.
    /// </summary>
    public int Tighten(int claim, int set, ClassTable pods, VariantSpec variant, out Verdict verdict)
    {
        var tightened = set;
        foreach (var group in variant.Groups)
            if (!TightenBy(group, claim, set, ref tightened, pods.Spec, variant, out verdict))
                return -1;
        foreach (var group in _tables.InverseOf[pods.Spec.LabelClass])
            if (!TightenBy(group, claim, set, ref tightened, pods.Spec, variant, out verdict))
                return -1;
        verdict = Verdict.Fits;
        return tightened;
    }

    private Verdict TryMachine(
        PoolTable pool,
        int claim,
        int set,
        ReadOnlySpan<ulong> shapes,
        ReadOnlySpan<long> totals,
        List<int>? ports,
        ClassTable pods,
        VariantSpec variant,
        bool relax
    )
    {
        if (!_tables.Tolerates(pool.Spec.Taints, variant.Tolerations) || !_tables.AllowsNewHost(variant.Full.HostRow))
            return Verdict.Never;
        if (!Fits(pool, shapes, totals, ports, pods, _trialShapes))
            return Verdict.Never;
        var merged = _tables.Sets.TryMerge(set, variant.Full.Set);
        if (merged == SetTable.Incompatible)
            return Verdict.Never;
        if (pods.Spec.Volumes.Length == 0)
            return TryOn(claim, merged, pods, variant, relax);
        var worst = Verdict.Never;
        _trialShapes.CopyTo(_groupShapes.AsSpan());
        foreach (var volume in pods.Spec.Volumes)
        {
            var placed = _tables.Sets.TryMerge(merged, volume.Set);
            if (placed == SetTable.Incompatible || !_tables.AllowsNewHost(volume.HostRow))
                continue;
            _groupShapes.CopyTo(_trialShapes.AsSpan());
            var verdict = TryOn(claim, placed, pods, variant, relax);
            if (verdict == Verdict.Fits)
                return verdict;
            if (verdict != Verdict.Never)
                worst = verdict;
        }
        return worst;
    }

    /// <summary>Narrows the trial's shapes, which fit by resources, to those that the requirements leave.</summary>
    private Verdict TryOn(int claim, int set, ClassTable pods, VariantSpec variant, bool relax)
    {
        if (!BitRow.Narrow(_trialShapes, _tables.Allowed(set)))
            return Verdict.Never;
        var tightened = Tighten(claim, set, pods, variant, out var verdict);
        if (tightened < 0)
            return verdict;
        if (tightened != set && !BitRow.Narrow(_trialShapes, _tables.Allowed(tightened)))
            return Verdict.NotNow;
        _trialRelaxed = false;
        if (MinValues.Asked(_tables, tightened) && !MinValues.Hold(_tables, tightened, _trialShapes))
        {
            if (!relax)
                return Verdict.NotNow;
            tightened = MinValues.Lowered(_tables, tightened, _trialShapes);
            _trialRelaxed = true;
        }
        _trialSet = tightened;
        return _tables.HasReservations ? TryReserve(claim) : Verdict.Fits;
    }

    /// <summary>The shapes that hold the claim's pods, its DaemonSets and one more pod.</summary>
    private bool Fits(
        PoolTable pool,
        ReadOnlySpan<ulong> shapes,
        ReadOnlySpan<long> totals,
        List<int>? ports,
        ClassTable pods,
        Span<ulong> fitting
    )
    {
        if (pool.Groups.Count == 1)
            return FitsGroup(pool.Groups[0], shapes, totals, ports, pods, fitting);
        fitting.Clear();
        Span<ulong> part = stackalloc ulong[256];
        part = _words <= part.Length ? part[.._words] : new ulong[_words];
        foreach (var group in pool.Groups)
        {
            part.Clear();
            if (FitsGroup(group, shapes, totals, ports, pods, part))
                BitRow.Union(fitting, part);
        }
        return !BitRow.IsEmpty(fitting);
    }

    private bool FitsGroup(
        DaemonGroup group,
        ReadOnlySpan<ulong> shapes,
        ReadOnlySpan<long> totals,
        List<int>? ports,
        ClassTable pods,
        Span<ulong> fitting
    )
    {
        if (
            pods.Spec.Ports.Length > 0
            && (PortsConflict(ports, pods.Spec.Ports) || Conflict(group.Ports, pods.Spec.Ports))
        )
            return false;
        shapes.CopyTo(fitting);
        if (!BitRow.Narrow(fitting, group.Shapes))
            return false;
        var fresh = totals == _zeroTotals;
        for (var i = 0; i < pods.Asked.Length; i++)
        {
            var resource = pods.Asked[i];
            if (
                !BitRow.Narrow(
                    fitting,
                    _tables.Giving(resource, totals[resource] + group.Overhead[resource] + pods.Amounts[i])
                )
            )
                return false;
        }
        if (!fresh)
            return true;
        for (var resource = 0; resource < _resources; resource++)
            if (
                group.Overhead[resource] > 0
                && !BitRow.Narrow(fitting, _tables.Giving(resource, group.Overhead[resource]))
            )
                return false;
        return true;
    }

    private bool TightenBy(
        int group,
        int claim,
        int set,
        ref int tightened,
        ClassSpec pods,
        VariantSpec variant,
        out Verdict verdict
    )
    {
        var table = _tables.Groups[group];
        if (table.IsHostname)
        {
            verdict = Topology.OnClaimHost(group, claim, pods.LabelClass, variant.Strict.HostRow);
            return verdict == Verdict.Fits;
        }
        verdict = Verdict.NotNow;
        var key = table.Spec.Key;
        var nodeRow = _tables.Sets.Find(set, key);
        if (nodeRow < 0 && !_tables.Sets.IsWellKnown(key))
            return false;
        var chosen = _domains.AsSpan(0, _tables.Rows.WordsOf(key));
        if (!Topology.Choose(group, pods.LabelClass, _tables.Sets.Find(variant.Strict.Set, key), nodeRow, chosen))
            return false;
        tightened = _tables.Sets.With(tightened, _tables.Rows.In(key, chosen));
        return !BitRow.IsEmpty(_tables.Rows.Allowed(_tables.Sets.Find(tightened, key)));
    }

    private Verdict TopologyOnNode(int group, NodeSpec node, ClassSpec pods, VariantSpec variant)
    {
        var table = _tables.Groups[group];
        if (table.IsHostname)
            return Topology.OnNodeHost(group, node.Host, pods.LabelClass, variant.Strict.HostRow);
        var nodeRow = _tables.Sets.Find(node.Set, table.Spec.Key);
        if (nodeRow < 0)
            return Verdict.Never;
        var chosen = _domains.AsSpan(0, _tables.Rows.WordsOf(table.Spec.Key));
        return Topology.Choose(
            group,
            pods.LabelClass,
            _tables.Sets.Find(variant.Strict.Set, table.Spec.Key),
            nodeRow,
            chosen
        )
            ? Verdict.Fits
            : Verdict.NotNow;
    }

    private void CountAtNode(int group, NodeSpec node)
    {
        var table = _tables.Groups[group];
        if (table.IsHostname)
            Topology.CountOnNode(group, node.Host);
        else
            Topology.CountRow(group, _tables.Sets.Find(node.Set, table.Spec.Key));
    }

    private void CountAtClaim(int group, int claim)
    {
        var table = _tables.Groups[group];
        if (table.IsHostname)
            Topology.CountNewHost(group, claim);
        else
            Topology.CountRow(group, _tables.Decided(ClaimSet[claim], table.Spec.Key));
    }

    private void Remember(int claim, int labels)
    {
        var counts = _labelsOnClaim![claim] ??= [];
        for (var at = 0; at < counts.Count; at++)
            if (counts[at].Labels == labels)
            {
                counts[at] = (labels, counts[at].Count + 1);
                return;
            }
        counts.Add((labels, 1));
    }

    /// <summary>
    /// The claim's zone (or the like) has just been decided: spreads and affinities count the pods that were there
    /// before. Upstream forgets them; kube-scheduler will see them.
    /// </summary>
    private void CountEarlier(int claim, int before)
    {
        var now = ClaimSet[claim];
        var taints = _tables.Pools[ClaimPool[claim]].Spec.Taints;
        foreach (var (labels, count) in _labelsOnClaim![claim] ?? [])
        foreach (var group in _tables.DirectOf[labels])
        {
            var table = _tables.Groups[group];
            if (table.IsHostname || table.Spec.Kind == GroupKind.AntiAffinity)
                continue;
            var row = _tables.Decided(now, table.Spec.Key);
            if (row < 0 || _tables.Rows.Single(row) < 0)
                continue;
            var was = _tables.Decided(before, table.Spec.Key);
            if ((was < 0 || _tables.Rows.Single(was) < 0) && Topology.Counts(group, taints, now, host: -1))
                for (var more = 0; more < count; more++)
                    Topology.CountRow(group, row);
        }
    }

    private bool VolumeTopologyFits(NodeSpec node, ClassSpec pods)
    {
        if (pods.Volumes.Length == 0)
            return true;
        foreach (var volume in pods.Volumes)
            if (
                _tables.Sets.Compatible(node.Set, volume.Set, allowWellKnown: false)
                && _tables.AllowsHost(volume.HostRow, node.Host)
            )
                return true;
        return false;
    }

    /// <summary>
    /// A node over a driver's limit takes no pod at all, not even one without volumes: upstream's rule.
    /// </summary>
    private bool VolumesFit(int node, ClassSpec pods)
    {
        if (_nodeVolumes[node] is not { } volumes)
            return true;
        foreach (var limit in _tables.Problem.Nodes[node].Volumes)
        {
            if (limit.Limit is not { } most)
                continue;
            var attached = volumes[limit.Driver];
            var count = attached.Count;
            foreach (var use in pods.Attachments)
                if (use.Driver == limit.Driver)
                    foreach (var claim in use.Claims)
                        if (!attached.Contains(claim))
                            count++;
            if (count > most)
                return false;
        }
        return true;
    }

    private bool PortsConflict(List<int>? taken, int[] wanted) =>
        taken is not null
        && wanted.Length > 0
        && Conflict(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(taken), wanted);

    private bool Conflict(ReadOnlySpan<int> taken, int[] wanted)
    {
        foreach (var mine in wanted)
        foreach (var theirs in taken)
        {
            var (a, b) = (_tables.Problem.Ports[mine], _tables.Problem.Ports[theirs]);
            if (a.Port == b.Port && a.Protocol == b.Protocol && (a.Ip == b.Ip || IsAny(a.Ip) || IsAny(b.Ip)))
                return true;
        }
        return false;
    }

    private static bool IsAny(string ip) => ip is "0.0.0.0" or "::";

    private void OpenNode(int node, NodeSpec spec)
    {
        var left = NodeLeft.AsSpan(node * _resources, _resources);
        spec.Available.CopyTo(left);
        NodeClosed[node] = spec.IsClosed;
        if (spec.Ports.Length > 0)
            _nodePorts[node] = [.. spec.Ports];
        if (spec.Volumes.Length > 0)
        {
            var volumes = _nodeVolumes[node] = [];
            foreach (var use in spec.Volumes)
                volumes[use.Driver] = [.. use.Claims];
        }
        Span<long> reserve = stackalloc long[_resources];
        reserve.Clear();
        foreach (var daemon in _tables.Problem.Daemons)
            if (
                _tables.Tolerates(spec.Taints, daemon.Tolerations)
                && _tables.Sets.Compatible(spec.Set, daemon.Terms[0].Set, allowWellKnown: false)
                && _tables.AllowsHost(daemon.Terms[0].HostRow, spec.Host)
            )
                for (var resource = 0; resource < _resources; resource++)
                    reserve[resource] = Math.Min(
                        reserve[resource] + daemon.Requests[resource],
                        Lowering.ResourceScale.Unfit
                    );
        for (var resource = 0; resource < _resources; resource++)
        {
            // An amount the node does not list stays absent: reserving from it must not close the node.
            if (left[resource] == 0)
                continue;
            left[resource] -= Math.Max(0, reserve[resource] - spec.DaemonsBound[resource]);
            if (left[resource] < 0)
                NodeClosed[node] = true;
        }
    }

    /// <summary>Pessimistic: the claim may turn out to be any of its shapes, so the largest counts.</summary>
    private void ReserveLimit(int pool, ReadOnlySpan<ulong> shapes)
    {
        for (var resource = 0; resource < _resources; resource++)
        {
            if (PoolLeft[pool][resource] is not { } left)
                continue;
            long largest = 0;
            for (var shape = BitRow.Next(shapes, 0); shape >= 0; shape = BitRow.Next(shapes, shape + 1))
                largest = Math.Max(largest, _tables.Problem.Types[_tables.TypeOf[shape]].Capacity[resource]);
            PoolLeft[pool][resource] = left - largest;
        }
    }

    private Verdict TryReserve(int claim)
    {
        _trialReserved.Clear();
        var any = false;
        var held = claim < Claims ? ClaimReserved[claim] : null;
        for (var shape = BitRow.Next(_trialShapes, 0); shape >= 0; shape = BitRow.Next(_trialShapes, shape + 1))
            foreach (var offering in _tables.Offerings[shape])
            {
                var id = offering.Reservation;
                if (id < 0 || !_tables.Sets.Compatible(_trialSet, offering.Set, allowWellKnown: true))
                    continue;
                any = true;
                if ((held?.Contains(id) == true || ReservationLeft[id] > 0) && !_trialReserved.Contains(id))
                    _trialReserved.Add(id);
            }
        if (!_tables.Problem.StrictReserved || _trialReserved.Count > 0)
            return Verdict.Fits;
        return any || held is { Count: > 0 } ? Verdict.Reserved : Verdict.Fits;
    }

    private void Reserve(int claim)
    {
        var held = ClaimReserved[claim];
        foreach (var id in _trialReserved)
            if (held?.Contains(id) != true)
                ReservationLeft[id]--;
        if (held is not null)
            foreach (var id in held)
                if (!_trialReserved.Contains(id))
                    ReservationLeft[id]++;
        ClaimReserved[claim] = _trialReserved.Count == 0 ? null : [.. _trialReserved];
    }

    private void Grow()
    {
        if (_claimShapes.Length < Claims * _words || _claimTotals.Length < Claims * _resources)
        {
            var room = Math.Max(FirstClaims, Claims * 2);
            Array.Resize(ref _claimShapes, room * _words);
            Array.Resize(ref _claimTotals, room * _resources);
        }
        if (Claims <= ClaimPool.Length)
            return;
        var size = Claims * 2;
        ClaimPool = Resized(ClaimPool, size);
        ClaimSet = Resized(ClaimSet, size);
        ClaimPods = Resized(ClaimPods, size);
        ClaimRelaxed = Resized(ClaimRelaxed, size);
        ClaimReserved = Resized(ClaimReserved, size);
        _claimPorts = Resized(_claimPorts, size);
        if (_labelsOnClaim is not null)
            _labelsOnClaim = Resized(_labelsOnClaim, size);
    }

    private static T[] Resized<T>(T[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}

using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Upstream's plan: pods in queue order, each to the first existing node that takes it, else to the claim with the
/// fewest pods, else to a new claim of the heaviest pool; preferences are given up one by one before a pod is put back.
/// It is done when the queue has gone round once without a placement. A class remembers which places can never take it
/// again, so that identical pods ask each place once.
/// </summary>
internal sealed class Greedy
{
    /// <summary>Pods between two looks at the shell's watch.</summary>
    private const int Patience = 64;

    private readonly Tables _tables;
    private readonly Problem _problem;
    private readonly Packing _packing;
    private readonly ClaimOrder _order = new();
    private readonly Memory?[][] _memories;
    private readonly int[] _failedAt;
    private readonly Verdict[] _failure;
    private readonly Assignment _assignment;
    private readonly ulong[] _candidateNodes;
    private ulong[] _candidateClaims = [];
    private int _version;

    /// <summary>What a variant of a class has learnt.</summary>
    private sealed class Memory(int nodes)
    {
        public readonly ulong[] DeadNodes = new ulong[BitRow.Words(nodes)];
        public ulong[] DeadClaims = new ulong[1];
    }

    public Greedy(Tables tables)
    {
        _tables = tables;
        _problem = tables.Problem;
        _packing = new(tables);
        _memories = [.. tables.Classes.Select(it => new Memory?[it.Spec.Variants.Length])];
        _failedAt = new int[tables.Classes.Length];
        _failure = new Verdict[tables.Classes.Length];
        Array.Fill(_failedAt, -1);
        _assignment = new(_problem.Pods.Length);
        _candidateNodes = new ulong[BitRow.Words(_problem.Nodes.Length)];
    }

    public Packing Packing => _packing;

    public Assignment Run(Func<bool>? shouldStop)
    {
        var queue = new PodQueue(_problem.Pods.Length);
        var (tick, turn) = (0, 0);
        while (queue.TryPeek(out var pod))
        {
            if (shouldStop is not null && ++tick % Patience == 0 && shouldStop())
            {
                _assignment.TimedOut = true;
                break;
            }
            var id = _problem.Pods[pod].Class;
            if (_failedAt[id] != _version)
            {
                _failure[id] = Place(pod, id);
                if (_failure[id] == Verdict.Fits)
                {
                    _assignment.TurnOf[pod] = turn++;
                    queue.Drop();
                    _version++;
                    continue;
                }
                _failedAt[id] = _version;
            }
            // Nothing was placed since a pod of this class failed, so this one fails too.
            _assignment.Verdicts[pod] = _failure[id];
            queue.PutBack();
        }
        return _assignment;
    }

    private Verdict Place(int pod, int id)
    {
        var pods = _tables.Classes[id];
        if (pods.Spec.HasResourceClaims && _problem.IgnoreResourceClaims)
            return Verdict.Never;
        for (var variant = 0; variant < pods.Spec.Variants.Length; variant++)
        {
            var verdict = Place(pod, pods, id, variant);
            if (verdict == Verdict.Fits)
                _assignment.VariantOf[pod] = variant;
            if (verdict is Verdict.Fits or Verdict.Reserved)
                return verdict;
        }
        return Verdict.NotNow;
    }

    private Verdict Place(int pod, ClassTable pods, int id, int index)
    {
        var variant = pods.Spec.Variants[index];
        var memory = _memories[id][index] ??= new(_problem.Nodes.Length);
        if (TryNodes(pods, variant, memory) is var node and >= 0)
        {
            _packing.AddToNode(node, pods, variant);
            _assignment.NodeOf[pod] = node;
            return Verdict.Fits;
        }
        if (TryClaims(pods, variant, memory) is var claim and >= 0)
        {
            _packing.AddToClaim(claim, pods, variant);
            _order.Move(claim, _packing.ClaimPods[claim] - 1, _packing.ClaimPods[claim]);
            _assignment.ClaimOf[pod] = claim;
            return Verdict.Fits;
        }
        for (var pool = 0; pool < _tables.Pools.Length; pool++)
        {
            var verdict = _packing.TryNew(pool, pods, variant);
            if (verdict == Verdict.Reserved)
                return verdict;
            if (verdict != Verdict.Fits)
                continue;
            var opened = _packing.Open(pool, pods, variant);
            _order.Add(opened, 1);
            _assignment.ClaimOf[pod] = opened;
            return Verdict.Fits;
        }
        return Verdict.NotNow;
    }

    private int TryNodes(ClassTable pods, VariantSpec variant, Memory memory)
    {
        var nodes = _problem.Nodes.Length;
        if (nodes == 0)
            return -1;
        var candidates = _candidateNodes.AsSpan();
        for (var word = 0; word < candidates.Length; word++)
            candidates[word] = ~memory.DeadNodes[word];
        if ((nodes & 63) != 0)
            candidates[^1] &= (1UL << (nodes & 63)) - 1;
        _packing.Index.Narrow(candidates, nodes: true, _packing.Topology, pods, variant);
        for (var node = BitRow.Next(candidates, 0); node >= 0; node = BitRow.Next(candidates, node + 1))
        {
            var verdict = _packing.TryNode(node, pods, variant);
            if (verdict == Verdict.Fits)
                return node;
            if (verdict == Verdict.Never)
                BitRow.Add(memory.DeadNodes, node);
        }
        return -1;
    }

    private int TryClaims(ClassTable pods, VariantSpec variant, Memory memory)
    {
        var words = BitRow.Words(_packing.Claims);
        if (words == 0)
            return -1;
        if (memory.DeadClaims.Length < words)
            Array.Resize(ref memory.DeadClaims, _order.Words);
        if (_candidateClaims.Length < _order.Words)
            _candidateClaims = new ulong[_order.Words];
        var candidates = _candidateClaims.AsSpan(0, _order.Words);
        candidates.Clear();
        for (var word = 0; word < words; word++)
            candidates[word] = ~memory.DeadClaims[word];
        _packing.Index.Narrow(candidates[..words], nodes: false, _packing.Topology, pods, variant);
        var cursor = _order.Start(candidates);
        while (cursor.Next())
        {
            var verdict = _packing.TryClaim(cursor.Claim, pods, variant);
            if (verdict == Verdict.Fits)
                return cursor.Claim;
            if (verdict == Verdict.Never)
                BitRow.Add(memory.DeadClaims, cursor.Claim);
        }
        return -1;
    }
}

/// <summary>Where each pod went: a node, a claim, or nowhere (−1 in both).</summary>
internal sealed class Assignment
{
    public Assignment(int pods)
    {
        NodeOf = new int[pods];
        ClaimOf = new int[pods];
        VariantOf = new int[pods];
        TurnOf = new int[pods];
        Verdicts = new Verdict[pods];
        Array.Fill(NodeOf, -1);
        Array.Fill(ClaimOf, -1);
    }

    public int[] NodeOf { get; }
    public int[] ClaimOf { get; }

    /// <summary>How far each placed pod was relaxed.</summary>
    public int[] VariantOf { get; }

    /// <summary>When each placed pod got its place: an order in which they can be bound.</summary>
    public int[] TurnOf { get; }

    /// <summary>For pods without a place, why; <see cref="Verdict.Fits"/> when they were never tried.</summary>
    public Verdict[] Verdicts { get; }

    public bool TimedOut { get; set; }

    public bool IsPlaced(int pod) => NodeOf[pod] >= 0 || ClaimOf[pod] >= 0;
}

/// <summary>Pods in order, those that failed at the end; empty once it has gone round without a change.</summary>
internal sealed class PodQueue
{
    private readonly int[] _ring;
    private readonly int[] _lengthWhenPutBack;
    private int _head;
    private int _count;

    public PodQueue(int pods)
    {
        _ring = new int[Math.Max(1, pods)];
        _lengthWhenPutBack = new int[pods];
        _count = pods;
        for (var pod = 0; pod < pods; pod++)
            _ring[pod] = pod;
    }

    public bool TryPeek(out int pod)
    {
        pod = _count == 0 ? -1 : _ring[_head];
        return pod >= 0 && _lengthWhenPutBack[pod] != _count;
    }

    public void Drop()
    {
        _head = (_head + 1) % _ring.Length;
        _count--;
    }

    public void PutBack()
    {
        var pod = _ring[_head];
        Drop();
        _ring[(_head + _count) % _ring.Length] = pod;
        _count++;
        _lengthWhenPutBack[pod] = _count;
    }
}

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// For one shape: its standing verdict about every node, and, where it has topology rules, how many pods each domain
/// holds. Kept up to date pod by pod; counted anew after nodes changed.
/// </summary>
internal sealed class ShapeCounts(PodShape shape)
{
    private long[] _versions = [];
    private Refusal?[] _verdicts = [];

    public PodShape Shape { get; } = shape;
    public bool Stale { get; set; } = true;
    public DomainCounts[] Hard { get; private set; } = [];
    public DomainCounts[] Soft { get; private set; } = [];

    /// <summary>By own required term: pods per domain that every required term matches.</summary>
    public PairCounts[] Affinity { get; private set; } = [];

    /// <summary>By own required anti-affinity term: pods per domain that match it.</summary>
    public PairCounts[] AntiAffinity { get; private set; } = [];

    /// <summary>Pods with a required anti-affinity term against this shape, per (key, value).</summary>
    public PairCounts Repelled { get; private set; } = new();

    /// <summary>Weight of preferred terms, this shape's and others', per (key, value).</summary>
    public PairCounts Pull { get; private set; } = new();

    public ShapeCounts Fresh(SchedulerCache cache)
    {
        if (!Stale)
            return this;
        Stale = false;
        Hard = [.. Shape.HardSpread.Select(rule => new DomainCounts(rule))];
        Soft = [.. Shape.SoftSpread.Select(rule => new DomainCounts(rule))];
        Affinity = [.. Shape.Affinity.Select(_ => new PairCounts())];
        AntiAffinity = [.. Shape.AntiAffinity.Select(_ => new PairCounts())];
        Repelled = new PairCounts();
        Pull = new PairCounts();
        foreach (var row in cache.Rows)
            if (row.Exists)
            {
                foreach (var domain in Hard)
                    domain.Enrol(row, Eligible(domain, row, Hard));
                foreach (var domain in Soft)
                    domain.Enrol(row, Eligible(domain, row, Soft));
                foreach (var count in row.Shapes)
                    Tally(row, count.Shape, count.Pods, count.Staying, cache);
            }
        return this;
    }

    /// <summary>The part of the verdict that only the node object decides; null when it says yes.</summary>
    public Refusal? Standing(NodeRow row)
    {
        if (row.Slot >= _versions.Length)
        {
            Array.Resize(ref _versions, Math.Max(row.Slot + 1, _versions.Length * 2));
            Array.Resize(ref _verdicts, _versions.Length);
        }
        if (_versions[row.Slot] != row.StaticVersion)
        {
            _verdicts[row.Slot] = NodeFilters.Standing(Shape.Spec, row.Node!);
            _versions[row.Slot] = row.StaticVersion;
        }
        return _verdicts[row.Slot];
    }

    public void Moved(PlacedPod placed, int sign, SchedulerCache cache)
    {
        if (!Stale && placed.Node.Exists)
            Tally(placed.Node, placed.Shape, sign, placed.Leaving ? 0 : sign, cache);
    }

    public void Left(PlacedPod placed)
    {
        if (Stale || !placed.Node.Exists)
            return;
        foreach (var domain in Hard)
            domain.Count(placed.Node, Shape, placed.Shape, -1);
        foreach (var domain in Soft)
            domain.Count(placed.Node, Shape, placed.Shape, -1);
    }

    private void Tally(NodeRow row, PodShape other, int pods, int staying, SchedulerCache cache)
    {
        foreach (var domain in Hard)
            domain.Count(row, Shape, other, staying);
        foreach (var domain in Soft)
            domain.Count(row, Shape, other, staying);
        if (!Shape.HasTerms && !other.HasTerms)
            return;
        var labels = row.Node!.Metadata.Labels;
        Func<string, IReadOnlyDictionary<string, string>> namespaces = cache.LabelsOfNamespace;
        if (Shape.Affinity.Length > 0 && Shape.Affinity.All(rule => rule.Matches(other, namespaces)))
            for (var i = 0; i < Affinity.Length; i++)
                Affinity[i].Add(Shape.Affinity[i].TopologyKey, labels, pods);
        for (var i = 0; i < AntiAffinity.Length; i++)
            if (Shape.AntiAffinity[i].Matches(other, namespaces))
                AntiAffinity[i].Add(Shape.AntiAffinity[i].TopologyKey, labels, pods);
        foreach (var rule in other.AntiAffinity)
            if (rule.Matches(Shape, namespaces))
                Repelled.Add(rule.TopologyKey, labels, pods);
        foreach (var rule in Shape.Preferred)
            if (rule.Matches(other, namespaces))
                Pull.Add(rule.TopologyKey, labels, pods * rule.Weight);
        foreach (var rule in other.Preferred)
            if (rule.Matches(Shape, namespaces))
                Pull.Add(rule.TopologyKey, labels, pods * rule.Weight);
        foreach (var rule in other.Affinity)
            if (rule.Matches(Shape, namespaces))
                Pull.Add(rule.TopologyKey, labels, pods * rule.Weight);
    }

    private bool Eligible(DomainCounts domain, NodeRow row, DomainCounts[] together)
    {
        var node = row.Node!;
        foreach (var other in together)
            if (!node.Metadata.Labels.ContainsKey(other.Rule.TopologyKey))
                return false;
        if (domain.Rule.HonorsAffinity && !Matching.NodeAffinity(Shape.Spec, node))
            return false;
        return !domain.Rule.HonorsTaints || Matching.Untolerated(node.Spec.Taints, Shape.Spec.Tolerations) is null;
    }
}

/// <summary>Pods per domain of one spread rule, over the nodes that the rule counts.</summary>
internal sealed class DomainCounts(SpreadRule rule)
{
    private readonly Dictionary<string, int> _domains = new(StringComparer.Ordinal);
    private readonly List<int> _pods = [];
    private int[] _domainOf = [];
    private int _least;
    private bool _leastKnown;

    public SpreadRule Rule { get; } = rule;
    public int Domains => _pods.Count;

    public void Enrol(NodeRow row, bool eligible)
    {
        if (row.Slot >= _domainOf.Length)
        {
            var before = _domainOf.Length;
            Array.Resize(ref _domainOf, Math.Max(row.Slot + 1, before * 2));
            Array.Fill(_domainOf, -1, before, _domainOf.Length - before);
        }
        if (!eligible)
            return;
        var value = row.Node!.Metadata.Labels[Rule.TopologyKey];
        if (!_domains.TryGetValue(value, out var domain))
        {
            _domains[value] = domain = _pods.Count;
            _pods.Add(0);
        }
        _domainOf[row.Slot] = domain;
        _leastKnown = false;
    }

    public void Count(NodeRow row, PodShape owner, PodShape other, int pods)
    {
        if (pods == 0 || row.Slot >= _domainOf.Length || _domainOf[row.Slot] < 0 || !Rule.Matches(owner, other))
            return;
        _pods[_domainOf[row.Slot]] += pods;
        _leastKnown = false;
    }

    /// <summary>The rule counts this node, which therefore has its label.</summary>
    public bool Counts(NodeRow row) => row.Slot < _domainOf.Length && _domainOf[row.Slot] >= 0;

    /// <summary>Matching pods in the node's domain; zero where the node is not counted but has the label.</summary>
    public int In(NodeRow row)
    {
        if (row.Slot < _domainOf.Length && _domainOf[row.Slot] >= 0)
            return _pods[_domainOf[row.Slot]];
        return
            row.Node!.Metadata.Labels.TryGetValue(Rule.TopologyKey, out var value)
            && _domains.TryGetValue(value, out var domain)
            ? _pods[domain]
            : 0;
    }

    /// <summary>Pods in the emptiest domain; zero while there are fewer domains than the rule asks for.</summary>
    public int Least()
    {
        if (_leastKnown)
            return _least;
        _leastKnown = true;
        _least = _pods.Count == 0 ? 0 : int.MaxValue;
        foreach (var pods in _pods)
            _least = Math.Min(_least, pods);
        if (_pods.Count < Rule.MinDomains)
            _least = 0;
        return _least;
    }
}

/// <summary>Numbers per topology key and value.</summary>
internal sealed class PairCounts
{
    private readonly Dictionary<(string Key, string Value), long> _numbers = [];

    public bool IsEmpty => _numbers.Count == 0;

    public void Add(string key, IReadOnlyDictionary<string, string> labels, long number)
    {
        if (!labels.TryGetValue(key, out var value))
            return;
        var sum = _numbers.GetValueOrDefault((key, value)) + number;
        if (sum == 0)
            _numbers.Remove((key, value));
        else
            _numbers[(key, value)] = sum;
    }

    public long Of(string key, IReadOnlyDictionary<string, string> labels) =>
        labels.TryGetValue(key, out var value) ? _numbers.GetValueOrDefault((key, value)) : 0;

    /// <summary>The sum over all pairs that the node's labels show.</summary>
    public long Over(IReadOnlyDictionary<string, string> labels)
    {
        long sum = 0;
        foreach (var ((key, value), number) in _numbers)
            if (labels.TryGetValue(key, out var actual) && actual == value)
                sum += number;
        return sum;
    }
}

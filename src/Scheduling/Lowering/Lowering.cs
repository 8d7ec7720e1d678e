using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// From the API world to plain numbers. Everything that costs strings happens here, once per distinct thing.
/// </summary>
public sealed class Lowering
{
    /// <summary>Relaxation steps remembered for one class; a pod with more preferences keeps the rest.</summary>
    private const int MostVariants = 256;

    private readonly SchedulingInput _input;
    private readonly SchedulingSession _session;
    private readonly LoweredCatalogue _catalogue;
    private readonly Vocabulary _vocabulary;
    private readonly LabelClasses _labelClasses = new();
    private ResourceScale _scale;
    private readonly List<Template> _templates;
    private readonly Groups _groups;
    private readonly DefaultSpread _defaultSpread;
    private readonly bool _toleratePreferNoSchedule;
    private readonly List<Pod> _representatives = [];
    private readonly List<ResourceList> _requests = [];

    private Lowering(SchedulingInput input, SchedulingSession session)
    {
        _input = input;
        _session = session;
        _templates = Template.Ordered(input.Pools);
        _catalogue = session.CatalogueOf(_templates.ConvertAll(it => it.Types));
        _vocabulary = _catalogue.Vocabulary();
        _scale = _catalogue.Scale();
        _toleratePreferNoSchedule = _templates.Exists(it => it.Taints.Any(taint => taint.Effect == "PreferNoSchedule"));
        _defaultSpread = new(input.Options.DefaultSpread, input.Lookup);
        _groups = new(
            input,
            _vocabulary,
            _labelClasses,
            new Universe(_templates, _vocabulary),
            session.Bound.Of(input.Lookup.BoundPods)
        );
    }

    public static Lowered From(SchedulingInput input) => From(input, new SchedulingSession());

    internal static Lowered From(SchedulingInput input, SchedulingSession session) =>
        new Lowering(input, session).Lower();

    private Lowered Lower()
    {
        var classOf = Classify();
        NodeState[] nodes =
        [
            .. _input.Nodes.OrderByDescending(it => it.IsInitialized).ThenBy(it => it.Name, StringComparer.Ordinal),
        ];
        MeasureQuantities(nodes);

        // From here on the scale is the catalogue's own object, which what is remembered of nodes is tied to.
        (var types, var shapes, _scale) = _catalogue.In(_scale);
        PoolSpec[] pools = [.. _templates.Select((it, index) => LowerPool(it, _catalogue.PoolTypes[index]))];
        DaemonSpec[] daemons = [.. Daemons().Select(LowerDaemon)];
        var variants = new Pod[_representatives.Count][];
        var classes = new ClassSpec[_representatives.Count];
        for (var id = 0; id < classes.Length; id++)
            classes[id] = LowerClass(id, out variants[id]);
        foreach (var key in _input.Options.WellKnown.Keys)
            _ = _vocabulary.Key(key);
        var groups = _groups.Count(_input.Pods.Select(it => it.Metadata.Uid ?? "").ToHashSet(StringComparer.Ordinal));
        Model.NodeSpec[] nodeSpecs = [.. nodes.Select(LowerNode)];
        var order = QueueOrder(classOf, classes);
        var capacityType = _vocabulary.Key(WellKnownLabels.CapacityType);
        var reserved = _vocabulary.Value(capacityType, CapacityTypes.Reserved);

        var problem = new Problem
        {
            Keys = _vocabulary.AllKeys(),
            Values = _vocabulary.AllValues(),
            HostnameKey = _vocabulary.HostnameKey,
            WellKnownKeys = [.. _input.Options.WellKnown.Keys.Select(_vocabulary.Key).Distinct().Order()],
            CapacityTypeKey = capacityType,
            ReservedValue = reserved,
            Rows = _vocabulary.AllRows(),
            Sets = _vocabulary.AllSets(),
            Resources = _scale.All(),
            TaintLists = _vocabulary.AllTaints(),
            TolerationLists = _vocabulary.AllTolerations(),
            Ports = _vocabulary.AllPorts(),
            Drivers = _vocabulary.AllDrivers(),
            Reservations = _catalogue.Reservations,
            Types = types,
            Pools = pools,
            Daemons = daemons,
            Nodes = nodeSpecs,
            Groups = groups,
            LabelClasses = _labelClasses.Count,
            Classes = classes,
            Pods = [.. order.Select(at => new Model.PodSpec(NameOf(_input.Pods[at]), classOf[at]))],
            BestEffortMinValues = _input.Options.MinValues == MinValuesPolicy.BestEffort,
            StrictReserved = _input.Options.Reserved == ReservedMode.Strict,
            ReservedCapacity = _input.Options.ReservedCapacity,
            IgnoreResourceClaims = _input.Options.IgnoreResourceClaims,
            MaxInstanceTypes = _input.Options.MaxInstanceTypes,
        };
        return new(
            problem,
            _input,
            _templates,
            _catalogue.Types,
            nodes,
            [.. order.Select(at => _input.Pods[at])],
            variants,
            _requests,
            shapes
        );
    }

    private static string NameOf(Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";

    /// <summary>The class of each pod, in input order; the first pod of a class represents it.</summary>
    private int[] Classify()
    {
        var key = new ClassKey();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var classOf = new int[_input.Pods.Length];
        for (var at = 0; at < classOf.Length; at++)
        {
            var pod = _input.Pods[at];
            var text = key.Of(pod, withOwner: !_defaultSpread.IsEmpty);
            if (!bySpan.TryGetValue(text, out var id))
            {
                bySpan[text] = id = _representatives.Count;
                var representative = _defaultSpread.Inject(pod);
                _representatives.Add(representative);
                _requests.Add(PodResources.RequestsWithSlot(representative));
            }
            classOf[at] = id;
        }
        return classOf;
    }

    private void MeasureQuantities(NodeState[] nodes)
    {
        foreach (var requests in _requests)
            _scale.See(requests);
        foreach (var daemon in Daemons())
            _scale.See(PodResources.RequestsWithSlot(daemon));
        var measures = new HashSet<NodeMeasure>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
            if (_session.Nodes.Of(node).Measure is var measure && measures.Add(measure))
                foreach (var (name, unit) in measure.Units)
                    _scale.See(name, unit);
        foreach (var template in _templates)
            if (template.Pool.Spec.Limits is { } limits)
                _scale.See(limits);
    }

    private IEnumerable<Pod> Daemons() =>
        _input.DaemonSetPods.Where(pod => !(_input.Options.IgnoreResourceClaims && pod.HasResourceClaims));

    private PoolSpec LowerPool(Template template, int[] types)
    {
        var left = new long?[_scale.Count];
        long? nodesLeft = null;
        var name = template.Pool.Metadata.Name ?? "";
        foreach (var (resource, limit) in template.Pool.Spec.Limits ?? ResourceList.Empty)
        {
            var used = Used(name, resource);
            if (resource == "nodes")
            {
                nodesLeft = (limit - used).ToUnits();
                continue;
            }
            var id = _scale.IndexOf(resource);
            left[id] = _scale.Scale(id, limit - used, ResourceScale.LargestCapacity);
        }
        return new(
            name,
            _vocabulary.Set(template.Requirements),
            _vocabulary.Taints(template.Taints),
            types,
            left,
            nodesLeft
        );
    }

    private Quantity Used(string pool, string resource)
    {
        if (_input.UsedByPool.TryGetValue(pool, out var told))
            return told.Of(resource);
        var own = _input.Nodes.Where(node => node.NodePool == pool);
        return resource == "nodes"
            ? Quantity.FromUnits(own.Count())
            : own.Aggregate(Quantity.Zero, (sum, node) => sum + node.Capacity.Of(resource));
    }

    private DaemonSpec LowerDaemon(Pod pod)
    {
        var selector = PodRequirements.FromSelector(pod.Spec.NodeSelector);
        var required = pod.Spec.Affinity?.NodeAffinity?.Required?.NodeSelectorTerms ?? [];
        SelectorSpec[] terms =
            required.Count == 0
                ? [_vocabulary.Selector(selector)]
                :
                [
                    .. required.Select(term =>
                        _vocabulary.Selector(selector.Add(PodRequirements.FromExpressions(term.MatchExpressions)))
                    ),
                ];
        var forTemplates = new Toleration { Operator = "Exists", Effect = "PreferNoSchedule" };
        return new(
            NameOf(pod),
            _vocabulary.TolerationList(pod.Spec.Tolerations),
            _vocabulary.TolerationList([.. pod.Spec.Tolerations, forTemplates]),
            terms,
            _scale.Requests(PodResources.RequestsWithSlot(pod)),
            _vocabulary.Ports(pod)
        );
    }

    private Model.NodeSpec LowerNode(NodeState node)
    {
        var memo = _session.Nodes.Of(node);
        var (available, daemons) = memo.In(_scale, node);
        return new(
            node.Name,
            _vocabulary.LabelSet(memo.Labels),
            _vocabulary.Value(_vocabulary.HostnameKey, node.HostName),
            _vocabulary.Taints(node.Taints),
            available,
            daemons,
            memo.Ports.Length == 0 ? [] : [.. memo.Ports.Select(_vocabulary.Port)],
            VolumeUse(node, memo),
            memo.IsClosed
        );
    }

    private VolumeUseSpec[] VolumeUse(NodeState node, NodeMemo memo)
    {
        if (node.VolumeLimits.Count == 0)
            return [];
        var attached = memo
            .WithVolumes.SelectMany(pod => VolumeTopology.Attachments(pod, _input.Lookup))
            .ToLookup(it => it.Driver, it => _vocabulary.VolumeClaim(it.Claim), StringComparer.Ordinal);
        return
        [
            .. node
                .VolumeLimits.OrderBy(it => it.Key, StringComparer.Ordinal)
                .Select(it => new VolumeUseSpec(
                    _vocabulary.Driver(it.Key),
                    it.Value,
                    [.. attached[it.Key].Distinct().Order()]
                )),
        ];
    }

    private ClassSpec LowerClass(int id, out Pod[] variants)
    {
        var pod = _representatives[id];
        var steps = new List<Pod> { pod };
        while (steps.Count < MostVariants && Relaxation.Next(steps[^1], _toleratePreferNoSchedule) is { } relaxed)
            steps.Add(relaxed);
        variants = [.. steps];
        var attachments = VolumeTopology
            .Attachments(pod, _input.Lookup)
            .GroupBy(it => it.Driver, it => _vocabulary.VolumeClaim(it.Claim), StringComparer.Ordinal)
            .Select(it => new VolumeUseSpec(_vocabulary.Driver(it.Key), null, [.. it.Distinct().Order()]));
        return new(
            _scale.Requests(_requests[id]),
            _labelClasses.Of(pod),
            _vocabulary.Ports(pod),
            [.. VolumeTopology.Alternatives(pod, _input.Lookup).Select(_vocabulary.Selector)],
            [.. attachments],
            pod.HasResourceClaims,
            [.. steps.Select(step => LowerVariant(step, pod))]
        );
    }

    private VariantSpec LowerVariant(Pod pod, Pod written)
    {
        var strict = _vocabulary.Selector(PodRequirements.Strict(pod));
        var full =
            _input.Options.Preferences == PreferencePolicy.Ignore
                ? strict
                : _vocabulary.Selector(PodRequirements.Preferred(pod));
        var tolerations = _vocabulary.TolerationList(pod.Spec.Tolerations);
        return new(
            full,
            strict,
            tolerations,
            _groups.Direct(pod, written, tolerations),
            _groups.Inverse(pod, tolerations)
        );
    }

    /// <summary>Largest cpu first, then largest memory, then the oldest, then by UID: upstream's total order.</summary>
    private int[] QueueOrder(int[] classOf, ClassSpec[] classes)
    {
        var (cpu, memory) = (_scale.IndexOf("cpu"), _scale.IndexOf("memory"));
        var order = new int[classOf.Length];
        for (var at = 0; at < order.Length; at++)
            order[at] = at;
        Array.Sort(
            order,
            (a, b) =>
            {
                if (classOf[a] != classOf[b])
                {
                    var (left, right) = (classes[classOf[a]].Requests, classes[classOf[b]].Requests);
                    if (cpu >= 0 && left[cpu] != right[cpu])
                        return right[cpu].CompareTo(left[cpu]);
                    if (memory >= 0 && left[memory] != right[memory])
                        return right[memory].CompareTo(left[memory]);
                }
                var (first, second) = (_input.Pods[a].Metadata, _input.Pods[b].Metadata);
                var byAge = Nullable.Compare(first.CreationTimestamp, second.CreationTimestamp);
                if (byAge != 0)
                    return byAge;
                var byUid = string.CompareOrdinal(first.Uid, second.Uid);
                return byUid != 0 ? byUid : a.CompareTo(b);
            }
        );
        return order;
    }
}

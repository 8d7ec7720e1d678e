using System.Runtime.InteropServices;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
using Tenon.Scheduling.Model;
using Tenon.Scheduling.Topology;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// The topology groups of all pods (scheduling specification §8). Two constraints share a group when everything that
/// counting looks at is equal. Unlike upstream, that includes minDomains and the values of the node filter, so that
/// each constraint is judged by its own words, and the groups of relaxed variants exist from the start, so that they
/// count every placement.
/// </summary>
internal sealed class Groups(
    SchedulingInput input,
    Vocabulary vocabulary,
    LabelClasses labelClasses,
    Universe universe,
    BoundPodList boundPods
)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<Draft> _drafts = [];
    private readonly bool _respect = input.Options.Preferences == PreferencePolicy.Respect;
    private IReadOnlyList<Namespace>? _namespaces;

    /// <summary>A group that is still being counted.</summary>
    private sealed class Draft
    {
        public required GroupKind Kind { get; init; }
        public required string Key { get; init; }
        public required IReadOnlySet<string> Namespaces { get; init; }
        public required PodSelector Selector { get; init; }
        public required Universe.Domains Universe { get; init; }
        public bool IsInverse { get; init; }
        public int MaxSkew { get; init; } = int.MaxValue;
        public int? MinDomains { get; init; }
        public FilterSpec? Filter { get; init; }

        /// <summary>Pods counted per domain; put in order when everything is counted.</summary>
        public Dictionary<int, int> Domains { get; } = [];

        public int[] Selects { get; set; } = [];
    }

    /// <summary>
    /// The groups that constrain a pod as it stands, in the order of its terms. Spreads count the nodes that the pod
    /// allows as it is written, with the alternatives it has given up.
    /// </summary>
    public int[] Direct(Pod pod, Pod written, int tolerations)
    {
        var owned = new List<int>();
        foreach (var spread in pod.Spec.TopologySpreadConstraints)
            if (_respect || spread.WhenUnsatisfiable == "DoNotSchedule")
                owned.Add(Spread(pod, written, spread, tolerations));
        if (pod.Spec.Affinity is { PodAffinity: { } together })
        {
            foreach (var term in together.Required)
                owned.Add(Affinity(GroupKind.Affinity, false, pod, term, tolerations));
            if (_respect)
                foreach (var term in together.Preferred)
                    owned.Add(Affinity(GroupKind.Affinity, false, pod, term.Term, tolerations));
        }
        if (pod.Spec.Affinity is { PodAntiAffinity: { } apart })
        {
            foreach (var term in apart.Required)
                owned.Add(Affinity(GroupKind.AntiAffinity, false, pod, term, tolerations));
            if (_respect)
                foreach (var term in apart.Preferred)
                    owned.Add(Affinity(GroupKind.AntiAffinity, false, pod, term.Term, tolerations));
        }
        return [.. owned.Distinct()];
    }

    /// <summary>The groups through which a pod's required anti-affinity keeps others away from it.</summary>
    public int[] Inverse(Pod pod, int tolerations) =>
        [
            .. (pod.Spec.Affinity?.PodAntiAffinity?.Required ?? [])
                .Select(term => Affinity(GroupKind.AntiAffinity, true, pod, term, tolerations))
                .Distinct(),
        ];

    /// <summary>Counts the pods that are bound already, then lists the groups.</summary>
    public GroupSpec[] Count(IReadOnlySet<string> batch)
    {
        var bound = CountCarriers(batch);
        foreach (var draft in _drafts)
            draft.Selects = labelClasses.Selected(draft.Namespaces, draft.Selector);
        foreach (var node in input.Nodes)
            RegisterNode(node);
        CountBound(bound);
        return [.. _drafts.Select(Finish)];
    }

    private GroupSpec Finish(Draft draft)
    {
        var key = vocabulary.Key(draft.Key);
        int[] domains = [.. draft.Domains.Keys.Order()];
        return new(
            draft.Kind,
            draft.IsInverse,
            key,
            draft.MaxSkew,
            draft.MinDomains,
            draft.Filter,
            draft.Selects,
            domains,
            [.. domains.Select(it => draft.Domains[it])]
        );
    }

    private int Spread(Pod pod, Pod written, TopologySpreadConstraint spread, int tolerations)
    {
        var honorTaints = spread.NodeTaintsPolicy == "Honor";
        var honorAffinity = spread.NodeAffinityPolicy != "Ignore";
        var sets = Filters(written);
        var filter = new FilterSpec(honorAffinity ? sets : [], honorAffinity, honorTaints, tolerations);
        if (!honorTaints && honorAffinity && sets.Length == 0)
            filter = null;
        var selector = PodSelector.Of(spread.LabelSelector, pod, spread.MatchLabelKeys, []);
        var domains = honorTaints
            ? universe.Tolerated(spread.TopologyKey, tolerations)
            : universe.All(spread.TopologyKey);
        return Intern(
            new Draft
            {
                Kind = GroupKind.Spread,
                Key = spread.TopologyKey,
                MaxSkew = spread.MaxSkew,
                MinDomains = spread.MinDomains,
                Filter = filter,
                Namespaces = new SortedSet<string>(StringComparer.Ordinal) { pod.Metadata.Namespace ?? "" },
                Selector = selector,
                Universe = domains,
            }
        );
    }

    private int Affinity(GroupKind kind, bool inverse, Pod pod, PodAffinityTerm term, int tolerations)
    {
        var selector = PodSelector.Of(term.LabelSelector, pod, term.MatchLabelKeys, term.MismatchLabelKeys);
        return Intern(
            new Draft
            {
                Kind = kind,
                IsInverse = inverse,
                Key = term.TopologyKey,
                Namespaces = NamespacesOf(pod, term),
                Selector = selector,
                Universe = universe.Tolerated(term.TopologyKey, tolerations),
            }
        );
    }

    private int Intern(Draft draft)
    {
        var filter = draft.Filter is not { } it
            ? ""
            : string.Join(',', it.Sets.Select(set => $"{set.Set}/{set.HostRow}"))
                + $"|{it.HonorAffinity}|{it.HonorTaints}|{(it.HonorTaints ? it.Tolerations : -1)}";
        var identity = string.Join(
            '\u0001',
            draft.Kind,
            draft.IsInverse,
            draft.Key,
            draft.MaxSkew,
            draft.MinDomains,
            filter,
            string.Join(',', draft.Namespaces),
            draft.Selector.Identity,
            draft.Universe.Identity
        );
        if (_ids.TryGetValue(identity, out var known))
            return known;
        _ = vocabulary.Key(draft.Key);
        foreach (var domain in draft.Universe.Values)
            draft.Domains.Add(domain, 0);
        _drafts.Add(draft);
        _ids.Add(identity, _drafts.Count - 1);
        return _drafts.Count - 1;
    }

    /// <summary>
    /// The node selector with each required term, as alternatives; none when the pod asks for nothing.
    /// </summary>
    private SelectorSpec[] Filters(Pod pod)
    {
        var selector = PodRequirements.FromSelector(pod.Spec.NodeSelector);
        if (pod.Spec.Affinity?.NodeAffinity?.Required is { NodeSelectorTerms: { Count: > 0 } terms })
            return
            [
                .. terms.Select(term =>
                    vocabulary.Selector(selector.Add(PodRequirements.FromExpressions(term.MatchExpressions)))
                ),
            ];
        return selector.Count == 0 ? [] : [vocabulary.Selector(selector)];
    }

    private SortedSet<string> NamespacesOf(Pod pod, PodAffinityTerm term)
    {
        var chosen = new SortedSet<string>(term.Namespaces, StringComparer.Ordinal);
        if (term.NamespaceSelector is null)
        {
            if (chosen.Count == 0)
                chosen.Add(pod.Metadata.Namespace ?? "");
            return chosen;
        }
        var selector = PodSelector.Of(term.NamespaceSelector);
        foreach (var space in _namespaces ??= AllNamespaces())
            if (selector.Matches(space.Metadata.Labels))
                chosen.Add(space.Metadata.Name ?? "");
        return chosen;
    }

    /// <summary>
    /// Those the lookup names, and those of pods that it does not (they can only be selected by their name).
    /// </summary>
    private List<Namespace> AllNamespaces()
    {
        var all = input.Lookup.Namespaces.ToList();
        var named = all.Select(it => it.Metadata.Name ?? "").ToHashSet(StringComparer.Ordinal);
        var met = input
            .Pods.Concat(input.Lookup.BoundPods.Select(it => it.Pod))
            .Select(it => it.Metadata.Namespace ?? "");
        foreach (var name in met)
            if (named.Add(name))
                all.Add(
                    new Namespace
                    {
                        Metadata = new ObjectMeta
                        {
                            Name = name,
                            Labels = new Dictionary<string, string> { [WellKnownLabels.NamespaceName] = name },
                        },
                    }
                );
        return all;
    }

    /// <summary>
    /// The label class of every bound pod outside the batch (−1 for the others); those that require anti-affinity get
    /// their inverse groups, filled at the place where they run.
    /// </summary>
    private int[] CountCarriers(IReadOnlySet<string> batch)
    {
        var leaving = boundPods.Among(batch);
        var classOf = new int[boundPods.DistinctLabels];
        Array.Fill(classOf, -1);
        var counted = new int[boundPods.Pods.Count];
        for (var at = 0; at < counted.Length; at++)
        {
            counted[at] = -1;
            if (boundPods.Labels[at] is not (>= 0 and var labels) || leaving.Contains(at))
                continue;
            if (classOf[labels] < 0)
                classOf[labels] = labelClasses.Of(boundPods.Pods[at].Pod);
            counted[at] = classOf[labels];
        }
        var groupsOf = new Dictionary<int, int[]>();
        foreach (var (at, alike) in boundPods.Carriers)
        {
            if (leaving.Contains(at))
                continue;
            var bound = boundPods.Pods[at];
            if (!groupsOf.TryGetValue(alike, out var groups))
                groupsOf[alike] = groups = Inverse(bound.Pod, vocabulary.TolerationList(bound.Pod.Spec.Tolerations));
            foreach (var group in groups)
                if (DomainOf(_drafts[group], bound.NodeName, bound.NodeLabels) is { } domain)
                    Increment(_drafts[group], domain);
        }
        return counted;
    }

    private void CountBound(int[] labelsOf)
    {
        var byLabels = new List<Draft>?[labelClasses.Count];
        foreach (var draft in _drafts)
            if (!draft.IsInverse)
                foreach (var labels in draft.Selects)
                    (byLabels[labels] ??= []).Add(draft);
        var counts = new Dictionary<(Draft, object Labels, object Taints), bool>();
        for (var at = 0; at < labelsOf.Length; at++)
        {
            if (labelsOf[at] is not (>= 0 and var labels) || byLabels[labels] is not { } drafts)
                continue;
            var pod = boundPods.Pods[at];
            foreach (var draft in drafts)
            {
                if (DomainOf(draft, pod.NodeName, pod.NodeLabels) is not { } domain)
                    continue;
                // A node's labels and taints come as the same objects with each of its pods.
                var place = (draft, pod.NodeLabels, pod.NodeTaints);
                if (!counts.TryGetValue(place, out var verdict))
                    counts[place] = verdict = Counts(draft, pod.NodeLabels, pod.NodeTaints);
                if (verdict)
                    Increment(draft, domain);
            }
        }
    }

    /// <summary>A node brings its domain into being, though nothing may run there yet.</summary>
    private void RegisterNode(NodeState node)
    {
        var host = vocabulary.Value(vocabulary.HostnameKey, node.HostName);
        foreach (var draft in _drafts)
        {
            if (draft.Key == WellKnownLabels.Hostname)
                draft.Domains.TryAdd(host, 0);
            else if (
                !draft.IsInverse
                && node.Labels.TryGetValue(draft.Key, out var value)
                && Counts(draft, node.Labels, node.Taints)
            )
                draft.Domains.TryAdd(vocabulary.Value(vocabulary.Key(draft.Key), value), 0);
        }
    }

    private int? DomainOf(Draft draft, string nodeName, IReadOnlyDictionary<string, string> labels)
    {
        if (labels.TryGetValue(draft.Key, out var value))
            return vocabulary.Value(vocabulary.Key(draft.Key), value);
        return draft.Key == WellKnownLabels.Hostname ? vocabulary.Value(vocabulary.HostnameKey, nodeName) : null;
    }

    private bool Counts(Draft draft, IReadOnlyDictionary<string, string> labels, IReadOnlyList<Taint> taints)
    {
        if (draft.Filter is not { } filter)
            return true;
        if (
            filter.HonorTaints
            && !Domain.Pods.Tolerations.Cover(taints, vocabulary.TolerationObjects[filter.Tolerations])
        )
            return false;
        if (!filter.HonorAffinity || filter.Sets.Length == 0)
            return true;
        var have = RequirementSet.FromLabels(labels);
        return filter.Sets.Any(set => have.IsCompatible(vocabulary.Raise(set), LabelSet.None));
    }

    private static void Increment(Draft draft, int domain) =>
        CollectionsMarshal.GetValueRefOrAddDefault(draft.Domains, domain, out _)++;
}

using System.Globalization;
using System.Text;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Names;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Explain;

/// <summary>
/// Why a pod has no place, in upstream's words: the errors of the last, least demanding variant against a new claim of
/// every pool, in the order in which pools are tried. The state asked is the final one; nothing was placed since the
/// pod failed.
/// </summary>
internal sealed class Refusals(Plan plan, LabelSet wellKnown, IReadOnlyList<ResourceList> requests)
{
    private const int RenderedCounts = 25;
    private static readonly Quantity MillionCores = Quantity.FromUnits(1_000_000);

    private readonly Tables _tables = plan.Tables;

    /// <summary>
    /// From a plan alone, as of a saved problem: quantities as their numbers, not as they were written.
    /// </summary>
    public Refusals(Plan plan)
        : this(
            plan,
            LabelSet.None.With(plan.Problem.WellKnownKeys.Select(key => plan.Problem.Keys[key])),
            Requests(plan)
        ) { }

    private readonly Dictionary<int, Reason> _byClass = [];

    public Reason Of(Refused refused)
    {
        switch (refused.Kind)
        {
            case RefusalKind.ReservedOffering:
                return new(
                    "one or more instance types with compatible reserved offerings are available, but could not be reserved",
                    Misfit.ReservedOffering
                );
            case RefusalKind.ResourceClaims:
                return new(
                    "pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter",
                    Misfit.ResourceClaim
                );
            case RefusalKind.MinValuesAfterTruncation:
                return new(Truncated(refused), Misfit.MinValues);
        }
        var id = plan.Problem.Pods[refused.Pod].Class;
        if (!_byClass.TryGetValue(id, out var known))
            _byClass[id] = known = Explain(id);
        return known;
    }

    /// <summary>What one pool says to a class of pods that gave up everything it could.</summary>
    public Reason Of(int pool, int id)
    {
        var why = Misfit.None;
        var pods = _tables.Classes[id];
        var message = AgainstPool(pool, pods, id, pods.Spec.Variants.Length - 1, ref why);
        return new(message, why);
    }

    private static ResourceList[] Requests(Plan plan) =>
        [
            .. plan.Problem.Classes.Select(pods =>
            {
                var list = ResourceList.Empty;
                for (var resource = 0; resource < pods.Requests.Length; resource++)
                {
                    var spec = plan.Problem.Resources[resource];
                    if (pods.Requests[resource] > 0)
                        list = list.With(
                            spec.Name,
                            Quantity.FromNanos(new Int128(0, (ulong)pods.Requests[resource]) * spec.UnitNanos)
                        );
                }
                return list;
            }),
        ];

    private string Truncated(Refused refused)
    {
        var pool = _tables.Pools[refused.Pool];
        var keys = Keys(pool.Spec.Set, row => _tables.Rows.MinValuesOf(row) > 0);
        return $"pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating minValues, minValues "
            + $"requirement is not met for label(s) (label(s)=[{keys}]) (NodePool={pool.Spec.Name})";
    }

    private Reason Explain(int id)
    {
        var pods = _tables.Classes[id];
        var last = pods.Spec.Variants.Length - 1;
        var why = Misfit.None;
        var messages = new List<string>();
        for (var pool = 0; pool < _tables.Pools.Length; pool++)
            if (!_tables.Pools[pool].IsEmpty)
                messages.Add(AgainstPool(pool, pods, id, last, ref why));
        if (messages.Count == 0)
            return new("nodepool requirements filtered out all available instance types", Misfit.NoInstanceTypes);
        return new(string.Join("; ", messages), why);
    }

    private string AgainstPool(int pool, ClassTable pods, int id, int last, ref Misfit why)
    {
        var table = _tables.Pools[pool];
        var variant = pods.Spec.Variants[last];
        var shapes = new ulong[_tables.Words];
        if (!plan.Packing.WithinLimits(pool, shapes))
        {
            why |= Misfit.Limit;
            return table.Spec.NodesLeft == 0
                ? $"node limits have been exhausted for nodepool (NodePool={table.Spec.Name})"
                : $"all available instance types exceed limits for nodepool (NodePool={table.Spec.Name})";
        }
        var taints = Tolerance.Raise(plan.Problem.TaintLists[table.Spec.Taints]);
        if (
            Tolerations.Unmet(taints, Tolerance.Raise(plan.Problem.TolerationLists[variant.Tolerations])) is
            { } untolerated
        )
        {
            why |= Misfit.Taint;
            return untolerated;
        }
        var placeholder = Requirement.In(
            WellKnownLabels.Hostname,
            string.Create(CultureInfo.InvariantCulture, $"hostname-placeholder-{plan.Packing.Claims + 1:D4}")
        );
        var have = _tables.Sets.Raise(table.Spec.Set).Add(placeholder);
        if (have.Compatible(Raise(variant.Full), wellKnown) is { } conflict)
        {
            why |= Misfit.Requirements;
            return $"incompatible requirements, {conflict}";
        }
        var set = _tables.Sets.Merge(table.Spec.Set, variant.Full.Set);
        if (pods.Spec.Volumes.Length == 0)
            return WithVolumes(pool, shapes, set, placeholder, pods, variant, id, ref why);
        var error = "";
        foreach (var volume in pods.Spec.Volumes)
        {
            var before = _tables.Sets.Raise(set).Add(placeholder);
            if (before.Compatible(Raise(volume), wellKnown) is { } fault)
            {
                why |= Misfit.VolumeRequirements;
                error = $"incompatible volume requirements, {fault}";
            }
            else
                error = WithVolumes(
                    pool,
                    shapes,
                    _tables.Sets.Merge(set, volume.Set),
                    placeholder,
                    pods,
                    variant,
                    id,
                    ref why
                );
        }
        return error;
    }

    private string WithVolumes(
        int pool,
        ulong[] shapes,
        int set,
        Requirement placeholder,
        ClassTable pods,
        VariantSpec variant,
        int id,
        ref Misfit why
    )
    {
        foreach (var group in variant.Groups)
            if (Against(group, set, placeholder, pods.Spec, variant, ref why) is { } error)
                return error;
        foreach (var group in _tables.InverseOf[pods.Spec.LabelClass])
            if (Against(group, set, placeholder, pods.Spec, variant, ref why) is { } error)
                return error;
        var tightened = plan.Packing.Tighten(plan.Packing.Claims, set, pods, variant, out _);
        if (tightened < 0)
        {
            // Each group alone would do; together they leave a key without values.
            why |= Misfit.Spread | Misfit.Affinity;
            return "unsatisfiable topology constraint, the domains of several constraints exclude each other";
        }
        return Filter(pool, shapes, tightened, pods, id, ref why);
    }

    private string? Against(
        int group,
        int set,
        Requirement placeholder,
        ClassSpec pods,
        VariantSpec variant,
        ref Misfit why
    )
    {
        var table = _tables.Groups[group];
        var counts = plan.Packing.Topology;
        var key = table.Spec.Key;
        if (table.IsHostname)
        {
            if (counts.OnClaimHost(group, plan.Packing.Claims, pods.LabelClass, variant.Strict.HostRow) == Verdict.Fits)
                return null;
            return Unsatisfiable(group, variant.Strict.HostRow, placeholder, ref why);
        }
        var (podRow, nodeRow) = (_tables.Sets.Find(variant.Strict.Set, key), _tables.Sets.Find(set, key));
        var chosen = new ulong[_tables.Rows.WordsOf(key)];
        var node = nodeRow < 0 ? Requirement.Exists(_tables.Problem.Keys[key]) : _tables.Rows.Raise(nodeRow);
        if (!counts.Choose(group, pods.LabelClass, podRow, nodeRow, chosen))
            return Unsatisfiable(group, podRow, node, ref why);
        if (nodeRow >= 0 || _tables.Sets.IsWellKnown(key))
            return null;
        why |= Misfit.Spread;
        return _tables
            .Sets.Raise(set)
            .Compatible(RequirementSet.Of(_tables.Rows.Raise(_tables.Rows.In(key, chosen))), wellKnown);
    }

    /// <summary>The closing parenthesis is missing upstream too, and people search for the text.</summary>
    private string Unsatisfiable(int group, int podRow, Requirement nodeDomains, ref Misfit why)
    {
        var spec = _tables.Groups[group].Spec;
        var key = _tables.Problem.Keys[spec.Key];
        var (flag, kind) = spec.Kind switch
        {
            GroupKind.Spread => (Misfit.Spread, "topology spread"),
            GroupKind.Affinity => (Misfit.Affinity, "pod affinity"),
            _ => (Misfit.AntiAffinity, "pod anti-affinity"),
        };
        why |= flag;
        var pod = podRow < 0 ? Requirement.Exists(key) : _tables.Rows.Raise(podRow);
        return $"unsatisfiable topology constraint for {kind}, key={key} (counts = {Counts(group)}, podDomains = {pod}, "
            + $"nodeDomains = {nodeDomains}";
    }

    private string Counts(int group)
    {
        var counts = plan.Packing.Topology;
        var values = _tables.Problem.Values[_tables.Groups[group].Spec.Key];
        var listed = new List<(string Domain, int Count)>();
        var known = counts.Known(group);
        for (var value = BitRow.Next(known, 0); value >= 0; value = BitRow.Next(known, value + 1))
            listed.Add((values[value], counts.CountOf(group, value)));
        if (_tables.Groups[group].IsHostname)
            for (var claim = 0; claim < plan.Packing.Claims; claim++)
                listed.Add(
                    (
                        string.Create(CultureInfo.InvariantCulture, $"hostname-placeholder-{claim + 1:D4}"),
                        counts.CountOnClaim(group, claim)
                    )
                );
        listed.Sort((a, b) => string.CompareOrdinal(a.Domain, b.Domain));
        var text = string.Join(
            ", ",
            listed
                .Take(RenderedCounts)
                .Select(it => string.Create(CultureInfo.InvariantCulture, $"{it.Domain}: {it.Count}"))
        );
        return listed.Count <= RenderedCounts ? text : $"{text} and {listed.Count - RenderedCounts} other(s)";
    }

    private string Filter(int pool, ulong[] shapes, int set, ClassTable pods, int id, ref Misfit why)
    {
        var verdict = FilterVerdict.Of(_tables, _tables.Pools[pool], shapes, set, pods);
        why |= verdict.Why;
        var text = new StringBuilder(
            verdict.Short is { } keys
                ? $"minValues requirement is not met for label(s) (label(s)=[{Keys(set, keys.Contains)}])"
                : verdict.Text
        );
        text.Append(", requirements=")
            .Append(_tables.Sets.Raise(set))
            .Append(", resources=")
            .Append(Resources(pool, id));
        if (verdict.IsResourcesOnly && requests[id].Of("cpu") >= MillionCores)
            text.Append(" (CPU request >= 1 Million, m vs M typo?)");
        return text.ToString();
    }

    /// <summary>
    /// What the pod asks for with the least DaemonSets it would share a node with, and with the most when that differs.
    /// </summary>
    private string Resources(int pool, int id)
    {
        var groups = _tables.Pools[pool].Groups;
        var own = requests[id];
        if (groups.TrueForAll(it => !it.Overhead.AsSpan().ContainsAnyExcept(0L)))
            return Json(own);
        var least = With(own, resource => groups.Min(it => it.Overhead[resource]));
        var most = With(own, resource => groups.Max(it => it.Overhead[resource]));
        return least.Equals(most) ? Json(least) : $"min={Json(least)}, max={Json(most)}";
    }

    private ResourceList With(ResourceList own, Func<int, long> overhead)
    {
        for (var resource = 0; resource < _tables.Resources; resource++)
        {
            var spec = _tables.Problem.Resources[resource];
            var more = new Int128(0, (ulong)overhead(resource)) * spec.UnitNanos;
            if (more > 0)
                own = own.With(spec.Name, own.Of(spec.Name) + Quantity.FromNanos(more));
        }
        return own;
    }

    private static string Json(ResourceList list) => ApiJson.WriteText(list);

    private RequirementSet Raise(SelectorSpec selector)
    {
        var set = _tables.Sets.Raise(selector.Set);
        return selector.HostRow < 0 ? set : set.Add(_tables.Rows.Raise(selector.HostRow));
    }

    private string Keys(int set, Func<int, bool> chosen)
    {
        var keys = new List<string>();
        foreach (var row in _tables.Sets.Of(set))
            if (chosen(row))
                keys.Add(_tables.Problem.Keys[_tables.Rows.KeyOf(row)]);
        keys.Sort(StringComparer.Ordinal);
        return string.Join(' ', keys);
    }
}

/// <summary>Why a pod has no place: upstream's sentence, and its causes as flags.</summary>
internal readonly record struct Reason(string Message, Misfit Why);

using Tenon.Api.Core;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Every value that a node of some pool could have for a key, and under which taints: the domains that exist before any
/// node does. A value is reachable without toleration as soon as one pool without taints offers it.
/// </summary>
internal sealed class Universe(IReadOnlyList<Template> templates, Vocabulary vocabulary)
{
    private readonly Dictionary<string, List<(int Value, List<IReadOnlyList<Taint>> Taints)>> _byKey = new(
        StringComparer.Ordinal
    );

    private readonly Dictionary<(string Key, int Tolerations), Domains> _asked = [];
    private readonly Dictionary<string, Domains> _distinct = new(StringComparer.Ordinal);

    /// <summary>Domains by value, and an identity: equal for equal sets of domains.</summary>
    public sealed record Domains(int Identity, int[] Values);

    public Domains All(string key) => Where(key, -1, _ => true);

    /// <summary>The domains in which a pod with these tolerations could run; the list is named by its number.</summary>
    public Domains Tolerated(string key, int tolerations) =>
        Where(
            key,
            tolerations,
            taints => taints.Exists(list => Tolerations.Cover(list, vocabulary.TolerationObjects[tolerations]))
        );

    private Domains Where(string key, int tolerations, Predicate<List<IReadOnlyList<Taint>>> chosen)
    {
        if (_asked.TryGetValue((key, tolerations), out var known))
            return known;
        if (!_byKey.TryGetValue(key, out var domains))
            _byKey[key] = domains = Collect(key);
        int[] values = [.. domains.Where(it => chosen(it.Taints)).Select(it => it.Value)];
        var text = $"{key}\n{string.Join(',', values)}";
        if (!_distinct.TryGetValue(text, out var same))
            _distinct[text] = same = new(_distinct.Count, values);
        return _asked[(key, tolerations)] = same;
    }

    private List<(int, List<IReadOnlyList<Taint>>)> Collect(string key)
    {
        var id = vocabulary.Key(key);
        var found = new SortedDictionary<int, List<IReadOnlyList<Taint>>>();
        if (id == vocabulary.HostnameKey)
            return [];
        foreach (var template in templates)
        {
            var own = template.Requirements.Find(key);
            if (own is { Operator: Operator.In })
                Add(found, id, own, template.Taints);
            foreach (
                var requirement in template
                    .Types.Select(type => type.Requirements.Find(key))
                    .OfType<Requirement>()
                    .Distinct()
            )
                if ((own is null ? requirement : own.Intersect(requirement)) is { IsComplement: false } both)
                    Add(found, id, both, template.Taints);
        }
        return [.. found.Select(it => (it.Key, it.Value))];
    }

    private void Add(
        SortedDictionary<int, List<IReadOnlyList<Taint>>> found,
        int key,
        Requirement values,
        IReadOnlyList<Taint> taints
    )
    {
        foreach (var text in values.Values)
        {
            var value = vocabulary.Value(key, text);
            if (!found.TryGetValue(value, out var lists))
                found[value] = lists = [];
            if (lists is [{ Count: 0 }])
                continue;
            if (taints.Count == 0)
                lists.Clear();
            if (!lists.Contains(taints))
                lists.Add(taints);
        }
    }
}

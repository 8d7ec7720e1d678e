using Tenon.Api.Core;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Every value that a node of some pool could have for a key, and under which taints: the domains that exist before any node
/// does. A value is reachable without toleration as soon as one pool without taints offers it.
/// </summary>
internal sealed class Universe(IReadOnlyList<Template> templates, Vocabulary vocabulary)
{
    private readonly Dictionary<string, List<(int Value, List<IReadOnlyList<Taint>> Taints)>> _byKey = new(StringComparer.Ordinal);

    public SortedDictionary<int, int> All(string key) => Where(key, _ => true);

    public SortedDictionary<int, int> Tolerated(string key, IReadOnlyList<Toleration> tolerations) =>
        Where(key, taints => taints.Exists(list => Tolerations.Cover(list, tolerations)));

    private SortedDictionary<int, int> Where(string key, Predicate<List<IReadOnlyList<Taint>>> chosen)
    {
        if (!_byKey.TryGetValue(key, out var domains)) _byKey[key] = domains = Collect(key);
        var result = new SortedDictionary<int, int>();
        foreach (var (value, taints) in domains)
            if (chosen(taints)) result.Add(value, 0);
        return result;
    }

    private List<(int, List<IReadOnlyList<Taint>>)> Collect(string key)
    {
        var id = vocabulary.Key(key);
        var found = new SortedDictionary<int, List<IReadOnlyList<Taint>>>();
        if (id == vocabulary.HostnameKey) return [];
        foreach (var template in templates)
        {
            var own = template.Requirements.Find(key);
            if (own is { Operator: Operator.In }) Add(found, id, own, template.Taints);
            foreach (var requirement in template.Types.Select(type => type.Requirements.Find(key)).OfType<Requirement>().Distinct())
                if ((own is null ? requirement : own.Intersect(requirement)) is { IsComplement: false } both)
                    Add(found, id, both, template.Taints);
        }
        return [.. found.Select(it => (it.Key, it.Value))];
    }

    private void Add(
        SortedDictionary<int, List<IReadOnlyList<Taint>>> found, int key, Requirement values, IReadOnlyList<Taint> taints)
    {
        foreach (var text in values.Values)
        {
            var value = vocabulary.Value(key, text);
            if (!found.TryGetValue(value, out var lists)) found[value] = lists = [];
            if (lists is [{ Count: 0 }]) continue;
            if (taints.Count == 0) lists.Clear();
            if (!lists.Contains(taints)) lists.Add(taints);
        }
    }
}

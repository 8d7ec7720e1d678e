using System.Text;
using Tenon.Api.Core;

namespace Tenon.Scheduling.Lowering;

/// <summary>The distinct (namespace, labels) combinations of pods: all that a selector can see of them.</summary>
internal sealed class LabelClasses
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(string Namespace, IReadOnlyDictionary<string, string> Labels)> _members = [];
    private readonly Dictionary<(string Key, string Value), List<int>> _byLabel = [];

    public int Count => _members.Count;

    public (string Namespace, IReadOnlyDictionary<string, string> Labels) this[int id] => _members[id];

    public IEnumerable<string> Namespaces => _members.Select(it => it.Namespace).Distinct(StringComparer.Ordinal);

    /// <summary>Equal for pods that no selector can tell apart.</summary>
    public static string KeyOf(Pod pod)
    {
        var text = new StringBuilder(pod.Metadata.Namespace);
        foreach (var (key, value) in pod.Metadata.Labels)
            text.Append('\n').Append(key).Append('\t').Append(value);
        return text.ToString();
    }

    public int Of(Pod pod)
    {
        var text = KeyOf(pod);
        if (_ids.TryGetValue(text, out var known))
            return known;
        var id = _members.Count;
        _ids.Add(text, id);
        _members.Add((pod.Metadata.Namespace ?? "", pod.Metadata.Labels));
        foreach (var (key, value) in pod.Metadata.Labels)
        {
            if (!_byLabel.TryGetValue((key, value), out var list))
                _byLabel[(key, value)] = list = [];
            list.Add(id);
        }
        return id;
    }

    /// <summary>In ascending order, those in one of the namespaces that the selector matches.</summary>
    public int[] Selected(IReadOnlySet<string> namespaces, Topology.PodSelector selector)
    {
        IEnumerable<int> candidates = selector.Anchor is { } anchor
            ? _byLabel.GetValueOrDefault(anchor) ?? []
            : Enumerable.Range(0, _members.Count);
        return
        [
            .. candidates.Where(id =>
                namespaces.Contains(_members[id].Namespace) && selector.Matches(_members[id].Labels)
            ),
        ];
    }
}

using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// Label, node and taint matching as kube-scheduler does it. Written from the Kubernetes rules, apart from the
/// engine's.
/// </summary>
internal static class Matching
{
    /// <summary>An absent selector matches nothing, an empty one everything.</summary>
    public static bool Labels(LabelSelector? selector, IReadOnlyDictionary<string, string> labels)
    {
        if (selector is null)
            return false;
        foreach (var (key, value) in selector.MatchLabels)
            if (!labels.TryGetValue(key, out var actual) || actual != value)
                return false;
        foreach (var expression in selector.MatchExpressions)
            if (!Expression(expression.Key, expression.Operator, expression.Values, labels))
                return false;
        return true;
    }

    /// <summary>
    /// The required part of a pod's wishes about node labels: node selector and required node affinity.
    /// </summary>
    public static bool NodeAffinity(PodSpec spec, Node node)
    {
        var labels = node.Metadata.Labels;
        foreach (var (key, value) in spec.NodeSelector)
            if (!labels.TryGetValue(key, out var actual) || actual != value)
                return false;
        return spec.Affinity?.NodeAffinity?.Required is not { } required || NodeSelector(required, node);
    }

    /// <summary>
    /// Terms are alternatives; a selector without terms, and a term without conditions, match nothing.
    /// </summary>
    public static bool NodeSelector(NodeSelector selector, Node node)
    {
        foreach (var term in selector.NodeSelectorTerms)
            if (Term(term, node))
                return true;
        return false;
    }

    public static bool Term(NodeSelectorTerm term, Node node)
    {
        if (term.MatchExpressions.Count == 0 && term.MatchFields.Count == 0)
            return false;
        foreach (var expression in term.MatchExpressions)
            if (!Expression(expression.Key, expression.Operator, expression.Values, node.Metadata.Labels))
                return false;
        foreach (var field in term.MatchFields)
        {
            if (field.Key != "metadata.name")
                return false;
            var named = Contains(field.Values, node.Metadata.Name!);
            if (field.Operator == "In" ? !named : field.Operator != "NotIn" || named)
                return false;
        }
        return true;
    }

    /// <summary>The first taint of the given effects that nothing tolerates.</summary>
    public static Taint? Untolerated(
        IReadOnlyList<Taint> taints,
        IReadOnlyList<Toleration> tolerations,
        bool preferred = false
    )
    {
        foreach (var taint in taints)
        {
            if (preferred ? taint.Effect != "PreferNoSchedule" : taint.Effect is not ("NoSchedule" or "NoExecute"))
                continue;
            if (!Tolerated(taint, tolerations))
                return taint;
        }
        return null;
    }

    public static bool Tolerated(Taint taint, IReadOnlyList<Toleration> tolerations)
    {
        foreach (var toleration in tolerations)
            if (Tolerates(toleration, taint))
                return true;
        return false;
    }

    public static bool Tolerates(Toleration toleration, Taint taint)
    {
        if (!string.IsNullOrEmpty(toleration.Effect) && toleration.Effect != taint.Effect)
            return false;
        if (!string.IsNullOrEmpty(toleration.Key) && toleration.Key != taint.Key)
            return false;
        return toleration.Operator switch
        {
            "Exists" => true,
            null or "" or "Equal" => !string.IsNullOrEmpty(toleration.Key)
                && (toleration.Value ?? "") == (taint.Value ?? ""),
            _ => false,
        };
    }

    private static bool Expression(
        string key,
        string op,
        IReadOnlyList<string> values,
        IReadOnlyDictionary<string, string> labels
    )
    {
        var present = labels.TryGetValue(key, out var actual);
        return op switch
        {
            "In" => present && Contains(values, actual!),
            "NotIn" => !present || !Contains(values, actual!),
            "Exists" => present,
            "DoesNotExist" => !present,
            "Gt" => present && Compare(actual!, values) > 0,
            "Lt" => present && Compare(actual!, values) is < 0 and > int.MinValue,
            _ => false,
        };
    }

    private static int Compare(string actual, IReadOnlyList<string> values) =>
        values.Count == 1 && long.TryParse(actual, out var left) && long.TryParse(values[0], out var right)
            ? left.CompareTo(right)
            : int.MinValue;

    private static bool Contains(IReadOnlyList<string> values, string value)
    {
        foreach (var candidate in values)
            if (candidate == value)
                return true;
        return false;
    }
}

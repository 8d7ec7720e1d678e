using System.Text;
using Tenon.Api.Core;
using Tenon.Domain.Requirements;

namespace Tenon.Domain.Pods;

/// <summary>
/// Taints against tolerations. A taint is identified by key and effect; its value only matters to a toleration.
/// </summary>
public static class Tolerations
{
    /// <summary>
    /// Every taint needs a toleration, whatever its effect. Null when all have one, else upstream's words.
    /// </summary>
    public static string? Unmet(IReadOnlyList<Taint> taints, IReadOnlyList<Toleration> tolerations)
    {
        StringBuilder? faults = null;
        foreach (var taint in taints)
        {
            if (AnyMatches(taint, tolerations))
                continue;
            faults = faults is null ? new() : faults.Append("; ");
            faults.Append("did not tolerate taint (taint=").Append(Render(taint)).Append(')');
        }
        return faults?.ToString();
    }

    public static bool Cover(IReadOnlyList<Taint> taints, IReadOnlyList<Toleration> tolerations)
    {
        foreach (var taint in taints)
            if (!AnyMatches(taint, tolerations))
                return false;
        return true;
    }

    public static bool Matches(Toleration toleration, Taint taint)
    {
        if (!string.IsNullOrEmpty(toleration.Effect) && toleration.Effect != taint.Effect)
            return false;
        if (!string.IsNullOrEmpty(toleration.Key) && toleration.Key != taint.Key)
            return false;
        var (wanted, value) = (toleration.Value ?? "", taint.Value ?? "");
        return toleration.Operator switch
        {
            null or "" or "Equal" => wanted == value,
            "Exists" => true,
            "Lt" => Requirement.TryInteger(value, out var has)
                && Requirement.TryInteger(wanted, out var limit)
                && has < limit,
            "Gt" => Requirement.TryInteger(value, out var has)
                && Requirement.TryInteger(wanted, out var limit)
                && has > limit,
            _ => false,
        };
    }

    /// <summary>The taints of both lists; the first of each key and effect wins.</summary>
    public static IReadOnlyList<Taint> Merge(IReadOnlyList<Taint> taints, IReadOnlyList<Taint> more)
    {
        var merged = new List<Taint>(taints.Count + more.Count);
        foreach (var taint in taints.Concat(more))
            if (!merged.Exists(known => SameTaint(known, taint)))
                merged.Add(taint);
        return merged;
    }

    public static bool SameTaint(Taint a, Taint b) => a.Key == b.Key && a.Effect == b.Effect;

    /// <summary>
    /// Taints that go away by themselves while a node starts; managed nodes ignore them until initialised.
    /// </summary>
    public static bool IsEphemeral(Taint taint) =>
        (taint.Key, taint.Effect) switch
        {
            ("node.kubernetes.io/not-ready", "NoSchedule" or "NoExecute") => true,
            ("node.kubernetes.io/unreachable", "NoSchedule") => true,
            ("node.cloudprovider.kubernetes.io/uninitialized", "NoSchedule") => true,
            ("karpenter.sh/unregistered", "NoExecute") => true,
            _ => taint.Key.StartsWith("readiness.k8s.io/", StringComparison.Ordinal),
        };

    /// <summary><c>key=value:effect</c>, or <c>key:effect</c> when there is no value.</summary>
    public static string Render(Taint taint) =>
        string.IsNullOrEmpty(taint.Value) ? $"{taint.Key}:{taint.Effect}" : $"{taint.Key}={taint.Value}:{taint.Effect}";

    private static bool AnyMatches(Taint taint, IReadOnlyList<Toleration> tolerations)
    {
        for (var i = 0; i < tolerations.Count; i++)
            if (Matches(tolerations[i], taint))
                return true;
        return false;
    }
}

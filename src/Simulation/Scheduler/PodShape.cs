using System.Collections.Immutable;
using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// Everything scheduling looks at in a pod. Pods of one shape are one question: they share verdicts, counts and
/// back-off.
/// </summary>
internal sealed class PodShape
{
    public required int Id { get; init; }
    public required string Key { get; init; }
    public required Pod Sample { get; init; }
    public required long[] Requests { get; init; }
    public required ImmutableArray<HostPort> Ports { get; init; }
    public required ImmutableArray<SpreadRule> HardSpread { get; init; }
    public required ImmutableArray<SpreadRule> SoftSpread { get; init; }
    public required ImmutableArray<AffinityRule> Affinity { get; init; }
    public required ImmutableArray<AffinityRule> AntiAffinity { get; init; }
    public required ImmutableArray<AffinityRule> Preferred { get; init; }
    public required ImmutableArray<PodVolume> Volumes { get; init; }

    public string Namespace => Sample.Metadata.Namespace ?? "";
    public IReadOnlyDictionary<string, string> Labels => Sample.Metadata.Labels;
    public PodSpec Spec => Sample.Spec;
    public int Priority => Sample.Spec.Priority ?? 0;
    public bool MayPreempt => Sample.Spec.PreemptionPolicy != "Never";
    public bool HasTerms => Affinity.Length + AntiAffinity.Length + Preferred.Length > 0;
    public bool HasTopology => HasTerms || HardSpread.Length + SoftSpread.Length > 0;

    /// <summary>Pods of this shape that are known to the scheduler, waiting or placed.</summary>
    public int Members { get; set; }
}

internal readonly record struct HostPort(string Ip, string Protocol, int Port)
{
    public bool Clashes(HostPort other) =>
        Port == other.Port
        && Protocol == other.Protocol
        && (Ip == other.Ip || Ip == "0.0.0.0" || other.Ip == "0.0.0.0");
}

/// <summary>A claim that a pod mounts, by the name it has or, for an ephemeral volume, will have.</summary>
internal sealed record PodVolume(string Claim, bool Ephemeral);

internal sealed class SpreadRule(TopologySpreadConstraint constraint, LabelSelector selector)
{
    private readonly List<sbyte> _matches = [];

    public string TopologyKey { get; } = constraint.TopologyKey;
    public int MaxSkew { get; } = constraint.MaxSkew;
    public int MinDomains { get; } = constraint.MinDomains ?? 1;
    public bool HonorsAffinity { get; } = constraint.NodeAffinityPolicy != "Ignore";
    public bool HonorsTaints { get; } = constraint.NodeTaintsPolicy == "Honor";

    public bool Matches(PodShape owner, PodShape other) =>
        Memo.Known(_matches, other.Id)
        ?? Memo.Learn(
            _matches,
            other.Id,
            owner.Namespace == other.Namespace && Matching.Labels(selector, other.Labels)
        );
}

internal sealed class AffinityRule(PodAffinityTerm term, LabelSelector? selector, string ownNamespace, int weight)
{
    private readonly List<sbyte> _matches = [];

    public string TopologyKey { get; } = term.TopologyKey;

    /// <summary>Positive attracts, negative repels; required terms carry the weight they have in scoring.</summary>
    public int Weight { get; } = weight;

    public bool Matches(PodShape other, Func<string, IReadOnlyDictionary<string, string>> namespaceLabels) =>
        Memo.Known(_matches, other.Id)
        ?? Memo.Learn(
            _matches,
            other.Id,
            InScope(other.Namespace, namespaceLabels) && Matching.Labels(selector, other.Labels)
        );

    private bool InScope(string ns, Func<string, IReadOnlyDictionary<string, string>> namespaceLabels)
    {
        if (term.Namespaces.Contains(ns))
            return true;
        if (term.NamespaceSelector is { } wanted)
            return Matching.Labels(wanted, namespaceLabels(ns));
        return term.Namespaces.Count == 0 && ns == ownNamespace;
    }

    /// <summary>Namespace labels changed: ask again.</summary>
    public void Forget() => _matches.Clear();
}

/// <summary>One answer per shape id, asked once.</summary>
internal static class Memo
{
    public static bool? Known(List<sbyte> answers, int id) =>
        id < answers.Count && answers[id] is var answer and >= 0 ? answer == 1 : null;

    public static bool Learn(List<sbyte> answers, int id, bool answer)
    {
        while (answers.Count <= id)
            answers.Add(-1);
        answers[id] = answer ? (sbyte)1 : (sbyte)0;
        return answer;
    }
}

using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;

namespace Tenon.Disruption.Churn;

/// <param name="At">When consolidation last displaced pods of this owner.</param>
/// <param name="HeldUntil">Pods made since then are not displaced again before this.</param>
/// <param name="Generation">How often in a row pods were displaced that an earlier move had made.</param>
/// <param name="PodCount">Pods the owner had at the move: more than these are growth, not a consequence.</param>
public sealed record Move(DateTimeOffset At, DateTimeOffset HeldUntil, int Generation, int PodCount);

/// <summary>
/// What consolidation moved lately. It makes loops impossible: a pod that a move created is not moved again within a
/// window that doubles from move to move, a move that had to be bought back is not repeated for a day, and nodes whose
/// command failed rest for longer each time. Pods are told by their owner, because a moved pod comes back under a new
/// name. Immutable; in memory only, so that a restart may cost one more move.
/// </summary>
public sealed record MoveHistory
{
    public static readonly MoveHistory Empty = new();

    /// <summary>How long a pod that consolidation moved for the first time stays where it is.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>The longest rest, and how long a move is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>A purchase this soon after a move is taken for its consequence.</summary>
    public static readonly TimeSpan RegretWindow = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan FailureRest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestFailureRest = TimeSpan.FromHours(2);
    private const int LongestDoubling = 20;

    private MoveHistory() { }

    /// <summary>By <see cref="OwnerOf"/>.</summary>
    public ImmutableSortedDictionary<string, Move> Moves { get; private init; } =
        ImmutableSortedDictionary.Create<string, Move>(StringComparer.Ordinal);

    /// <summary>Nodes whose command was given up: how often in a row, and until when they rest.</summary>
    public ImmutableSortedDictionary<string, (int Times, DateTimeOffset Until)> Failures { get; private init; } =
        ImmutableSortedDictionary.Create<string, (int, DateTimeOffset)>(StringComparer.Ordinal);

    /// <summary>
    /// Namespace, kind and name of what makes the pod; the hash that a rollout appends to a ReplicaSet's name is left
    /// out, so that a rolled pod is still the same workload's. Null for a pod that nobody makes again.
    /// </summary>
    public static string? OwnerOf(Pod pod)
    {
        if (pod.Metadata.OwnerReferences.FirstOrDefault(static it => it.Controller != false) is not { } owner)
            return null;
        var name = owner.Name;
        if (
            pod.Metadata.Labels.TryGetValue("pod-template-hash", out var hash)
            && name.EndsWith($"-{hash}", StringComparison.Ordinal)
        )
            name = name[..^(hash.Length + 1)];
        return $"{pod.Metadata.Namespace}/{owner.Kind}/{name}";
    }

    /// <summary>Consolidation displaces these pods now.</summary>
    public MoveHistory Moved(IEnumerable<Pod> pods, ClusterSnapshot cluster, DateTimeOffset now)
    {
        var displaced = pods.Select(static pod => (Owner: OwnerOf(pod), Pod: pod))
            .Where(static it => it.Owner is not null)
            .GroupBy(static it => it.Owner!, static it => it.Pod, StringComparer.Ordinal)
            .ToList();
        if (displaced.Count == 0)
            return this;
        var counts = Counts(cluster, displaced.Select(static it => it.Key));
        var moves = Remembered(now).ToBuilder();
        foreach (var group in displaced)
        {
            var generation = 1;
            if (moves.TryGetValue(group.Key, out var last) && group.Any(pod => IsMadeSince(pod, last.At)))
                generation = Math.Min(last.Generation + 1, LongestDoubling);
            var rest = Shorter(Window * (1L << (generation - 1)), Memory);
            moves[group.Key] = new Move(now, now + rest, generation, counts[group.Key]);
        }
        return this with { Moves = moves.ToImmutable() };
    }

    /// <summary>
    /// Machines are bought for these pods. Where one of them is what a recent move made of another, and its owner has
    /// not grown since, the move was a mistake: it is not repeated for a day.
    /// </summary>
    public MoveHistory BoughtFor(IEnumerable<Pod> pods, ClusterSnapshot cluster, DateTimeOffset now)
    {
        if (Moves.IsEmpty)
            return this;
        var suspects = pods.Select(static pod => (Owner: OwnerOf(pod), Pod: pod))
            .Where(it =>
                it.Owner is not null
                && Moves.TryGetValue(it.Owner, out var move)
                && now - move.At <= RegretWindow
                && IsMadeSince(it.Pod, move.At)
            )
            .Select(static it => it.Owner!)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (suspects.Count == 0)
            return this;
        var counts = Counts(cluster, suspects);
        var moves = Moves.ToBuilder();
        foreach (var owner in suspects)
            if (counts[owner] <= moves[owner].PodCount)
                moves[owner] = moves[owner] with { HeldUntil = now + Memory };
        return this with { Moves = moves.ToImmutable() };
    }

    /// <summary>The replacement for these nodes did not come up.</summary>
    public MoveHistory Failed(IEnumerable<string> nodeKeys, DateTimeOffset now)
    {
        var failures = Failures.Where(it => now - it.Value.Until < Memory).ToImmutableSortedDictionary().ToBuilder();
        foreach (var key in nodeKeys)
        {
            var times = failures.TryGetValue(key, out var last) ? Math.Min(last.Times + 1, LongestDoubling) : 1;
            failures[key] = (times, now + Shorter(FailureRest * (1L << (times - 1)), LongestFailureRest));
        }
        return this with { Failures = failures.ToImmutable().WithComparers(StringComparer.Ordinal) };
    }

    /// <summary>Why the node is left alone by consolidation now; null when it is not.</summary>
    public string? Holds(Candidate candidate, DateTimeOffset now)
    {
        if (Failures.TryGetValue(candidate.Key, out var failure) && now < failure.Until)
            return "its last replacement failed, it rests";
        foreach (var pod in candidate.Reschedulable)
            if (Holds(pod, now))
                return $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name} was moved a short while ago";
        return null;
    }

    public bool Holds(Pod pod, DateTimeOffset now) =>
        !Moves.IsEmpty
        && OwnerOf(pod) is { } owner
        && Moves.TryGetValue(owner, out var move)
        && now < move.HeldUntil
        && IsMadeSince(pod, move.At);

    private ImmutableSortedDictionary<string, Move> Remembered(DateTimeOffset now) =>
        Moves.RemoveRange(
            Moves.Where(it => now - it.Value.At >= Memory && now >= it.Value.HeldUntil).Select(it => it.Key)
        );

    private static SortedDictionary<string, int> Counts(ClusterSnapshot cluster, IEnumerable<string> owners)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var owner in owners)
            counts[owner] = 0;
        foreach (var pod in cluster.Pods.Values)
            if (pod.IsActive && OwnerOf(pod) is { } owner && counts.TryGetValue(owner, out var count))
                counts[owner] = count + 1;
        return counts;
    }

    /// <summary>The API server's times have whole seconds.</summary>
    private static bool IsMadeSince(Pod pod, DateTimeOffset at) =>
        pod.Metadata.CreationTimestamp is { } made && made >= at.AddSeconds(-1);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

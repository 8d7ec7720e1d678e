using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Names;

namespace Tenon.Api.Rules;

/// <summary>
/// The conditions of pools, claims, overlays and node classes (core API specification §2.5): a root that follows from a
/// fixed list of dependents, and any number of independent ones. Pure: takes a list and gives a list.
/// </summary>
public sealed record ConditionSet(string Root, ImmutableArray<string> Dependents)
{
    public const string AwaitingMessage = "object is awaiting reconciliation";

    public static readonly ConditionSet NodePool = new(
        ConditionTypes.Ready,
        [ConditionTypes.ValidationSucceeded, ConditionTypes.NodeClassReady]
    );

    public static readonly ConditionSet NodeClaim = new(
        ConditionTypes.Ready,
        [ConditionTypes.Launched, ConditionTypes.Registered, ConditionTypes.Initialized]
    );

    public static readonly ConditionSet NodeOverlay = new(ConditionTypes.Ready, [ConditionTypes.ValidationSucceeded]);

    /// <summary>A node class whose readiness has no parts.</summary>
    public static readonly ConditionSet NodeClass = new(ConditionTypes.Ready, []);

    /// <summary>
    /// The list with every missing root and dependent put in as <c>Unknown</c>; the same list when none is missing.
    /// </summary>
    public IReadOnlyList<Condition> Initialize(
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        DateTimeOffset now
    )
    {
        foreach (var type in Dependents.Insert(0, Root))
            if (conditions.Find(type) is null)
                conditions = Set(
                    conditions,
                    about,
                    now,
                    type,
                    ConditionStatus.Unknown,
                    ConditionReasons.AwaitingReconciliation,
                    AwaitingMessage
                );
        return conditions;
    }

    /// <summary>
    /// Sets one condition and recomputes the root; the same list when nothing changes. Time moves only when the status
    /// does. While the object is being deleted every other condition's observed generation moves along.
    /// </summary>
    public IReadOnlyList<Condition> Set(
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        DateTimeOffset now,
        string type,
        string status,
        string reason,
        string message
    )
    {
        var old = conditions.Find(type);
        var time = old is null
            ? IsImplied(type)
                ? about.CreationTimestamp ?? now
                : now
            : old.Status == status
                ? old.LastTransitionTime ?? now
                : now;
        var condition = new Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            ObservedGeneration = about.Generation ?? 0,
            LastTransitionTime = WireTime.Truncate(time),
        };
        if (old is not null && IsSame(old, condition))
            return conditions;

        var others = conditions
            .Where(other => other.Type != type)
            .Select(other => about.IsDeleting ? other with { ObservedGeneration = about.Generation ?? 0 } : other);
        IReadOnlyList<Condition> changed =
        [
            .. others
                .Append(condition)
                .OrderBy(each => each.Type == Root)
                .ThenBy(each => each.Type == Root ? default : each.LastTransitionTime ?? default),
        ];
        return type == Root ? changed : RecomputeRoot(changed, about, now);
    }

    /// <summary>True with the type as its reason and no message, unless told otherwise.</summary>
    public IReadOnlyList<Condition> SetTrue(
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        DateTimeOffset now,
        string type,
        string? reason = null,
        string message = ""
    ) => Set(conditions, about, now, type, ConditionStatus.True, reason ?? type, message);

    public IReadOnlyList<Condition> SetFalse(
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        DateTimeOffset now,
        string type,
        string reason,
        string message
    ) => Set(conditions, about, now, type, ConditionStatus.False, reason, message);

    public IReadOnlyList<Condition> SetUnknown(
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        DateTimeOffset now,
        string type,
        string reason = ConditionReasons.AwaitingReconciliation,
        string message = AwaitingMessage
    ) => Set(conditions, about, now, type, ConditionStatus.Unknown, reason, message);

    /// <summary>
    /// Takes an independent condition away; what remains is in order of the type names. The same list when it is not
    /// there.
    /// </summary>
    public IReadOnlyList<Condition> Clear(IReadOnlyList<Condition> conditions, string type)
    {
        if (IsImplied(type))
            throw new ArgumentException($"{type} is always there", nameof(type));
        return conditions.Find(type) is null
            ? conditions
            : [.. conditions.Where(each => each.Type != type).OrderBy(each => each.Type, StringComparer.Ordinal)];
    }

    private bool IsImplied(string type) => type == Root || Dependents.Contains(type);

    private IReadOnlyList<Condition> RecomputeRoot(
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        DateTimeOffset now
    )
    {
        var generation = about.Generation ?? 0;
        var unhealthy = Dependents
            .Select(type => conditions.Find(type))
            .OfType<Condition>()
            .Where(each => each.Status != ConditionStatus.True || (each.ObservedGeneration ?? 0) != generation)
            .OrderByDescending(each => each.LastTransitionTime)
            .ToList();
        if (unhealthy.Count == 0)
            return SetTrue(conditions, about, now, Root);
        var message = string.Join(", ", unhealthy.Select(each => $"{each.Type}={each.Status}"));
        return unhealthy.Any(each =>
            each.Status == ConditionStatus.False && (each.ObservedGeneration ?? 0) == generation
        )
            ? SetFalse(conditions, about, now, Root, ConditionReasons.UnhealthyDependents, message)
            : SetUnknown(conditions, about, now, Root, ConditionReasons.ReconcilingDependents, message);
    }

    private static bool IsSame(Condition a, Condition b) =>
        (a.Status, a.Reason, a.Message ?? "", a.ObservedGeneration ?? 0, a.LastTransitionTime)
        == (b.Status, b.Reason, b.Message ?? "", b.ObservedGeneration ?? 0, b.LastTransitionTime);
}

/// <summary>Reading lists of conditions, of any kind.</summary>
public static class Conditions
{
    public static Condition? Find(this IReadOnlyList<Condition> conditions, string type)
    {
        for (var i = 0; i < conditions.Count; i++)
            if (string.Equals(conditions[i].Type, type, StringComparison.Ordinal))
                return conditions[i];
        return null;
    }

    public static bool IsTrue(this IReadOnlyList<Condition> conditions, string type) =>
        conditions.Find(type)?.Status == ConditionStatus.True;

    public static bool IsFalse(this IReadOnlyList<Condition> conditions, string type) =>
        conditions.Find(type)?.Status == ConditionStatus.False;

    public static bool IsUnknown(this IReadOnlyList<Condition> conditions, string type) =>
        conditions.Find(type)?.Status is null or ConditionStatus.Unknown;

    /// <summary>
    /// Kubernetes' plain rule, for kinds without a root (capacity buffers, pods, nodes, workloads): set or add by type,
    /// time moves when the status does, order of the list stays.
    /// </summary>
    public static IReadOnlyList<Condition> Put(
        this IReadOnlyList<Condition> conditions,
        Condition condition,
        DateTimeOffset now
    )
    {
        var old = conditions.Find(condition.Type);
        var time = old is not null && old.Status == condition.Status ? old.LastTransitionTime ?? now : now;
        var put = condition with { LastTransitionTime = WireTime.Truncate(time) };
        return old is null
            ? [.. conditions, put]
            : [.. conditions.Select(each => each.Type == condition.Type ? put : each)];
    }
}

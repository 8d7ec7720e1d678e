using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;

namespace Tenon.Controllers.Cluster;

/// <summary>Conditions of claims and pools, with the roots and dependents that go with each kind.</summary>
internal static class Conditioned
{
    extension(NodeClaim claim)
    {
        public Condition? Condition(string type) => claim.Status.Conditions.FirstOrDefault(it => it.Type == type);

        public bool Is(string type) => claim.Condition(type)?.Status == ConditionStatus.True;

        /// <summary>Not decided either way yet: also when the condition is missing.</summary>
        public bool IsUnknown(string type) =>
            claim.Condition(type) is not { } it || it.Status == ConditionStatus.Unknown;

        public NodeClaim Set(string type, string status, string reason, string message, DateTimeOffset now) =>
            claim with
            {
                Status = claim.Status with
                {
                    Conditions = ConditionSet.NodeClaim.Put(
                        claim.Status.Conditions,
                        claim.Metadata,
                        type,
                        status,
                        reason,
                        message,
                        now
                    ),
                },
            };

        public NodeClaim SetTrue(string type, DateTimeOffset now) =>
            claim.Set(type, ConditionStatus.True, type, "", now);

        public NodeClaim SetUnknown(string type, string reason, string message, DateTimeOffset now) =>
            claim.Set(type, ConditionStatus.Unknown, reason, message, now);

        public NodeClaim Clear(string type) =>
            claim.Condition(type) is null
                ? claim
                : claim with
                {
                    Status = claim.Status with
                    {
                        Conditions = ConditionSet.NodeClaim.Clear(claim.Status.Conditions, type),
                    },
                };

        public string PoolName => claim.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var name) ? name : "";

        public string Label(string key) => claim.Metadata.Labels.TryGetValue(key, out var value) ? value : "";
    }

    extension(NodePool pool)
    {
        public Condition? Condition(string type) => pool.Status.Conditions.FirstOrDefault(it => it.Type == type);

        public bool Is(string type) => pool.Condition(type)?.Status == ConditionStatus.True;

        public NodePool Set(string type, string status, string reason, string message, DateTimeOffset now) =>
            pool with
            {
                Status = pool.Status with
                {
                    Conditions = ConditionSet.NodePool.Put(
                        pool.Status.Conditions,
                        pool.Metadata,
                        type,
                        status,
                        reason,
                        message,
                        now
                    ),
                },
            };

        public NodePool SetTrue(string type, DateTimeOffset now) => pool.Set(type, ConditionStatus.True, type, "", now);

        /// <summary>New claims may be made from it for pods.</summary>
        public bool IsDynamicAndReady =>
            pool.Spec.Replicas is null && !pool.Metadata.IsDeleting && pool.Is(ConditionTypes.Ready);
    }

    /// <summary>Every dependent is there before one is set, because a missing one must count as Unknown.</summary>
    private static IReadOnlyList<Condition> Put(
        this ConditionSet set,
        IReadOnlyList<Condition> conditions,
        ObjectMeta about,
        string type,
        string status,
        string reason,
        string message,
        DateTimeOffset now
    ) => set.Set(set.Initialize(conditions, about, now), about, now, type, status, reason, message);

    extension(Node node)
    {
        public bool IsReady =>
            node.Status.Conditions.Any(static it => it is { Type: ConditionTypes.Ready, Status: ConditionStatus.True });
    }
}

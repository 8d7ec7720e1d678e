using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;

namespace Tenon.Controllers.Claims;

/// <summary>Compares what was bought with what came: a node much smaller than promised is reported.</summary>
internal sealed class ClaimConsistency(OperatorContext context) : IReconciler<ObjectKey>
{
    private const double LeastShare = 0.90;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _checked = new(StringComparer.Ordinal);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Claims.Get(key) is not { } claim)
        {
            lock (_gate)
                _checked.Remove(key.Name);
            return Requeue.Never;
        }
        if (!context.Kinds.Has(claim) || context.Stores.NodesOf(claim).ToList() is not [var node])
            return Requeue.Never;
        var now = context.Time.GetUtcNow();
        lock (_gate)
        {
            if (_checked.TryGetValue(key.Name, out var at) && now - at < Period)
                return Requeue.In(at + Period - now);
        }
        if (claim.Metadata.IsDeleting || !claim.Is(ConditionTypes.Initialized))
            return Requeue.Never;
        var issues = Issues(claim, node).ToList();
        foreach (var issue in issues)
            context.Events.Publish(
                new KubeEvent(claim, KubeEvent.Warning, EventReasons.FailedConsistencyCheck, issue)
                {
                    DedupeValues = [claim.Metadata.Uid ?? "", issue],
                }
            );
        var judged =
            issues.Count == 0
                ? claim.SetTrue(ConditionTypes.ConsistentStateFound, now)
                : claim.Set(
                    ConditionTypes.ConsistentStateFound,
                    ConditionStatus.False,
                    ConditionReasons.ConsistencyCheckFailed,
                    "Consistency Check Failed",
                    now
                );
        await context.Kube.WriteStatusAsync(claim, judged, cancel);
        // Only now: a verdict that could not be written is reached again.
        lock (_gate)
            _checked[key.Name] = now;
        return Requeue.In(Period);
    }

    internal static IEnumerable<string> Issues(NodeClaim claim, Node node)
    {
        foreach (var (name, requested) in claim.Spec.Resources?.Requests ?? ResourceList.Empty)
        {
            var (expected, found) = (claim.Status.Capacity.Of(name), node.Status.Capacity.Of(name));
            if (requested.IsZero || expected.IsZero)
                continue;
            var share = found.ToDouble() / expected.ToDouble();
            if (share < LeastShare)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"expected {expected} of resource {name}, but found {found} ({share * 100:0.0}% of expected)"
                );
        }
    }
}

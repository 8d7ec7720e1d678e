using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Provisioning;
using Tenon.Domain.Claims;
using Tenon.Domain.Requirements;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Claims;

/// <summary>
/// Keeps the conditions <c>Consolidatable</c> and <c>Drifted</c> true to the claim, its pool and the provider.
/// </summary>
internal sealed class ClaimDisruptionMarks(OperatorContext context, InstanceTypeBook types, SchedulingInputs inputs)
    : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TypeCheckAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan TypeCheckRest = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _typeChecked = new(StringComparer.Ordinal);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Claims.Get(key) is not { } claim || !context.Kinds.Has(claim) || claim.Metadata.IsDeleting)
        {
            if (context.Stores.Claims.Get(key) is null)
                Forget(key.Name);
            return Requeue.Never;
        }
        if (context.Stores.PoolOf(claim) is not { } pool)
            return Requeue.Never;
        var now = context.Time.GetUtcNow();
        var next = Requeue.In(Poll);
        var after = claim;
        if (pool.Spec.Replicas is null)
        {
            var after0 = pool.Spec.Disruption?.ConsolidateAfter is { } wait ? wait.ToTimeSpan() : TimeSpan.Zero;
            var verdict = Consolidatable.Judge(claim, after0, now);
            after = verdict.IsTrue
                ? after.SetTrue(ConditionTypes.Consolidatable, now)
                : after.Clear(ConditionTypes.Consolidatable);
            if (verdict.CheckAgain is { } delay)
                next = next.Or(Requeue.In(delay));
        }
        var reason = await DriftedAsync(claim, pool, now, cancel);
        after = reason is null
            ? after.Clear(ConditionTypes.Drifted)
            : after.Set(ConditionTypes.Drifted, ConditionStatus.True, reason, reason, now);
        await context.Kube.WriteStatusAsync(claim, after, cancel);
        return next;
    }

    private async ValueTask<string?> DriftedAsync(
        NodeClaim claim,
        NodePool pool,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        if (!claim.Is(ConditionTypes.Launched))
            return null;
        if (Drift.StaticallyDrifted(claim, pool))
            return ConditionReasons.NodePoolDrifted;
        if (Drift.RequirementsDrifted(claim, pool))
            return ConditionReasons.RequirementsDrifted;
        if (await TypeIsGoneAsync(claim, pool, now, cancel))
            return ConditionReasons.InstanceTypeNotFound;
        return await context.Cloud.DriftReasonAsync(claim, cancel);
    }

    /// <summary>
    /// Asked of claims older than an hour, and after a good answer not again for half an hour: the question is dear.
    /// </summary>
    private async ValueTask<bool> TypeIsGoneAsync(
        NodeClaim claim,
        NodePool pool,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var name = claim.Metadata.Name ?? "";
        if (claim.Metadata.CreationTimestamp is not { } born || now - born <= TypeCheckAge)
            return false;
        lock (_gate)
            if (_typeChecked.TryGetValue(name, out var at) && now - at < TypeCheckRest)
                return false;
        var offers = await types.OfAsync([pool], cancel);
        if (!offers.TryGetValue(pool.Metadata.Name ?? "", out var sold))
            return false;
        if (!Drift.IsStillSold(claim, sold, inputs.WellKnown))
            return true;
        lock (_gate)
            _typeChecked[name] = now;
        return false;
    }

    private void Forget(string name)
    {
        lock (_gate)
            _typeChecked.Remove(name);
    }
}

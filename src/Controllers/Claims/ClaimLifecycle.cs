using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Claims;

/// <summary>What one step made of a claim.</summary>
/// <param name="Claim">The claim with the step's conditions; null when the claim is gone or going.</param>
/// <param name="Failure">Retried with back-off, after the other steps had their turn and everything was
/// written.</param>
internal readonly record struct ClaimStep(NodeClaim? Claim, Requeue Next = default, string? Failure = null);

/// <summary>
/// Takes a claim through its life: bought, registered, initialized, and in the end returned. Every reconcile reads
/// where the claim stands and does what is missing, so a crash between any two lines costs time and nothing else: the
/// finalizer stands before the machine is bought, and buying again for the same UID finds the first machine.
/// </summary>
internal sealed partial class ClaimLifecycle(
    OperatorContext context,
    ClaimLaunch launch,
    ClaimRegistration registration,
    ClaimInitialization initialization,
    ClaimLiveness liveness,
    ClaimFinalization finalization,
    ILogger<ClaimLifecycle> log
) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Claims.Get(key) is not { } claim || !context.Kinds.Has(claim))
            return Requeue.Never;
        if (claim.Metadata.IsDeleting)
            return await finalization.FinalizeAsync(claim, cancel);
        if (!claim.Metadata.Finalizers.Contains(Finalizers.Termination))
        {
            var finalized = claim with
            {
                Metadata = claim.Metadata with { Finalizers = [.. claim.Metadata.Finalizers, Finalizers.Termination] },
            };
            if (await context.Kube.WriteAsync(claim, finalized, cancel) is not { } stored)
                return Requeue.Never;
            claim = stored;
        }
        return await LiveAsync(claim, cancel);
    }

    private async ValueTask<Requeue> LiveAsync(NodeClaim stored, CancellationToken cancel)
    {
        var next = Requeue.Never;
        var failures = new List<string>();
        var claim = stored;
        foreach (
            var step in (Func<NodeClaim, CancellationToken, ValueTask<ClaimStep>>[])
                [launch.StepAsync, registration.StepAsync, initialization.StepAsync, liveness.StepAsync]
        )
        {
            var made = await step(claim, cancel);
            if (made.Failure is not null)
                failures.Add(made.Failure);
            next = next.Or(made.Next);
            if (made.Claim is null)
                return next;
            claim = made.Claim;
        }
        if (await WriteAsync(stored, claim, cancel) is null)
            return Requeue.Never;
        if (failures.Count == 0)
            return next;
        LogFailed(log, claim.Metadata.Name ?? "", string.Join("; ", failures));
        throw new InvalidOperationException(string.Join("; ", failures));
    }

    private async ValueTask<NodeClaim?> WriteAsync(NodeClaim stored, NodeClaim claim, CancellationToken cancel)
    {
        var meta = await context.Kube.WriteAsync(stored, claim with { Status = stored.Status }, cancel);
        return meta is null
            ? null
            : await context.Kube.WriteStatusAsync(meta, meta with { Status = claim.Status }, cancel);
    }

    [LoggerMessage(
        EventId = 2101,
        Level = LogLevel.Error,
        Message = "NodeClaim {NodeClaim} did not get further: {Why}"
    )]
    private static partial void LogFailed(ILogger logger, string nodeClaim, string why);
}

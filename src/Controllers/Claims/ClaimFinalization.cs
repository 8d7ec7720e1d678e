using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Claims;

/// <summary>
/// Ends a claim. Expected flow: its Nodes are deleted and drained by their own finalizer; when none is left the machine
/// is returned; when the provider says it is gone the finalizer goes. Guarantees: no machine outlives its claim; Nodes
/// of a claim that never registered are not touched.
/// </summary>
internal sealed partial class ClaimFinalization(OperatorContext context, ILogger<ClaimFinalization> log)
{
    private static readonly TimeSpan AskProviderAgain = TimeSpan.FromSeconds(5);

    public async ValueTask<Requeue> FinalizeAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (!claim.Metadata.Finalizers.Contains(Finalizers.Termination))
            return Requeue.Never;
        if (await WithDeadlineAsync(claim, cancel) is not { } dated)
            return Requeue.Never;
        claim = dated;
        if (claim.Is(ConditionTypes.Registered) && context.Stores.NodesOf(claim).ToList() is { Count: > 0 } nodes)
        {
            foreach (var node in nodes)
                if (!node.Metadata.IsDeleting)
                    await context.Kube.DeleteIfThereAsync(node, cancel);
            // The Nodes' own context.Events bring us back.
            return Requeue.Never;
        }
        if (claim.Status.ProviderId is { Length: > 0 })
        {
            var outcome = await context.Cloud.TerminateAsync(claim, cancel);
            if (outcome is TerminateOutcome.Failed failed)
                return failed.RetryAfter is { } pause
                    ? Requeue.In(pause)
                    : throw new InvalidOperationException(failed.Message);
            var terminating = claim.SetTrue(ConditionTypes.InstanceTerminating, context.Time.GetUtcNow());
            if (await context.Kube.WriteStatusAsync(claim, terminating, cancel) is not { } stored)
                return Requeue.Never;
            claim = stored;
            if (outcome is not TerminateOutcome.Gone)
                return Requeue.In(AskProviderAgain);
            context.Metrics.InstanceTerminated(claim, context.Time.GetUtcNow());
        }
        await RemoveFinalizerAsync(claim, cancel);
        return Requeue.Never;
    }

    /// <summary>A claim with a termination grace period says until when its pods may resist.</summary>
    private async ValueTask<NodeClaim?> WithDeadlineAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (
            claim.Spec.TerminationGracePeriod is not { } grace
            || claim.Metadata.Annotations.ContainsKey(Annotations.NodeClaimTerminationTimestamp)
        )
            return claim;
        var text = Rfc3339(claim.Metadata.DeletionTimestamp!.Value + grace.ToTimeSpan());
        var annotations = claim
            .Metadata.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(Annotations.NodeClaimTerminationTimestamp, text);
        var stored = await context.Kube.WriteAsync(
            claim,
            claim with
            {
                Metadata = claim.Metadata with { Annotations = annotations },
            },
            cancel
        );
        context.Events.Publish(
            new KubeEvent(
                claim,
                KubeEvent.Warning,
                EventReasons.TerminationGracePeriodExpiring,
                $"All pods will be deleted by {text}"
            )
            {
                DedupeValues = [claim.Metadata.Name ?? ""],
            }
        );
        return stored;
    }

    private async ValueTask RemoveFinalizerAsync(NodeClaim claim, CancellationToken cancel)
    {
        ImmutableArray<string> left = [.. claim.Metadata.Finalizers.Where(static it => it != Finalizers.Termination)];
        if (
            await context.Kube.WriteAsync(
                claim,
                claim with
                {
                    Metadata = claim.Metadata with { Finalizers = left },
                },
                cancel
            )
            is null
        )
            return;
        context.Metrics.ClaimTerminated(claim, context.Time.GetUtcNow());
        LogDeleted(log, claim.Metadata.Name ?? "", claim.Status.ProviderId ?? "");
        context.Journal.Record(
            DecisionKind.Terminate,
            $"nodeclaim/{claim.Metadata.Name}",
            $"machine {claim.Status.ProviderId} returned"
        );
    }

    internal static string Rfc3339(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(
        EventId = 2150,
        Level = LogLevel.Information,
        Message = "deleted nodeclaim {NodeClaim}, instance {ProviderId}"
    )]
    private static partial void LogDeleted(ILogger logger, string nodeClaim, string providerId);
}

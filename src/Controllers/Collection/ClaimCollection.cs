using Microsoft.Extensions.Logging;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Collection;

/// <summary>
/// Deletes claims whose machine the cloud no longer has. A node that is still Ready is believed over the cloud's list,
/// and a list that is not complete decides nothing.
/// </summary>
internal sealed partial class ClaimCollection(OperatorContext context, ILogger<ClaimCollection> log)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(2);

    public async ValueTask<Requeue> ReconcileAsync(CancellationToken cancel)
    {
        // The claims are read before the machines: a claim launched in between has its machine in the later list.
        var claims = context.Stores.Claims.All;
        var machines = await context.Cloud.ListAsync(cancel);
        var alive = machines
            .Where(static machine => !machine.Metadata.IsDeleting)
            .Select(static machine => machine.Status.ProviderId ?? "")
            .ToHashSet(StringComparer.Ordinal);
        foreach (var claim in claims)
        {
            if (
                !context.Kinds.Has(claim)
                || claim.Metadata.IsDeleting
                || !claim.Is(ConditionTypes.Registered)
                || alive.Contains(claim.Status.ProviderId ?? "")
                || context.Stores.NodesOf(claim).Any(static node => node.IsReady)
            )
                continue;
            if (!await context.Kube.DeleteIfThereAsync(claim, cancel))
                continue;
            context.Metrics.ClaimDisrupted(claim, "garbage_collected");
            LogCollected(log, claim.Metadata.Name ?? "", claim.Status.ProviderId ?? "");
            context.Journal.Record(
                DecisionKind.Collect,
                $"nodeclaim/{claim.Metadata.Name}",
                $"the context.Cloud has no machine {claim.Status.ProviderId}"
            );
        }
        return Requeue.In(Period);
    }

    [LoggerMessage(
        EventId = 2301,
        Level = LogLevel.Information,
        Message = "garbage collecting nodeclaim {NodeClaim}, no instance {ProviderId}"
    )]
    private static partial void LogCollected(ILogger logger, string nodeClaim, string providerId);
}

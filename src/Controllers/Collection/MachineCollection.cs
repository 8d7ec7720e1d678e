using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Collection;

/// <summary>
/// Returns machines that no claim answers for: a claim that was deleted while its launch was not written down leaves
/// one behind. Assumption: claims are listed after the machines, so a machine whose claim is missing there had no claim
/// when it was listed. While any claim is not launched nothing is returned, because the machine may be that claim's.
/// </summary>
internal sealed partial class MachineCollection(OperatorContext context, ILogger<MachineCollection> log)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(2);

    /// <summary>A machine younger than this may belong to a claim whose status is being written.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public async ValueTask<Requeue> ReconcileAsync(CancellationToken cancel)
    {
        var machines = await context.Cloud.ListAsync(cancel);
        if (machines.IsEmpty)
            return Requeue.In(Period);
        var claims = (await context.Kube.ListAsync<NodeClaim>(ListOptions.All, cancel)).OrThrow().Items;
        if (claims.Any(claim => context.Kinds.Has(claim) && string.IsNullOrEmpty(claim.Status.ProviderId)))
            return Requeue.In(Period);
        var known = claims.Select(static claim => claim.Status.ProviderId ?? "").ToHashSet(StringComparer.Ordinal);
        foreach (var machine in machines)
        {
            var id = machine.Status.ProviderId ?? "";
            if (machine.Metadata.IsDeleting || known.Contains(id))
                continue;
            if (machine.Metadata.CreationTimestamp is { } born && context.Time.GetUtcNow() - born < Grace)
                continue;
            await context.Cloud.TerminateAsync(machine, cancel);
            LogReturned(log, id);
            context.Journal.Record(DecisionKind.Collect, $"machine/{id}", "no claim answers for it");
        }
        return Requeue.In(Period);
    }

    [LoggerMessage(
        EventId = 2310,
        Level = LogLevel.Information,
        Message = "returning instance {ProviderId}, no nodeclaim answers for it"
    )]
    private static partial void LogReturned(ILogger logger, string providerId);
}

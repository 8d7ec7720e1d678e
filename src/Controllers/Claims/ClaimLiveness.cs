using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Domain.Claims;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Claims;

/// <summary>Deletes claims whose machine does not come up in time, so that their pods are planned anew.</summary>
internal sealed partial class ClaimLiveness(
    KubeClient kube,
    PoolHealthWriter health,
    DecisionJournal journal,
    TenonMetrics metrics,
    TimeProvider time,
    ILogger<ClaimLiveness> log
)
{
    public TimeSpan LaunchTimeout { get; init; } = Liveness.LaunchTimeout;

    public async ValueTask<ClaimStep> StepAsync(NodeClaim claim, CancellationToken cancel)
    {
        switch (Liveness.Judge(claim, time.GetUtcNow(), LaunchTimeout))
        {
            case LivenessVerdict.Wait wait:
                return new ClaimStep(claim, Requeue.In(wait.For));
            case LivenessVerdict.GiveUp giveUp:
                await health.FailedAsync(claim, cancel);
                LogGivenUp(log, claim.Metadata.Name ?? "", giveUp.Reason);
                journal.Record(DecisionKind.GiveUp, $"nodeclaim/{claim.Metadata.Name}", giveUp.Reason);
                if (await kube.DeleteIfThereAsync(claim, cancel))
                    metrics.ClaimDisrupted(claim, giveUp.Reason);
                return new ClaimStep(null);
            default:
                return new ClaimStep(claim);
        }
    }

    [LoggerMessage(
        EventId = 2140,
        Level = LogLevel.Information,
        Message = "terminating nodeclaim {NodeClaim} due to {Reason}"
    )]
    private static partial void LogGivenUp(ILogger logger, string nodeClaim, string reason);
}

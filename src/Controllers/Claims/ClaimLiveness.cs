using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Claims;

/// <summary>Deletes claims whose machine does not come up in time, so that their pods are planned anew.</summary>
internal sealed partial class ClaimLiveness(
    OperatorContext context,
    PoolHealthWriter health,
    ILogger<ClaimLiveness> log
)
{
    public TimeSpan LaunchTimeout { get; init; } = Liveness.LaunchTimeout;

    public async ValueTask<ClaimStep> StepAsync(NodeClaim claim, CancellationToken cancel)
    {
        switch (Liveness.Judge(claim, context.Time.GetUtcNow(), LaunchTimeout))
        {
            case LivenessVerdict.Wait wait:
                return new ClaimStep(claim, Requeue.In(wait.For));
            case LivenessVerdict.GiveUp giveUp:
                await health.FailedAsync(claim, cancel);
                LogGivenUp(log, claim.Metadata.Name ?? "", giveUp.Reason);
                context.Journal.Record(DecisionKind.GiveUp, $"nodeclaim/{claim.Metadata.Name}", giveUp.Reason);
                if (await context.Kube.DeleteIfThereAsync(claim, cancel))
                    context.Metrics.ClaimDisrupted(claim, giveUp.Reason);
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

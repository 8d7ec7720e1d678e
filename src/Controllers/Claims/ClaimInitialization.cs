using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Kube.Client;

namespace Tenon.Controllers.Claims;

/// <summary>Declares a registered node fit for the pods it was bought for.</summary>
internal sealed partial class ClaimInitialization(OperatorContext context, ILogger<ClaimInitialization> log)
{
    public async ValueTask<ClaimStep> StepAsync(NodeClaim claim, CancellationToken cancel)
    {
        var now = context.Time.GetUtcNow();
        if (!claim.IsUnknown(ConditionTypes.Initialized))
            return new ClaimStep(claim.SetTrue(ConditionTypes.Initialized, now));
        if (!claim.Is(ConditionTypes.Registered))
            return new ClaimStep(claim);
        var node = context.Stores.NodesOf(claim).FirstOrDefault();
        if (Initialization.Hindered(node, claim) is { } hindrance)
            return new ClaimStep(
                claim.SetUnknown(ConditionTypes.Initialized, hindrance.Reason, hindrance.Message, now)
            );
        var labels = node!
            .Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(WellKnownLabels.Initialized, "true");
        if (
            await context.Kube.WriteAsync(node, node with { Metadata = node.Metadata with { Labels = labels } }, cancel)
            is null
        )
            return new ClaimStep(claim);
        LogInitialized(log, claim.Metadata.Name ?? "", node.Metadata.Name ?? "");
        context.Journal.Record(
            DecisionKind.Initialize,
            $"nodeclaim/{claim.Metadata.Name}",
            $"node {node.Metadata.Name} takes pods"
        );
        return new ClaimStep(claim.SetTrue(ConditionTypes.Initialized, now));
    }

    [LoggerMessage(
        EventId = 2130,
        Level = LogLevel.Information,
        Message = "initialized nodeclaim {NodeClaim}, node {Node}"
    )]
    private static partial void LogInitialized(ILogger logger, string nodeClaim, string node);
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Claims;

/// <summary>
/// Finds the Node of a claim by provider id and makes it ours: owner, finalizer, labels, annotations and taints first,
/// the taint that kept pods away last, after every hook agreed.
/// </summary>
internal sealed partial class ClaimRegistration(
    OperatorContext context,
    ImmutableArray<IRegistrationHook> hooks,
    PoolHealthWriter health,
    ILogger<ClaimRegistration> log
)
{
    public async ValueTask<ClaimStep> StepAsync(NodeClaim claim, CancellationToken cancel)
    {
        var now = context.Time.GetUtcNow();
        if (!claim.IsUnknown(ConditionTypes.Registered))
        {
            var known = claim.Condition(ConditionTypes.Registered)!;
            return new ClaimStep(claim.Set(known.Type, known.Status, known.Reason ?? "", known.Message ?? "", now));
        }
        if (!claim.Is(ConditionTypes.Launched))
            return new ClaimStep(claim);
        var nodes = context.Stores.NodesOf(claim).ToList();
        if (nodes.Count == 0)
            return new ClaimStep(
                claim.SetUnknown(
                    ConditionTypes.Registered,
                    ConditionReasons.NodeNotFound,
                    "Node not registered with cluster",
                    now
                )
            );
        if (nodes.Count > 1)
            return new ClaimStep(
                claim.Set(
                    ConditionTypes.Registered,
                    ConditionStatus.False,
                    ConditionReasons.MultipleNodesFound,
                    "Invariant violated, matched multiple nodes",
                    now
                )
            );
        var node = nodes[0];
        if (Registration.LacksUnregisteredTaint(node))
            WarnOfMissingTaint(claim);
        var (pending, askAgain) = await AskHooksAsync(claim, cancel);
        if (pending.Length > 0)
        {
            await context.Kube.WriteAsync(node, Registration.Synced(node, claim), cancel);
            return new ClaimStep(
                claim.SetUnknown(
                    ConditionTypes.Registered,
                    ConditionReasons.RegistrationHookPending,
                    string.Join(", ", pending),
                    now
                ),
                askAgain
            );
        }
        if (await context.Kube.WriteAsync(node, Registration.Completed(node, claim), cancel) is null)
            return new ClaimStep(claim, Requeue.In(TimeSpan.FromSeconds(1)));
        await health.SucceededAsync(claim, cancel);
        Tell(claim, node);
        return new ClaimStep(
            (claim with { Status = claim.Status with { NodeName = node.Metadata.Name } }).SetTrue(
                ConditionTypes.Registered,
                now
            )
        );
    }

    private async ValueTask<(ImmutableArray<string> Pending, Requeue AskAgain)> AskHooksAsync(
        NodeClaim claim,
        CancellationToken cancel
    )
    {
        var asked = hooks.Select(hook => (hook.Name, Answer: hook.RegisteredAsync(claim, cancel).AsTask())).ToList();
        await Task.WhenAll(asked.Select(static it => it.Answer));
        var pending = ImmutableArray.CreateBuilder<string>();
        var next = Requeue.Never;
        foreach (var (name, answer) in asked)
            if (await answer is { } wait)
            {
                pending.Add(name);
                next = next.Or(Requeue.In(wait));
            }
        return (pending.ToImmutable(), next);
    }

    private void WarnOfMissingTaint(NodeClaim claim) =>
        context.Events.Publish(
            new KubeEvent(
                claim,
                KubeEvent.Warning,
                EventReasons.UnregisteredTaintMissing,
                $"Missing {Taints.UnregisteredKey} taint which prevents registration related race conditions on Karpenter-managed nodes"
            )
            {
                DedupeValues = [claim.Metadata.Uid ?? ""],
            }
        );

    private void Tell(NodeClaim claim, Node node)
    {
        context.Metrics.NodeCreated(claim);
        LogRegistered(log, claim.Metadata.Name ?? "", node.Metadata.Name ?? "");
        context.Journal.Record(
            DecisionKind.Register,
            $"nodeclaim/{claim.Metadata.Name}",
            $"joined as node {node.Metadata.Name}"
        );
    }

    [LoggerMessage(
        EventId = 2120,
        Level = LogLevel.Information,
        Message = "registered nodeclaim {NodeClaim} as node {Node}"
    )]
    private static partial void LogRegistered(ILogger logger, string nodeClaim, string node);
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
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
/// Buys the machine. Expected flow: until <c>Launched</c> is True the provider is asked; what it answered is remembered
/// by UID for an hour, so that a lost status write does not ask again. Guarantees: a claim that cannot be served now is
/// deleted, and the provisioner plans its pods anew.
/// </summary>
internal sealed partial class ClaimLaunch(OperatorContext context, ILogger<ClaimLaunch> log)
{
    private const int LongestMessage = 300;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly Dictionary<string, (NodeClaim Machine, DateTimeOffset At)> _launched = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public async ValueTask<ClaimStep> StepAsync(NodeClaim claim, CancellationToken cancel)
    {
        var uid = claim.Metadata.Uid ?? "";
        if (!claim.IsUnknown(ConditionTypes.Launched))
        {
            Forget(uid);
            return new ClaimStep(claim.SetTrue(ConditionTypes.Launched, context.Time.GetUtcNow()));
        }
        if (Recall(uid) is { } machine)
            return new ClaimStep(Hydrated(claim, machine));
        switch (await context.Cloud.LaunchAsync(claim, cancel))
        {
            case LaunchOutcome.Launched bought:
                Remember(uid, bought.Claim);
                Tell(claim, bought.Claim);
                return new ClaimStep(Hydrated(claim, bought.Claim));
            case LaunchOutcome.OutOfCapacity none:
                Warn(claim, none.Error);
                return await GiveUpAsync(claim, "insufficient_capacity", none.Error, cancel);
            case LaunchOutcome.NodeClassNotReady notReady:
                return await GiveUpAsync(claim, "nodeclass_not_ready", notReady.Error, cancel);
            case LaunchOutcome.CreateFailed failed:
                return new ClaimStep(
                    Failing(claim, failed.ConditionReason, failed.ConditionMessage),
                    default,
                    failed.Error
                );
            case LaunchOutcome.Throttled busy:
                return new ClaimStep(
                    Failing(claim, ConditionReasons.LaunchFailed, Cut(busy.Message)),
                    Requeue.In(busy.RetryAfter)
                );
            case LaunchOutcome.Failed failed:
                return new ClaimStep(
                    Failing(claim, ConditionReasons.LaunchFailed, Cut(failed.Message)),
                    default,
                    failed.Message
                );
            default:
                throw new InvalidOperationException("a launch has no other outcome");
        }
    }

    /// <summary>
    /// The machine's labels go below the claim's own, its annotations above; the rest is the provider's word.
    /// </summary>
    private NodeClaim Hydrated(NodeClaim claim, NodeClaim machine)
    {
        var status = claim.Status with
        {
            ProviderId = machine.Status.ProviderId,
            ImageId = machine.Status.ImageId,
            Capacity = machine.Status.Capacity,
            Allocatable = machine.Status.Allocatable,
        };
        var meta = claim.Metadata with
        {
            Labels = machine
                .Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal)
                .SetItems(claim.Metadata.Labels),
            Annotations = claim
                .Metadata.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal)
                .SetItems(machine.Metadata.Annotations),
        };
        return (claim with { Metadata = meta, Status = status }).SetTrue(
            ConditionTypes.Launched,
            context.Time.GetUtcNow()
        );
    }

    private NodeClaim Failing(NodeClaim claim, string reason, string message) =>
        claim.SetUnknown(ConditionTypes.Launched, reason, message, context.Time.GetUtcNow());

    private async ValueTask<ClaimStep> GiveUpAsync(
        NodeClaim claim,
        string reason,
        string error,
        CancellationToken cancel
    )
    {
        LogGivenUp(log, claim.Metadata.Name ?? "", error);
        context.Journal.Record(DecisionKind.LaunchFailed, $"nodeclaim/{claim.Metadata.Name}", error);
        if (await context.Kube.DeleteIfThereAsync(claim, cancel))
            context.Metrics.ClaimDisrupted(claim, reason);
        return new ClaimStep(null);
    }

    private void Tell(NodeClaim claim, NodeClaim machine)
    {
        var (type, zone, capacity) = (
            machine.Label(WellKnownLabels.InstanceType),
            machine.Label(WellKnownLabels.Zone),
            machine.Label(WellKnownLabels.CapacityType)
        );
        LogLaunched(log, claim.Metadata.Name ?? "", machine.Status.ProviderId ?? "", type, zone, capacity);
        context.Journal.Record(
            DecisionKind.Launch,
            $"nodeclaim/{claim.Metadata.Name}",
            $"bought {type} ({capacity}) in {zone}"
        );
    }

    private void Warn(NodeClaim claim, string error) =>
        context.Events.Publish(
            new KubeEvent(
                claim,
                KubeEvent.Warning,
                EventReasons.InsufficientCapacityError,
                $"NodeClaim {claim.Metadata.Name} event: {Cut(error)}"
            )
            {
                DedupeValues = [claim.Metadata.Uid ?? ""],
            }
        );

    private static string Cut(string text) => text.Length < LongestMessage ? text : text[..LongestMessage] + "...";

    private NodeClaim? Recall(string uid)
    {
        lock (_gate)
            return _launched.TryGetValue(uid, out var entry) && context.Time.GetUtcNow() - entry.At < Remembered
                ? entry.Machine
                : null;
    }

    private void Remember(string uid, NodeClaim machine)
    {
        var now = context.Time.GetUtcNow();
        lock (_gate)
        {
            foreach (
                var old in _launched
                    .Where(entry => now - entry.Value.At >= Remembered)
                    .Select(static entry => entry.Key)
                    .ToList()
            )
                _launched.Remove(old);
            _launched[uid] = (machine, now);
        }
    }

    private void Forget(string uid)
    {
        lock (_gate)
            _launched.Remove(uid);
    }

    [LoggerMessage(
        EventId = 2110,
        Level = LogLevel.Information,
        Message = "launched nodeclaim {NodeClaim} as {ProviderId}: {InstanceType} in {Zone}, {CapacityType}"
    )]
    private static partial void LogLaunched(
        ILogger logger,
        string nodeClaim,
        string providerId,
        string instanceType,
        string zone,
        string capacityType
    );

    [LoggerMessage(EventId = 2111, Level = LogLevel.Error, Message = "failed launching nodeclaim {NodeClaim}: {Why}")]
    private static partial void LogGivenUp(ILogger logger, string nodeClaim, string why);
}

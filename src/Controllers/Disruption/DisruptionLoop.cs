using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Disruption;
using Tenon.Disruption.Methods;
using Tenon.Disruption.Validation;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;

namespace Tenon.Controllers.Disruption;

/// <summary>
/// Snapshot, decide, look again, act: the methods in order, and after the first that started something from the top
/// again. A consolidation that found nothing rests until the cluster changes.
/// </summary>
internal sealed partial class DisruptionLoop(
    OperatorContext context,
    DisruptionInputs inputs,
    CommandQueue queue,
    DisruptionMarks marks,
    ILogger<DisruptionLoop> log
)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Unsynced = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MultiNodeLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SingleNodeLimit = TimeSpan.FromMinutes(3);

    private readonly Dictionary<MethodKind, DateTimeOffset> _settledAt = [];
    private ImmutableSortedSet<string> _unseenPools = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public async ValueTask<Requeue> ReconcileAsync(CancellationToken cancel)
    {
        if (!context.Feed.IsSynced)
            return Requeue.In(Unsynced);
        await CleanUpAsync(cancel);
        foreach (
            var method in DisruptionMethods.InOrder(context.Options.DisruptionPolicy, context.Options.Gates.Repack)
        )
            if (await TryAsync(method, cancel))
                return Requeue.Now;
        return Requeue.In(Period);
    }

    /// <summary>Marks that no running command answers for are left over from a failure or a restart.</summary>
    private async ValueTask CleanUpAsync(CancellationToken cancel)
    {
        foreach (var state in context.View.Current.Nodes.Values)
            if (DisruptionMarks.IsMarked(state) && !queue.Keys.Contains(state.Key) && !state.IsMarkedForDeletion)
                await marks.TakeAsync(state, cancel);
    }

    private async ValueTask<bool> TryAsync(IDisruptionMethod method, CancellationToken cancel)
    {
        var stamp = context.View.UnconsolidatedAt();
        var isSettled =
            method.IsConsolidation && _settledAt.TryGetValue(method.Kind, out var settled) && settled == stamp;
        var started = context.Time.GetTimestamp();
        var outcome = DisruptionMethods.Decide(
            method,
            await inputs.TakeAsync(LimitOf(method), cancel),
            _unseenPools,
            isSettled
        );
        Report(method, outcome, context.Time.GetElapsedTime(started));
        if (outcome.Commands.IsEmpty)
        {
            if (outcome.IsSettled)
                _settledAt[method.Kind] = stamp;
            return false;
        }
        var startedAny = false;
        foreach (var command in outcome.Commands)
            if (await HeldAsync(method, command, cancel) is { } held && await queue.StartAsync(held, cancel))
                startedAny = true;
        return startedAny;
    }

    /// <summary>
    /// What of a command still holds after a rest; drift acts at once, because it does not depend on where pods are.
    /// </summary>
    private async ValueTask<Command?> HeldAsync(IDisruptionMethod method, Command command, CancellationToken cancel)
    {
        if (!method.IsConsolidation)
            return command;
        await Task.Delay(Revalidation.Wait, context.Time, cancel);
        if (!context.Feed.IsSynced)
            return null;
        switch (Revalidation.Look(command, await inputs.TakeAsync(LimitOf(method), cancel)))
        {
            case Verdict.Holds holds:
                if (holds.Dropped > 0)
                    context.Metrics.ValidationFailed(command.ConsolidationType, holds.Dropped);
                // Between the two looks a bind or a launch may have slipped in; the second look is the one that counts.
                return holds.Command;
            case Verdict.Fails fails:
                if (fails.CountsAsFailed)
                    context.Metrics.ValidationFailed(command.ConsolidationType, command.Candidates.Length);
                if (command.Method == MethodKind.SingleNode)
                    context.Events.Publish(Rejections(command, fails.Reason));
                LogAbandoned(log, command.Text, fails.Reason, fails.Detail);
                return null;
            default:
                throw new InvalidOperationException("a verdict has no other case");
        }
    }

    private void Report(IDisruptionMethod method, MethodOutcome outcome, TimeSpan took)
    {
        context.Events.Publish(outcome.Notices);
        var type = method.Kind switch
        {
            MethodKind.Emptiness => "empty",
            MethodKind.MultiNode or MethodKind.Repack => "multi",
            MethodKind.SingleNode => "single",
            _ => "",
        };
        context.Metrics.Evaluated(method.Reason, type, took, outcome.Eligible);
        if (outcome.Budgets is { } budgets)
            context.Metrics.Budgeted(method.Reason, budgets);
        if (outcome.TimedOut)
            context.Metrics.TimedOut(type);
        foreach (var verdict in outcome.Verdicts)
            context.Metrics.Scored(verdict);
        if (method.Kind == MethodKind.SingleNode && !outcome.IsSettled)
            _unseenPools = outcome.UnseenPools;
    }

    private static IEnumerable<Notice> Rejections(Command command, string reason) =>
        command.Candidates.Select(it => new Notice(
            [it.Node, it.Claim],
            "ConsolidationRejected",
            $"Consolidation rejected: {command.TextFor(it)}, reason: {reason} (savings: ${command.SavingsText})",
            [command.TextFor(it), reason]
        ));

    /// <summary>Upstream stops looking after a while; we look at every node.</summary>
    private TimeSpan? LimitOf(IDisruptionMethod method) =>
        context.Options.DisruptionPolicy == DisruptionPolicy.Best ? null
        : method.Kind == MethodKind.MultiNode ? MultiNodeLimit
        : SingleNodeLimit;

    [LoggerMessage(
        EventId = 2510,
        Level = LogLevel.Debug,
        Message = "abandoning disruption attempt, {Command}: {Reason}, {Detail}"
    )]
    private static partial void LogAbandoned(ILogger logger, string command, string reason, string detail);
}

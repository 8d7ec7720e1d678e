using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Pools;
using Tenon.Controllers.Provisioning;
using Tenon.Disruption;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Foundation.Units;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Scheduling;

namespace Tenon.Controllers.Disruption;

/// <summary>
/// Carries out commands. Expected flow: mark the candidates, launch the replacements, wait until every one of them is
/// initialized, then delete the candidates' claims. Guarantees: no candidate is touched before all replacements stand;
/// a command that cannot finish gives its candidates back. After a restart the queue is empty: the marks are found and
/// taken off, and replacements that were launched are ordinary capacity.
/// </summary>
internal sealed partial class CommandQueue(
    OperatorContext context,
    DisruptionMarks marks,
    ClaimCreator creator,
    Announcer announcer,
    NodeReservations reservations,
    MoveBook moves,
    ILogger<CommandQueue> log
) : IReconciler<string>
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Nodes of a repack that may be draining at the same time.</summary>
    private const int WaveSize = 10;

    /// <summary>A displaced pod without a place for this long ends the repack that displaced it.</summary>
    private static readonly TimeSpan LongestHomeless = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TimeoutPerNode = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private volatile ImmutableSortedSet<string> _keys = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    private long _started;

    public Trigger<string> Started { get; } = new();

    /// <summary>Machines that running commands hold.</summary>
    public ImmutableSortedSet<string> Keys => _keys;

    public static TimeSpan TimeoutFor(int queuedNodes)
    {
        var wanted = TimeoutPerNode * queuedNodes;
        return wanted < ShortestTimeout ? ShortestTimeout
            : wanted > LongestTimeout ? LongestTimeout
            : wanted;
    }

    /// <summary>
    /// False when the command could not be started; whatever was marked is found and unmarked by the next pass.
    /// </summary>
    public async ValueTask<bool> StartAsync(Command command, CancellationToken cancel)
    {
        if (command.Candidates.Any(it => _keys.Contains(it.Key)))
            return false;
        if (command.Method != MethodKind.StaticDrift)
            return await TakeAsync(command, cancel);
        var pool = command.Candidates[0].Pool;
        var name = command.Candidates[0].PoolName;
        var wanted = command.Replacements.Length;
        var existing = PoolCount.Of(context.View.Current, name, _keys).All;
        var granted = reservations.Reserve(name, PoolCount.NodeLimit(pool), existing, wanted);
        try
        {
            return granted == wanted && await TakeAsync(command, cancel);
        }
        finally
        {
            reservations.Release(name, granted);
        }
    }

    private async ValueTask<bool> TakeAsync(Command command, CancellationToken cancel)
    {
        var marked = await Task.WhenAll(command.Candidates.Select(it => MarkAsync(it, command.Reason, cancel)));
        ImmutableArray<Candidate> taken = [.. command.Candidates.Where((_, at) => marked[at])];
        if (taken.IsEmpty || (taken.Length < command.Candidates.Length && !command.Replacements.IsEmpty))
            return false;
        command = command with { Candidates = taken };
        var replacements = await creator.CreateAsync(
            [
                .. command.Replacements.Select(plan => new ClaimOrder(
                    plan,
                    command.Reason.ToLowerInvariant(),
                    Nominates: true,
                    PromiseOf(command, plan)
                )),
            ],
            cancel
        );
        // After the creation: earlier, the provisioner would buy a second machine for the pods of the marked ones.
        ImmutableArray<string> keys = [.. taken.Select(static it => it.Key)];
        context.View.Apply(new ClusterEvent.Marked(keys, context.Time.GetUtcNow()));
        announcer.Nominate(command.Placements, context.View.Current);
        moves.Started(command);
        var id = Enqueue(command, [.. replacements.Select(static claim => claim.Metadata.Name ?? "")]);
        context.Metrics.Decided(command);
        LogStarted(log, id, command.Reason, command.Text, command.SavingsText);
        context.Journal.Record(
            DecisionKind.Disrupt,
            Subject(command),
            $"{command.Reason}: {command.Text}, saves ${command.SavingsText}/h",
            -(long)(command.EstimatedSavings * 1_000_000)
        );
        Started.Fire(id);
        return true;
    }

    public async ValueTask<Requeue> ReconcileAsync(string key, CancellationToken cancel)
    {
        Running? running;
        int queued;
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out running))
                return Requeue.Never;
            queued = _keys.Count;
        }
        if (context.Time.GetUtcNow() - running.StartedAt > TimeoutFor(queued))
            return await GiveBackAsync(key, running, "command reached timeout", cancel);
        var waiting = false;
        foreach (var name in running.Replacements)
        {
            if (running.Initialized.Contains(name))
                continue;
            switch (await LookAsync(name, running.Command.Reason, cancel))
            {
                case true:
                    running.Initialized.Add(name);
                    break;
                case false:
                    waiting = true;
                    break;
                case null:
                    return await GiveBackAsync(key, running, "replacement was deleted", cancel);
            }
        }
        if (waiting)
            return Requeue.In(Poll);
        if (running.Deleted.Count > 0 && AbortReason(running) is { } why)
            return await GiveBackAsync(key, running, why, cancel);
        foreach (var candidate in NextWave(running))
            if (!await DeleteAsync(candidate, running, cancel))
                waiting = true;
        if (waiting || running.Deleted.Count < running.Command.Candidates.Length)
            return Requeue.In(Poll);
        Dequeue(key);
        return Requeue.Never;
    }

    /// <summary>Drift replaces whatever it costs, and promises nothing.</summary>
    private HourlyPrice? PromiseOf(Command command, NewClaim plan) =>
        context.Options.DisruptionPolicy == DisruptionPolicy.Best
        && command.ConsolidationType.Length > 0
        && plan.Types is [var cheapest, ..]
        && cheapest.CheapestPrice(plan.Requirements, plan.Options.WellKnown) is var price
        && price < HourlyPrice.Max
            ? price
            : null;

    private async Task<bool> MarkAsync(Candidate candidate, string reason, CancellationToken cancel)
    {
        try
        {
            return await marks.PutAsync(candidate.State, reason, cancel);
        }
        catch (KubeException error)
        {
            LogNotMarked(log, candidate.Name, error.Message);
            return false;
        }
    }

    /// <summary>True when initialized once, false when not yet, null when it is gone for good.</summary>
    private async ValueTask<bool?> LookAsync(string name, string reason, CancellationToken cancel)
    {
        var claim = context.Stores.Claims.Get(null, name);
        if (claim is null)
        {
            var found = await context.Kube.GetAsync<NodeClaim>(null, name, cancel);
            if (found.IsNotFound)
                return context.View.Current.Claims.ContainsKey(name) ? false : null;
            if (!found.IsOk)
                return false;
            claim = found.Value;
        }
        Publish(claim, EventReasons.DisruptionLaunching, $"Launching NodeClaim: {reason}", reason);
        if (claim.Is(ConditionTypes.Initialized))
            return true;
        Publish(claim, EventReasons.DisruptionWaitingReadiness, "Waiting on readiness to continue disruption");
        return false;
    }

    private async ValueTask<bool> DeleteAsync(Candidate candidate, Running running, CancellationToken cancel)
    {
        if (!running.Deleted.Add(candidate.Key))
            return true;
        var reason = running.Command.Reason;
        Publish(candidate.Node, EventReasons.DisruptionTerminating, $"Disrupting Node: {reason}", reason);
        Publish(candidate.Claim, EventReasons.DisruptionTerminating, $"Disrupting NodeClaim: {reason}", reason);
        try
        {
            await context.Kube.DeleteIfThereAsync(candidate.Claim, cancel);
        }
        catch (KubeException error)
        {
            LogNotDeleted(log, candidate.Name, error.Message);
            running.Deleted.Remove(candidate.Key);
            return false;
        }
        var policy = running.Command.ConsolidationType.Length == 0 ? "" : TenonMetrics.Snake(candidate.Policy);
        context.Metrics.ClaimDisrupted(
            candidate.Claim,
            TenonMetrics.Snake(reason),
            policy,
            candidate.Reschedulable.Length
        );
        return true;
    }

    /// <summary>
    /// A repack gives up its nodes a few at a time: between two waves it can still be called off. Everything else goes
    /// at once, as upstream has it.
    /// </summary>
    private ImmutableArray<Candidate> NextWave(Running running)
    {
        var left = running.Command.Candidates.Where(it => !running.Deleted.Contains(it.Key));
        if (running.Command.Method != MethodKind.Repack)
            return [.. left];
        var cluster = context.View.Current;
        var underway = running.Command.Candidates.Count(it =>
            running.Deleted.Contains(it.Key) && cluster.Nodes.ContainsKey(it.Key)
        );
        return [.. left.Take(WaveSize - underway)];
    }

    /// <summary>
    /// Why a repack that has begun must not go on: a replacement was lost, or displaced pods find no place.
    /// </summary>
    private string? AbortReason(Running running)
    {
        if (running.Command.Method != MethodKind.Repack)
            return null;
        var cluster = context.View.Current;
        foreach (var name in running.Replacements)
            if (cluster.Claims.GetValueOrDefault(name) is not { Metadata.IsDeleting: false })
                return "replacement was lost";
        var now = context.Time.GetUtcNow();
        var stranded = cluster.Unbound.Values.FirstOrDefault(pod =>
            pod.IsProvisionable
            && moves.Current.Holds(pod, now)
            && now - pod.Metadata.CreationTimestamp > LongestHomeless
        );
        return stranded is null ? null : $"pod {stranded.Metadata.Namespace}/{stranded.Metadata.Name} finds no place";
    }

    /// <summary>Replacements stay: they are capacity like any other, and go when nothing needs them.</summary>
    private async ValueTask<Requeue> GiveBackAsync(string key, Running running, string why, CancellationToken cancel)
    {
        LogFailed(log, key, why);
        context.Journal.Record(DecisionKind.RollBack, Subject(running.Command), why);
        var kept = running.Command.Candidates.Where(it => !running.Deleted.Contains(it.Key)).ToList();
        foreach (var candidate in kept)
            if (context.View.Current.Nodes.TryGetValue(candidate.Key, out var state))
                await marks.TakeAsync(state, cancel);
        moves.Failed(running.Command);
        context.Metrics.QueueFailed(running.Command, running.Replacements.Length - running.Initialized.Count);
        context.View.Apply(new ClusterEvent.Unmarked([.. kept.Select(static it => it.Key)], context.Time.GetUtcNow()));
        Dequeue(key);
        return Requeue.Never;
    }

    private string Enqueue(Command command, ImmutableArray<string> replacements)
    {
        lock (_gate)
        {
            var id = $"{command.Reason}/{(++_started).ToString(CultureInfo.InvariantCulture)}";
            _running[id] = new Running(command, replacements, context.Time.GetUtcNow());
            _keys = _keys.Union(command.Candidates.Select(static it => it.Key));
            return id;
        }
    }

    private void Dequeue(string id)
    {
        lock (_gate)
            if (_running.Remove(id, out var running))
                _keys = _keys.Except(running.Command.Candidates.Select(static it => it.Key));
    }

    private void Publish(Api.IKubeObject about, string reason, string message, params ReadOnlySpan<string> more) =>
        context.Events.Publish(
            new KubeEvent(about, KubeEvent.Normal, reason, message)
            {
                DedupeValues = [about.Metadata.Uid ?? "", .. more],
            }
        );

    private static string Subject(Command command) => $"node/{command.Candidates[0].Name}";

    private sealed record Running(Command Command, ImmutableArray<string> Replacements, DateTimeOffset StartedAt)
    {
        /// <summary>Once initialized is enough: what happens to a replacement later is another matter.</summary>
        public HashSet<string> Initialized { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Deleted { get; } = new(StringComparer.Ordinal);
    }

    [LoggerMessage(
        EventId = 2501,
        Level = LogLevel.Information,
        Message = "disrupting node(s), {Id} {Reason}: {Command} (savings: ${Savings})"
    )]
    private static partial void LogStarted(ILogger logger, string id, string reason, string command, string savings);

    [LoggerMessage(EventId = 2502, Level = LogLevel.Error, Message = "failed terminating nodes of {Id}: {Why}")]
    private static partial void LogFailed(ILogger logger, string id, string why);

    [LoggerMessage(EventId = 2503, Level = LogLevel.Error, Message = "could not mark node {Node}: {Why}")]
    private static partial void LogNotMarked(ILogger logger, string node, string why);

    [LoggerMessage(
        EventId = 2504,
        Level = LogLevel.Error,
        Message = "could not delete the nodeclaim of node {Node}: {Why}"
    )]
    private static partial void LogNotDeleted(ILogger logger, string node, string why);
}

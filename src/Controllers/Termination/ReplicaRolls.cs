using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Disruption.Churn;
using Tenon.Domain.Claims;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Runtime.Events;

namespace Tenon.Controllers.Termination;

/// <summary>
/// Lets the only replica of a Deployment move without a gap: its Deployment is restarted, so that the new pod comes up
/// beside the old one, and the old one goes when the new one is Ready. What was begun is read off the Deployment
/// itself, so a restart in between begins nothing twice. Needs <c>get</c> on ReplicaSets and <c>get</c>, <c>patch</c>
/// on Deployments in apps; without these rights, and wherever the owner would not surge, pods are evicted as ever.
/// </summary>
internal sealed partial class ReplicaRolls(OperatorContext context, ILogger<ReplicaRolls> log)
{
    /// <summary>A new replica that is not Ready by then is not waited for any longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const int MostRemembered = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _machineEnds = new(StringComparer.Ordinal);

    /// <summary>UIDs; small, because rolls are rare, and bounded all the same.</summary>
    private readonly HashSet<string> _rolled = new(StringComparer.Ordinal);

    /// <summary>The cloud takes the machine at this time: a roll that would last longer gives way.</summary>
    public void MachineEnds(string providerId, DateTimeOffset at)
    {
        lock (_gate)
            _machineEnds[providerId] = at;
    }

    /// <summary>The machine is gone, or stays after all.</summary>
    public void Forget(string providerId)
    {
        lock (_gate)
            _machineEnds.Remove(providerId);
    }

    /// <summary>
    /// True while the pod is being replaced by its owner and must not be evicted; begins the replacement when it has
    /// not begun. False when the pod is to be evicted.
    /// </summary>
    public async ValueTask<bool> IsRollingAsync(Pod pod, CancellationToken cancel)
    {
        if (!context.Options.RollSingleReplicas || !pod.ReportsReady || OptsOut(pod.Metadata))
            return false;
        if (await DeploymentOfAsync(pod, cancel) is not { } deployment || !CanSurge(deployment))
            return false;
        var now = context.Time.GetUtcNow();
        if (EndOf(pod) is { } end && now >= InterruptionTiming.LatestEviction(pod, end))
            return false;
        if (RestartedSince(deployment, pod) is { } since)
            return now - since < Patience && !HasFailed(deployment);
        return await RestartAsync(deployment, pod, now, cancel);
    }

    /// <summary>
    /// The pod was rolled by us and its successor exists: it is no demand any more, the successor is.
    /// </summary>
    public bool HasSuccessor(Pod pod)
    {
        lock (_gate)
            if (!_rolled.Contains(pod.Metadata.Uid ?? ""))
                return false;
        var owner = MoveHistory.OwnerOf(pod);
        return context.View.Current.Pods.Values.Any(it =>
            it.IsActive && it.Metadata.Uid != pod.Metadata.Uid && MoveHistory.OwnerOf(it) == owner
        );
    }

    /// <summary>Whether the cloud has announced the end of the machine.</summary>
    public bool IsMachineEnding(string? providerId)
    {
        lock (_gate)
            return providerId is not null && _machineEnds.ContainsKey(providerId);
    }

    private DateTimeOffset? EndOf(Pod pod)
    {
        if (context.Stores.Nodes.Get(null, pod.Spec.NodeName ?? "")?.Spec.ProviderId is not { } id)
            return null;
        lock (_gate)
            return _machineEnds.TryGetValue(id, out var end) ? end : null;
    }

    private async ValueTask<Deployment?> DeploymentOfAsync(Pod pod, CancellationToken cancel)
    {
        if (Controller(pod.Metadata, "ReplicaSet") is not { } setName)
            return null;
        var set = await context.Kube.GetAsync<ReplicaSet>(pod.Metadata.Namespace, setName, cancel);
        if (!set.IsOk || Controller(set.Value.Metadata, "Deployment") is not { } name)
            return null;
        var deployment = await context.Kube.GetAsync<Deployment>(pod.Metadata.Namespace, name, cancel);
        return deployment.IsOk ? deployment.Value : null;
    }

    private static string? Controller(ObjectMeta meta, string kind) =>
        meta
            .OwnerReferences.FirstOrDefault(it =>
                it.Controller == true && it.Kind == kind && it.ApiVersion == "apps/v1"
            )
            ?.Name;

    /// <summary>One replica wanted, and a rollout that brings the new pod before it takes the old one.</summary>
    private static bool CanSurge(Deployment deployment)
    {
        var rolling = deployment.Spec.Strategy?.RollingUpdate;
        return (deployment.Spec.Replicas ?? 1) == 1
            && deployment.Spec.Paused != true
            && !deployment.Metadata.IsDeleting
            && deployment.Spec.Strategy?.Type != "Recreate"
            && rolling?.MaxSurge?.ToString() is not ("0" or "0%")
            && TakesNoneAway(rolling?.MaxUnavailable?.ToString())
            && !OptsOut(deployment.Metadata);
    }

    /// <summary>Of one replica, a percentage below 100 rounds down to none.</summary>
    private static bool TakesNoneAway(string? maxUnavailable) =>
        maxUnavailable is null or "0" || (maxUnavailable.EndsWith('%') && maxUnavailable != "100%");

    private static bool OptsOut(ObjectMeta meta) =>
        meta.Annotations.TryGetValue(Annotations.RollSingleReplica, out var text) && text == "false";

    /// <summary>When the template was last restarted, if that was after the pod was made from it.</summary>
    private static DateTimeOffset? RestartedSince(Deployment deployment, Pod pod) =>
        deployment.Spec.Template.Metadata.Annotations.TryGetValue(Annotations.RestartedAt, out var text)
        && DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
        && at > (pod.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue)
            ? at
            : null;

    private static bool HasFailed(Deployment deployment) =>
        deployment.Status.Conditions.Any(static it =>
            it is { Type: ConditionTypes.Progressing, Status: ConditionStatus.False }
        );

    private async ValueTask<bool> RestartAsync(
        Deployment deployment,
        Pod pod,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var annotations = new JsonObject { [Annotations.RestartedAt] = Claims.ClaimFinalization.Rfc3339(now) };
        var template = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        var result = await context.Kube.PatchAsync<Deployment>(
            deployment.Metadata.Namespace,
            deployment.Metadata.Name ?? "",
            Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["template"] = template } }),
            cancel
        );
        if (!result.IsOk)
        {
            LogNotRolled(log, $"{deployment.Metadata.Namespace}/{deployment.Metadata.Name}", result.Error.Message);
            return false;
        }
        var name = $"{deployment.Metadata.Namespace}/{deployment.Metadata.Name}";
        LogRolling(log, name);
        lock (_gate)
        {
            if (_rolled.Count >= MostRemembered)
                _rolled.Clear();
            _rolled.Add(pod.Metadata.Uid ?? "");
        }
        context.Journal.Record(
            DecisionKind.Evict,
            $"pod/{pod.Metadata.Namespace}/{pod.Metadata.Name}",
            $"the only replica of deployment {name}: its successor comes first"
        );
        context.Events.Publish(
            new KubeEvent(
                pod,
                KubeEvent.Normal,
                EventReasons.RollingSingleReplica,
                $"Restarting deployment {name}: its only replica is replaced before its node goes"
            )
            {
                DedupeValues = [pod.Metadata.Uid ?? ""],
            }
        );
        return true;
    }

    [LoggerMessage(
        EventId = 2430,
        Level = LogLevel.Information,
        Message = "restarting deployment {Deployment}: its only replica is on a node that goes"
    )]
    private static partial void LogRolling(ILogger logger, string deployment);

    [LoggerMessage(
        EventId = 2431,
        Level = LogLevel.Warning,
        Message = "could not restart deployment {Deployment}, its pod is evicted instead: {Why}"
    )]
    private static partial void LogNotRolled(ILogger logger, string deployment, string why);
}

using Tenon.Api.Apps;

namespace Tenon.Simulation.Workloads;

/// <summary>The status of a deployment, and when its deadline needs another look.</summary>
internal static class DeploymentReport
{
    private const int DefaultDeadline = 600;

    public static (DeploymentStatus Status, TimeSpan? Again) Of(
        Deployment deployment,
        IReadOnlyList<ReplicaSet> sets,
        ReplicaSet? current,
        int maxUnavailable,
        DateTimeOffset now
    )
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var before = deployment.Status;
        var total = sets.Sum(set => set.Status.Replicas);
        var available = sets.Sum(set => set.Status.AvailableReplicas ?? 0);
        var updated = current?.Status.Replicas ?? 0;
        var status = before with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = Some(total),
            UpdatedReplicas = Some(updated),
            ReadyReplicas = Some(sets.Sum(set => set.Status.ReadyReplicas ?? 0)),
            AvailableReplicas = Some(available),
            UnavailableReplicas = Some(Math.Max(0, total - available)),
        };
        status = status with
        {
            Conditions =
                available >= wanted - maxUnavailable
                    ? status.Conditions.With(
                        "Available",
                        "True",
                        "MinimumReplicasAvailable",
                        "Deployment has minimum availability.",
                        now,
                        dated: true
                    )
                    : status.Conditions.With(
                        "Available",
                        "False",
                        "MinimumReplicasUnavailable",
                        "Deployment does not have minimum availability.",
                        now,
                        dated: true
                    ),
        };
        return Progress(
            deployment,
            before,
            status,
            current?.Metadata.Name ?? deployment.Metadata.Name!,
            wanted,
            total,
            updated,
            available,
            now
        );
    }

    private static (DeploymentStatus, TimeSpan?) Progress(
        Deployment deployment,
        DeploymentStatus before,
        DeploymentStatus status,
        string set,
        int wanted,
        int total,
        int updated,
        int available,
        DateTimeOffset now
    )
    {
        if (deployment.Spec.Paused == true)
            return (
                status with
                {
                    Conditions = status.Conditions.With(
                        "Progressing",
                        "Unknown",
                        "DeploymentPaused",
                        "Deployment is paused",
                        now,
                        dated: true
                    ),
                },
                null
            );
        var complete = updated == wanted && total == wanted && available == wanted;
        if (complete)
            return (
                status with
                {
                    Conditions = status.Conditions.With(
                        "Progressing",
                        "True",
                        "NewReplicaSetAvailable",
                        $"ReplicaSet \"{set}\" has successfully progressed.",
                        now,
                        dated: true
                    ),
                },
                null
            );
        var moved =
            updated > (before.UpdatedReplicas ?? 0)
            || (before.Replicas ?? 0) > total
            || available > (before.AvailableReplicas ?? 0)
            || before.ObservedGeneration != deployment.Metadata.Generation;
        var said = before.Conditions.FirstOrDefault(condition => condition.Type == "Progressing");
        if (said is null || moved || said.Reason is "NewReplicaSetAvailable" or "DeploymentPaused")
            return (
                status with
                {
                    Conditions = status
                        .Conditions.Without("Progressing")
                        .With(
                            "Progressing",
                            "True",
                            "ReplicaSetUpdated",
                            $"ReplicaSet \"{set}\" is progressing.",
                            now,
                            dated: true
                        )
                        .Keeping(said, now),
                },
                Deadline(deployment)
            );
        var waited = now - (said.LastUpdateTime ?? now);
        if (said.Reason != "ProgressDeadlineExceeded" && waited >= Deadline(deployment))
            return (
                status with
                {
                    Conditions = status.Conditions.With(
                        "Progressing",
                        "False",
                        "ProgressDeadlineExceeded",
                        $"ReplicaSet \"{set}\" has timed out progressing.",
                        now,
                        dated: true
                    ),
                },
                null
            );
        return (status, said.Reason == "ProgressDeadlineExceeded" ? null : Deadline(deployment) - waited);
    }

    /// <summary>Progress renews the update time; the transition time stays while the status does.</summary>
    private static IReadOnlyList<Api.Core.Condition> Keeping(
        this IReadOnlyList<Api.Core.Condition> conditions,
        Api.Core.Condition? said,
        DateTimeOffset now
    ) =>
        [
            .. conditions.Select(condition =>
                condition.Type == "Progressing" && said?.Status == "True"
                    ? condition with
                    {
                        LastTransitionTime = said.LastTransitionTime ?? now,
                    }
                    : condition
            ),
        ];

    private static TimeSpan Deadline(Deployment deployment) =>
        TimeSpan.FromSeconds(deployment.Spec.ProgressDeadlineSeconds ?? DefaultDeadline);

    private static int? Some(int number) => number == 0 ? null : number;
}

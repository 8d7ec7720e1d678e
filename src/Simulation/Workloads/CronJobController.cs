using System.Globalization;
using Tenon.Api.Batch;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Domain.Budgets;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Workloads;

/// <summary>Starts jobs on a schedule (UTC), with upstream's concurrency policies and history limits.</summary>
internal sealed class CronJobController(Informers informers, ClusterEvents events, TimeProvider time)
    : IReconciler<ObjectKey>
{
    private const string Name = "cronjob-controller";

    /// <summary>
    /// Starts that were missed are looked for this far back; more is given up, as upstream does after a hundred.
    /// </summary>
    private const int MissedStarts = 100;

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<CronJob> _crons = informers.Of<CronJob>();
    private readonly Informer<Job> _jobs = informers
        .Of<Job>()
        .AddIndex("owner", job => job.Metadata.Controller() is { } owner ? [owner.Uid] : []);

    public static void AddTo(ControllerHost host, ClusterEvents events, TimeProvider time) =>
        host.Add(
            new ControllerOptions { Name = "cronjob" },
            new CronJobController(host.Informers, events, time),
            Source.Of(host.Informers.Of<CronJob>()),
            Owners.Of(host.Informers.Of<Job>(), "CronJob")
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_crons.Get(key.Namespace, key.Name) is not { } cron || cron.Metadata.IsDeleting)
            return Requeue.Never;
        var jobs = _jobs.ByIndex("owner", cron.Metadata.Uid!).ToList();
        await CleanUpAsync(cron, jobs, cancel);
        if (CronSchedule.TryParse(cron.Spec.Schedule, out var error) is not { } schedule)
        {
            events.Tell(
                cron,
                "Warning",
                "UnparseableSchedule",
                $"unparseable schedule: {cron.Spec.Schedule} : {error}",
                Name
            );
            return Requeue.Never;
        }
        var now = time.GetUtcNow();
        var last = cron.Status.LastScheduleTime ?? cron.Metadata.CreationTimestamp ?? now;
        var due = Due(schedule, last, now);
        var active = jobs.Where(job => !JobController.IsFinished(job)).ToList();
        if (due is { } at && cron.Spec.Suspend != true && !IsTooLate(cron, at, now))
            (last, active) = await StartAsync(cron, active, at, last, cancel);
        await ReportAsync(cron, active, last == cron.Metadata.CreationTimestamp ? null : last, jobs, cancel);
        return schedule.NextAfter(now) is { } next ? Requeue.In(next - now) : Requeue.Never;
    }

    private async ValueTask<(DateTimeOffset, List<Job>)> StartAsync(
        CronJob cron,
        List<Job> active,
        DateTimeOffset at,
        DateTimeOffset last,
        CancellationToken cancel
    )
    {
        if (cron.Spec.ConcurrencyPolicy == "Forbid" && active.Count > 0)
            return (last, active);
        if (cron.Spec.ConcurrencyPolicy == "Replace")
        {
            foreach (var old in active)
                await _client.DeleteAsync<Job>(
                    old.Metadata.Namespace,
                    old.Metadata.Name!,
                    new DeleteOptions { PropagationPolicy = "Background" },
                    cancel
                );
            active = [];
        }
        var minute = (at.ToUnixTimeSeconds() / 60).ToString(CultureInfo.InvariantCulture);
        var template = cron.Spec.JobTemplate;
        var made = await _client.CreateAsync(
            new Job
            {
                Metadata = new ObjectMeta
                {
                    Name = $"{cron.Metadata.Name}-{minute}",
                    Namespace = cron.Metadata.Namespace,
                    Labels = template.Metadata.Labels,
                    Annotations = Templates.With(
                        template.Metadata.Annotations,
                        "batch.kubernetes.io/cronjob-scheduled-timestamp",
                        Timestamps.Text(at)
                    ),
                    OwnerReferences = [PodControl.ReferenceTo(cron)],
                },
                Spec = template.Spec,
            },
            cancel
        );
        // The name is the moment: a start whose reply was lost is found, not repeated.
        if (!made.IsOk && !made.Is(KubeErrorKind.AlreadyExists))
            throw new KubeException(made.Error);
        if (made.IsOk)
        {
            active = [.. active, made.Value];
            events.Tell(cron, "Normal", "SuccessfulCreate", $"Created job {made.Value.Metadata.Name}", Name);
        }
        return (at, active);
    }

    private async ValueTask ReportAsync(
        CronJob cron,
        List<Job> active,
        DateTimeOffset? last,
        List<Job> jobs,
        CancellationToken cancel
    )
    {
        var success = jobs.Where(job => job.Status.CompletionTime is not null)
            .Select(job => job.Status.CompletionTime)
            .Append(cron.Status.LastSuccessfulTime)
            .Max();
        var status = cron.Status with
        {
            LastScheduleTime = last,
            LastSuccessfulTime = success,
            Active = [.. active.Select(Reference)],
        };
        if (ApiJson.WriteText(status) == ApiJson.WriteText(cron.Status))
            return;
        var written = await _client.UpdateStatusAsync(cron with { Status = status }, cancel);
        if (!written.IsOk && !written.IsNotFound)
            throw new KubeException(written.Error);
    }

    private static ObjectReference Reference(Job job) =>
        new()
        {
            ApiVersion = "batch/v1",
            Kind = "Job",
            Name = job.Metadata.Name,
            Namespace = job.Metadata.Namespace,
            Uid = job.Metadata.Uid,
        };

    private async ValueTask CleanUpAsync(CronJob cron, List<Job> jobs, CancellationToken cancel)
    {
        await Trim("Complete", cron.Spec.SuccessfulJobsHistoryLimit ?? 3);
        await Trim("Failed", cron.Spec.FailedJobsHistoryLimit ?? 1);

        async ValueTask Trim(string end, int keep)
        {
            var ended = jobs.Where(job => job.Status.Conditions.IsTrue(end) && !job.Metadata.IsDeleting)
                .OrderBy(job => job.Status.StartTime)
                .ThenBy(job => job.Metadata.Name, StringComparer.Ordinal)
                .ToList();
            foreach (var job in ended.Take(Math.Max(0, ended.Count - keep)))
                await _client.DeleteAsync<Job>(
                    job.Metadata.Namespace,
                    job.Metadata.Name!,
                    new DeleteOptions { PropagationPolicy = "Background" },
                    cancel
                );
        }
    }

    /// <summary>The latest start that is due and was not made.</summary>
    private static DateTimeOffset? Due(CronSchedule schedule, DateTimeOffset last, DateTimeOffset now)
    {
        DateTimeOffset? due = null;
        var at = schedule.NextAfter(last);
        for (var i = 0; i < MissedStarts && at is { } candidate && candidate <= now; i++)
        {
            due = candidate;
            at = schedule.NextAfter(candidate);
        }
        return due;
    }

    private static bool IsTooLate(CronJob cron, DateTimeOffset at, DateTimeOffset now) =>
        cron.Spec.StartingDeadlineSeconds is { } limit && at + TimeSpan.FromSeconds(limit) < now;
}

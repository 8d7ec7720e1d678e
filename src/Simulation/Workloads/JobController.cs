using System.Globalization;
using Tenon.Api.Batch;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Runs pods to completion: so many at once, so many in all, each index once, up to so many failures; then cleans up.
/// </summary>
internal sealed class JobController(Informers informers, PodControl pods, ClusterEvents events, TimeProvider time)
    : IReconciler<ObjectKey>
{
    private const string Name = "job-controller";
    private const string IndexAnnotation = "batch.kubernetes.io/job-completion-index";

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<Job> _jobs = informers.Of<Job>();

    public static void AddTo(ControllerHost host, PodControl pods, ClusterEvents events, TimeProvider time) =>
        host.Add(
            new ControllerOptions { Name = "job", Workers = 5 },
            new JobController(host.Informers, pods, events, time),
            Source.Of(host.Informers.Of<Job>()),
            Owners.Of(host.Informers.Of<Pod>(), "Job")
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_jobs.Get(key.Namespace, key.Name) is not { } job || job.Metadata.IsDeleting)
            return Requeue.Never;
        var now = time.GetUtcNow();
        if (IsFinished(job))
            return await ExpireAsync(job, now, cancel);
        var all = pods.Of(job);
        var tally = JobTally.Of(job, all);
        var verdict = Verdict(job, tally, now);
        if (verdict is not null || job.Spec.Suspend == true)
            foreach (var pod in all.Where(pod => pod.IsActive()))
                await pods.DeleteAsync(job, pod, Name, cancel);
        else if (pods.IsSettled(job))
            await StartAsync(job, tally, cancel);
        await ReportAsync(job, tally, verdict, now, cancel);
        return job.Spec.ActiveDeadlineSeconds is { } limit && verdict is null
            ? Requeue.In(TimeSpan.FromSeconds(limit) - (now - (job.Status.StartTime ?? now)) + TimeSpan.FromSeconds(1))
            : Requeue.Never;
    }

    private async ValueTask StartAsync(Job job, JobTally tally, CancellationToken cancel)
    {
        var parallelism = job.Spec.Parallelism ?? 1;
        var wanted =
            job.Spec.Completions is { } completions ? Math.Min(parallelism, completions - tally.Succeeded)
            : tally.Succeeded > 0 ? tally.Active.Count
            : parallelism;
        var missing = wanted - tally.Active.Count - tally.Terminating;
        if (missing < 0)
        {
            foreach (
                var pod in PodFacts.InRemovalOrder(tally.Active).Take(tally.Active.Count - Math.Max(0, wanted)).ToList()
            )
                await pods.DeleteAsync(job, pod, Name, cancel);
            return;
        }
        if (missing == 0)
            return;
        if (job.Spec.CompletionMode == "Indexed")
        {
            var free = tally.FreeIndexes(job.Spec.Completions ?? 1).Take(missing).ToList();
            await pods.CreateInBatchesAsync(job, free.Count, i => PodOf(job, free[i]), Name, cancel);
        }
        else
            await pods.CreateInBatchesAsync(job, missing, _ => PodOf(job, null), Name, cancel);
    }

    private static Pod PodOf(Job job, int? index)
    {
        var pod = Templates.PodOf(
            job.Spec.Template,
            null,
            index is { } number ? $"{job.Metadata.Name}-{number}-" : $"{job.Metadata.Name}-"
        );
        var labels = Templates.With(pod.Metadata.Labels, "batch.kubernetes.io/job-name", job.Metadata.Name);
        labels["job-name"] = job.Metadata.Name!;
        labels["batch.kubernetes.io/controller-uid"] = labels["controller-uid"] = job.Metadata.Uid!;
        var annotations = pod.Metadata.Annotations;
        if (index is { } at)
        {
            var text = at.ToString(CultureInfo.InvariantCulture);
            labels[IndexAnnotation] = text;
            annotations = Templates.With(annotations, IndexAnnotation, text);
        }
        return pod with { Metadata = pod.Metadata with { Labels = labels, Annotations = annotations } };
    }

    private static (string Type, string Reason, string Message)? Verdict(Job job, JobTally tally, DateTimeOffset now)
    {
        if (tally.Failed > (job.Spec.BackoffLimit ?? 6))
            return ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (
            job.Spec.ActiveDeadlineSeconds is { } limit
            && job.Status.StartTime is { } start
            && now - start >= TimeSpan.FromSeconds(limit)
        )
            return ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        var done = job.Spec.Completions is { } completions
            ? tally.Succeeded >= completions
            : tally.Succeeded > 0 && tally.Active.Count == 0;
        return done ? ("Complete", "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    private async ValueTask ReportAsync(
        Job job,
        JobTally tally,
        (string Type, string Reason, string Message)? verdict,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var status = job.Status with
        {
            StartTime = job.Spec.Suspend == true ? null : job.Status.StartTime ?? now,
            Active = verdict is null && tally.Active.Count > 0 ? tally.Active.Count : null,
            Ready = tally.Active.Count(pod => pod.IsReady()),
            Terminating = tally.Terminating,
            Succeeded = tally.Succeeded > 0 ? tally.Succeeded : null,
            Failed = tally.Failed > 0 ? tally.Failed : null,
            CompletedIndexes = job.Spec.CompletionMode == "Indexed" ? tally.CompletedText() : null,
            UncountedTerminatedPods = null,
        };
        if (verdict is { } end)
        {
            var first = end.Type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
            status = status with
            {
                Conditions = status
                    .Conditions.With(first, "True", end.Reason, end.Message, now)
                    .With(end.Type, "True", end.Reason, end.Message, now),
                CompletionTime = end.Type == "Complete" ? now : null,
                Ready = 0,
            };
        }
        if (ApiJson.WriteText(status) == ApiJson.WriteText(job.Status))
            return;
        var written = await _client.UpdateStatusAsync(job with { Status = status }, cancel);
        if (!written.IsOk && !written.IsNotFound)
            throw new KubeException(written.Error);
        if (verdict is { Type: "Complete" })
            events.Tell(job, "Normal", "Completed", "Job completed", Name);
        else if (verdict is { } failed)
            events.Tell(job, "Warning", failed.Reason, failed.Message, Name);
    }

    /// <summary>A finished job goes when its time to live is over, and its pods with it.</summary>
    private async ValueTask<Requeue> ExpireAsync(Job job, DateTimeOffset now, CancellationToken cancel)
    {
        if (job.Spec.TtlSecondsAfterFinished is not { } ttl)
            return Requeue.Never;
        var end =
            job.Status.Conditions.First(condition =>
                condition.Type is "Complete" or "Failed" && condition.Status == "True"
            ).LastTransitionTime
            ?? now;
        var due = end + TimeSpan.FromSeconds(ttl);
        if (due > now)
            return Requeue.In(due - now);
        await _client.DeleteAsync<Job>(
            job.Metadata.Namespace,
            job.Metadata.Name!,
            new DeleteOptions { PropagationPolicy = "Foreground", Uid = job.Metadata.Uid },
            cancel
        );
        return Requeue.Never;
    }

    public static bool IsFinished(Job job) =>
        job.Status.Conditions.IsTrue("Complete") || job.Status.Conditions.IsTrue("Failed");
}

/// <summary>
/// Where a job stands, from its pods. Pods that were removed after they ended stay counted through the status.
/// </summary>
internal sealed class JobTally
{
    private const string IndexAnnotation = "batch.kubernetes.io/job-completion-index";
    private readonly SortedSet<int> _done = [];
    private readonly SortedSet<int> _running = [];

    public required List<Pod> Active { get; init; }
    public int Succeeded { get; private set; }
    public int Failed { get; private set; }
    public int Terminating { get; private set; }

    public static JobTally Of(Job job, IReadOnlyList<Pod> pods)
    {
        var tally = new JobTally
        {
            Active = [.. pods.Where(pod => pod.IsActive())],
            Terminating = pods.Count(pod => pod.Metadata.IsDeleting && !pod.IsFinished()),
        };
        var succeeded = pods.Count(pod => pod.Status.Phase == "Succeeded");
        if (job.Spec.CompletionMode == "Indexed")
        {
            foreach (var index in Ranges(job.Status.CompletedIndexes))
                tally._done.Add(index);
            foreach (var pod in pods)
                if (IndexOf(pod) is { } index)
                    if (pod.Status.Phase == "Succeeded")
                        tally._done.Add(index);
                    else if (!pod.IsFinished())
                        tally._running.Add(index);
            tally.Succeeded = tally._done.Count;
        }
        else
            tally.Succeeded = Math.Max(succeeded, job.Status.Succeeded ?? 0);
        tally.Failed = Math.Max(pods.Count(pod => pod.Status.Phase == "Failed"), job.Status.Failed ?? 0);
        return tally;
    }

    public IEnumerable<int> FreeIndexes(int completions) =>
        Enumerable.Range(0, completions).Where(index => !_done.Contains(index) && !_running.Contains(index));

    /// <summary>Runs of numbers as <c>0-3,5</c>.</summary>
    public string? CompletedText()
    {
        if (_done.Count == 0)
            return null;
        var parts = new List<string>();
        var (first, last) = (-2, -2);
        foreach (var index in _done)
        {
            if (index != last + 1)
            {
                Close();
                first = index;
            }
            last = index;
        }
        Close();
        return string.Join(',', parts);

        void Close()
        {
            if (first >= 0)
                parts.Add(
                    first == last ? $"{first}"
                    : last == first + 1 ? $"{first},{last}"
                    : $"{first}-{last}"
                );
        }
    }

    private static IEnumerable<int> Ranges(string? text)
    {
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            var (from, to) = (
                int.Parse(ends[0], CultureInfo.InvariantCulture),
                int.Parse(ends[^1], CultureInfo.InvariantCulture)
            );
            for (var index = from; index <= to; index++)
                yield return index;
        }
    }

    private static int? IndexOf(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.GetValueOrDefault(IndexAnnotation), out var index) ? index : null;
}

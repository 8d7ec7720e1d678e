using System.Diagnostics.Metrics;
using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Events;

namespace Tenon.Kube.Runtime.Leadership;

/// <summary>
/// Lets one of several processes work at a time, over a <c>coordination.k8s.io</c> Lease.
/// <para>Expected flow: try to take the lease every retry period; when it is ours, start the work and renew it every
/// retry period; on a stop, end the work, then give the lease back.</para>
/// <para>Guarantees: the work's token is cancelled at the latest one renew deadline after the last renewal that the
/// server confirmed, which is before anybody else may take the lease.</para>
/// <para>Assumptions: clocks run at about the same speed (they need not agree); work that is cancelled ends.</para>
/// <para>Caveats: work that ignores its token can overlap with the next leader's; so every write is re-checked by its
/// version.</para>
/// <para>Errors: any failure to read or write the lease counts as "not renewed" and is tried again.</para>
/// </summary>
/// <param name="client">One of its own: its renewals must not queue behind the rate limit of the work.</param>
public sealed class LeaderElector(
    KubeClient client,
    LeaderElectorOptions options,
    TimeProvider time,
    IEventRecorder? events = null
)
{
    /// <summary>Waiting candidates spread their attempts by up to this share of the period, as client-go.</summary>
    private const int JitterPercent = 120;

    private readonly Gauge<int>? _status = options.Meter?.CreateGauge<int>("leader_election_master_status");
    private LeaseSpec? _seen;
    private Lease? _lease;
    private long _seenAt;
    private string _toldHolder = "";

    public bool IsLeader { get; private set; }

    /// <summary>Waits for the lease, works, and tells why the work ended. Does not throw on cancellation.</summary>
    public async Task<LeadershipEnd> RunAsync(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        Report(0);
        try
        {
            while (!await TryOnceAsync(options.RenewDeadline, cancel))
                await Task.Delay(options.RetryPeriod + Spread(), time, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return LeadershipEnd.Stopped;
        }
        IsLeader = true;
        Report(1);
        Tell("became leader");
        try
        {
            return await LeadAsync(work, cancel);
        }
        finally
        {
            IsLeader = false;
            Report(0);
            Tell("stopped leading");
        }
    }

    private async Task<LeadershipEnd> LeadAsync(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var working = work(leading.Token);
        var lost = await RenewAsync(working, cancel);
        leading.Cancel();
        // Work that ignores its token for longer than the grace period is left behind: the lease decides from here.
        if (await working.EndsWithin(options.GracePeriod, time, CancellationToken.None) && !working.IsCanceled)
            await working;
        if (lost)
            return LeadershipEnd.Lost;
        await ReleaseAsync();
        return cancel.IsCancellationRequested ? LeadershipEnd.Stopped : LeadershipEnd.WorkDone;
    }

    /// <summary>
    /// Renews until the work ends or we are asked to stop (false), or until the deadline passes (true).
    /// </summary>
    private async Task<bool> RenewAsync(Task working, CancellationToken cancel)
    {
        var renewedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                if (await working.EndsWithin(options.RetryPeriod, time, cancel))
                    return false;
                var left = options.RenewDeadline - time.GetElapsedTime(renewedAt);
                if (left <= TimeSpan.Zero)
                    return true;
                var began = time.GetTimestamp();
                if (await TryOnceAsync(left, cancel))
                    renewedAt = began;
                else if (_seen?.HolderIdentity is { Length: > 0 } holder && holder != options.Identity)
                    return true;
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>One look and one write. True when the lease is ours afterwards, confirmed by the server.</summary>
    private async Task<bool> TryOnceAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var expiry = new CancellationTokenSource(limit, time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancel, expiry.Token);
        try
        {
            var read = await client.GetAsync<Lease>(options.Namespace, options.Name, attempt.Token);
            if (!read.IsOk && !read.IsNotFound)
                return false;
            if (read.IsOk)
                Observe(read.Value);
            var lease = read.ValueOrNull;
            var decision = LeaseDecision.Decide(
                lease,
                time.GetElapsedTime(_seenAt),
                options.Identity,
                options.LeaseDuration,
                time.GetUtcNow()
            );
            var written = decision switch
            {
                LeaseDecision.Create create => await client.CreateAsync(NewLease(create.Spec), attempt.Token),
                LeaseDecision.Take take => await client.UpdateAsync(lease! with { Spec = take.Spec }, attempt.Token),
                LeaseDecision.Renew renew => await client.UpdateAsync(lease! with { Spec = renew.Spec }, attempt.Token),
                _ => (KubeResult<Lease>?)null,
            };
            if (written is not { IsOk: true } result)
                return false;
            Observe(result.Value);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false; // the attempt ran out of its time
        }
    }

    private void Observe(Lease lease)
    {
        if (_seen is null || !Same(_seen, lease.Spec))
            _seenAt = time.GetTimestamp();
        (_seen, _lease) = (lease.Spec, lease);
        var holder = lease.Spec.HolderIdentity ?? "";
        if (holder == _toldHolder)
            return;
        _toldHolder = holder;
        options.Listener.LeadershipChanged($"{options.Namespace}/{options.Name}", holder, holder == options.Identity);
    }

    private static bool Same(LeaseSpec a, LeaseSpec b) =>
        a.HolderIdentity == b.HolderIdentity
        && a.RenewTime == b.RenewTime
        && a.AcquireTime == b.AcquireTime
        && a.LeaseTransitions == b.LeaseTransitions
        && a.LeaseDurationSeconds == b.LeaseDurationSeconds;

    /// <summary>Best effort: whoever waits would take it after its duration anyway.</summary>
    private async Task ReleaseAsync()
    {
        if (_lease is not { } lease || lease.Spec.HolderIdentity != options.Identity)
            return;
        using var expiry = new CancellationTokenSource(options.RenewDeadline, time);
        try
        {
            var left = lease with { Spec = LeaseDecision.Release(lease.Spec, time.GetUtcNow()) };
            var released = await client.UpdateAsync(left, expiry.Token);
            if (released.IsOk)
                Observe(released.Value);
        }
        catch (OperationCanceledException)
        {
            // No answer in time; the process ends all the same.
        }
    }

    private Lease NewLease(LeaseSpec spec) =>
        new()
        {
            Metadata = new ObjectMeta { Namespace = options.Namespace, Name = options.Name },
            Spec = spec,
        };

    private TimeSpan Spread() =>
        TimeSpan.FromTicks(client.Jitter.Below(options.RetryPeriod.Ticks / 100 * JitterPercent + 1));

    private void Report(int status) => _status?.Record(status, new KeyValuePair<string, object?>("name", options.Name));

    private void Tell(string what)
    {
        if (_lease is { } lease)
            events?.Publish(new KubeEvent(lease, KubeEvent.Normal, "LeaderElection", $"{options.Identity} {what}"));
    }
}

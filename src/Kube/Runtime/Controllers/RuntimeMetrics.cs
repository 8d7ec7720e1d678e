using System.Diagnostics.Metrics;
using Tenon.Kube.Runtime.Queue;

namespace Tenon.Kube.Runtime.Controllers;

/// <summary>
/// The metrics of queues and reconciles under controller-runtime's names (spec core-api §12.8). Without a meter nothing
/// is made.
/// </summary>
internal sealed class RuntimeMetrics : IDisposable
{
    /// <summary>controller-runtime's bounds, in seconds.</summary>
    private static readonly double[] Reconciling =
    [
        .. (double[])[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9],
        .. (double[])[1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
    ];

    /// <summary>1e-8 × 10^n, twelve of them.</summary>
    private static readonly double[] Queueing = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

    private readonly Lock _gate = new();
    private readonly List<(
        string Name,
        Func<IReadOnlyList<(int, int)>> Depth,
        Func<IReadOnlyList<TimeSpan>> InHand
    )> _queues = [];

    public RuntimeMetrics(Meter? meter)
    {
        if (meter is null)
            return;
        Reconciles = meter.CreateCounter<long>("controller_runtime_reconcile_total");
        Errors = meter.CreateCounter<long>("controller_runtime_reconcile_errors_total");
        TerminalErrors = meter.CreateCounter<long>("controller_runtime_terminal_reconcile_errors_total");
        Crashes = meter.CreateCounter<long>("controller_runtime_reconcile_panics_total");
        Timeouts = meter.CreateCounter<long>("controller_runtime_reconcile_timeouts_total");
        Seconds = Timed(meter, "controller_runtime_reconcile_time_seconds", Reconciling);
        MaxConcurrent = meter.CreateGauge<int>("controller_runtime_max_concurrent_reconciles");
        Active = meter.CreateUpDownCounter<long>("controller_runtime_active_workers");
        Adds = meter.CreateCounter<long>("workqueue_adds_total");
        Retries = meter.CreateCounter<long>("workqueue_retries_total");
        QueueSeconds = Timed(meter, "workqueue_queue_duration_seconds", Queueing);
        WorkSeconds = Timed(meter, "workqueue_work_duration_seconds", Queueing);
        meter.CreateObservableGauge("workqueue_depth", Depths);
        meter.CreateObservableGauge(
            "workqueue_unfinished_work_seconds",
            () => OfInHand(static all => all.Sum(x => x.TotalSeconds))
        );
        meter.CreateObservableGauge(
            "workqueue_longest_running_processor_seconds",
            () => OfInHand(static all => all.Count == 0 ? 0 : all.Max(x => x.TotalSeconds))
        );
    }

    public Counter<long>? Reconciles { get; }
    public Counter<long>? Errors { get; }
    public Counter<long>? TerminalErrors { get; }
    public Counter<long>? Crashes { get; }
    public Counter<long>? Timeouts { get; }
    public Histogram<double>? Seconds { get; }
    public Gauge<int>? MaxConcurrent { get; }
    public UpDownCounter<long>? Active { get; }
    public Counter<long>? Adds { get; }
    public Counter<long>? Retries { get; }
    public Histogram<double>? QueueSeconds { get; }
    public Histogram<double>? WorkSeconds { get; }

    public ControllerMetrics Of(string controller) => new(this, controller);

    public IDisposable Observe(string name, Func<IReadOnlyList<(int, int)>> depth, Func<IReadOnlyList<TimeSpan>> inHand)
    {
        var entry = (name, depth, inHand);
        lock (_gate)
            _queues.Add(entry);
        return new Removal(() =>
        {
            lock (_gate)
                _queues.Remove(entry);
        });
    }

    public void Dispose()
    {
        lock (_gate)
            _queues.Clear();
    }

    private static Histogram<double> Timed(Meter meter, string name, double[] bounds) =>
        meter.CreateHistogram(
            name,
            "s",
            null,
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds }
        );

    private List<Measurement<long>> Depths()
    {
        var result = new List<Measurement<long>>();
        lock (_gate)
            foreach (var (name, depth, _) in _queues)
            foreach (var (priority, count) in depth())
                result.Add(
                    new(
                        count,
                        new("name", name),
                        new("controller", name),
                        new KeyValuePair<string, object?>("priority", priority)
                    )
                );
        return result;
    }

    private List<Measurement<double>> OfInHand(Func<IReadOnlyList<TimeSpan>, double> read)
    {
        var result = new List<Measurement<double>>();
        lock (_gate)
            foreach (var (name, _, inHand) in _queues)
                result.Add(
                    new(read(inHand()), new("name", name), new KeyValuePair<string, object?>("controller", name))
                );
        return result;
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}

/// <summary>The share of one controller.</summary>
internal sealed class ControllerMetrics(RuntimeMetrics all, string name) : IWorkQueueObserver
{
    private readonly KeyValuePair<string, object?> _controller = new("controller", name);
    private readonly KeyValuePair<string, object?> _name = new("name", name);

    public IDisposable Observe(Func<IReadOnlyList<(int, int)>> depth, Func<IReadOnlyList<TimeSpan>> inHand, int workers)
    {
        all.MaxConcurrent?.Record(workers, _controller);
        return all.Observe(name, depth, inHand);
    }

    public void Added() => all.Adds?.Add(1, _name, _controller);

    public void Retried() => all.Retries?.Add(1, _name, _controller);

    public void Started(TimeSpan waited)
    {
        all.QueueSeconds?.Record(waited.TotalSeconds, _name, _controller);
        all.Active?.Add(1, _controller);
    }

    public void Finished(TimeSpan took)
    {
        all.WorkSeconds?.Record(took.TotalSeconds, _name, _controller);
        all.Seconds?.Record(took.TotalSeconds, _controller);
        all.Active?.Add(-1, _controller);
    }

    public void Ended(ReconcileVerdict verdict)
    {
        var result = verdict switch
        {
            ReconcileVerdict.Success => "success",
            ReconcileVerdict.RequeueAfter => "requeue_after",
            ReconcileVerdict.Requeue => "requeue",
            _ => "error",
        };
        all.Reconciles?.Add(1, _controller, new KeyValuePair<string, object?>("result", result));
        if (result == "error")
            all.Errors?.Add(1, _controller);
        if (verdict == ReconcileVerdict.TerminalError)
            all.TerminalErrors?.Add(1, _controller);
        if (verdict == ReconcileVerdict.Crash)
            all.Crashes?.Add(1, _controller);
        if (verdict == ReconcileVerdict.Timeout)
            all.Timeouts?.Add(1, _controller);
    }
}

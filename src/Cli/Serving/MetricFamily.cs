using System.Diagnostics.Metrics;
using System.Globalization;

namespace Tenon.Cli.Serving;

/// <summary>All series of one name. Each kind of instrument keeps what its text needs.</summary>
abstract class MetricFamily(string name, string help)
{
    /// <summary>Of a histogram that names none: the format's own.</summary>
    static readonly double[] UsualBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Upstream keeps these two as quantiles, and dashboards ask for them so.</summary>
    static readonly string[] Summaries =
    [
        "karpenter_nodes_termination_duration_seconds",
        "karpenter_pods_startup_duration_seconds",
    ];

    protected string Name { get; } = name;
    protected Lock Gate { get; } = new();

    public static MetricFamily For(string name, Instrument instrument)
    {
        var help = instrument.Description ?? "";
        // Instruments are generic in their number; what they are is in the name of the type.
        var kind = instrument.GetType().Name;
        if (Summaries.Contains(name))
            return new Quantiles(name, help);
        if (kind.StartsWith("Histogram", StringComparison.Ordinal))
            return new Buckets(name, help, BucketsOf(instrument));
        var isSum = kind.Contains("Counter", StringComparison.Ordinal);
        var isUpDown = kind.Contains("UpDown", StringComparison.Ordinal);
        return new Numbers(name, help, isSum && !isUpDown ? "counter" : "gauge", isSum, instrument.IsObservable);
    }

    public abstract void Take(double value, string labels, DateTimeOffset now);

    /// <summary>Before observable instruments are asked again: what they no longer tell is gone.</summary>
    public virtual void Forget() { }

    public abstract void Write(MetricText text, DateTimeOffset now);

    protected string Help { get; } = help;

    /// <summary>The series of these labels; null beyond the limit of one family.</summary>
    protected static T? Series<T>(SortedDictionary<string, T> all, string labels, Func<T> make)
        where T : class
    {
        if (all.TryGetValue(labels, out var series))
            return series;
        if (all.Count >= MetricBook.MostSeries)
            return null;
        all.Add(labels, series = make());
        return series;
    }

    static double[] BucketsOf(Instrument instrument) =>
        instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(it => (double)it)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(it => (double)it)],
            _ => UsualBuckets,
        };

    /// <summary>Counters and gauges.</summary>
    sealed class Numbers(string name, string help, string type, bool adds, bool isObserved) : MetricFamily(name, help)
    {
        readonly SortedDictionary<string, Cell> _cells = new(StringComparer.Ordinal);

        public override void Take(double value, string labels, DateTimeOffset now)
        {
            lock (Gate)
                if (Series(_cells, labels, static () => new Cell()) is { } cell)
                    cell.Value = adds && !isObserved ? cell.Value + value : value;
        }

        public override void Forget()
        {
            if (!isObserved)
                return;
            lock (Gate)
                _cells.Clear();
        }

        public override void Write(MetricText text, DateTimeOffset now)
        {
            lock (Gate)
            {
                if (_cells.Count == 0)
                    return;
                text.Head(Name, type, Help);
                foreach (var (labels, cell) in _cells)
                    text.Sample(Name, labels, cell.Value);
            }
        }

        sealed class Cell
        {
            public double Value { get; set; }
        }
    }

    sealed class Buckets(string name, string help, double[] bounds) : MetricFamily(name, help)
    {
        readonly SortedDictionary<string, Counts> _series = new(StringComparer.Ordinal);

        public override void Take(double value, string labels, DateTimeOffset now)
        {
            lock (Gate)
            {
                if (Series(_series, labels, () => new Counts(new long[bounds.Length + 1])) is not { } counts)
                    return;
                // A bound belongs to its own bucket: "le" is "less or equal".
                var at = Array.BinarySearch(bounds, value);
                counts.Each[at >= 0 ? at : ~at]++;
                counts.Sum += value;
            }
        }

        public override void Write(MetricText text, DateTimeOffset now)
        {
            lock (Gate)
            {
                if (_series.Count == 0)
                    return;
                text.Head(Name, "histogram", Help);
                foreach (var (labels, counts) in _series)
                {
                    var upTo = 0L;
                    for (var i = 0; i <= bounds.Length; i++)
                    {
                        upTo += counts.Each[i];
                        var bound = i < bounds.Length ? MetricText.Number(bounds[i]) : "+Inf";
                        text.Sample($"{Name}_bucket", labels, upTo, $"le=\"{bound}\"");
                    }
                    text.Sample($"{Name}_sum", labels, counts.Sum);
                    text.Sample($"{Name}_count", labels, upTo);
                }
            }
        }

        sealed class Counts(long[] each)
        {
            public long[] Each { get; } = each;
            public double Sum { get; set; }
        }
    }

    /// <summary>Exact quantiles over the last ten minutes, the age that Prometheus' clients keep.</summary>
    sealed class Quantiles(string name, string help) : MetricFamily(name, help)
    {
        const int MostKept = 4096;
        static readonly TimeSpan Age = TimeSpan.FromMinutes(10);
        static readonly double[] Points = [0, 0.5, 0.9, 0.99, 1];

        readonly SortedDictionary<string, Samples> _series = new(StringComparer.Ordinal);

        public override void Take(double value, string labels, DateTimeOffset now)
        {
            lock (Gate)
            {
                if (Series(_series, labels, static () => new Samples()) is not { } samples)
                    return;
                samples.Recent.Enqueue((now, value));
                if (samples.Recent.Count > MostKept)
                    samples.Recent.Dequeue();
                samples.Sum += value;
                samples.Count++;
            }
        }

        public override void Write(MetricText text, DateTimeOffset now)
        {
            lock (Gate)
            {
                if (_series.Count == 0)
                    return;
                text.Head(Name, "summary", Help);
                foreach (var (labels, samples) in _series)
                {
                    while (samples.Recent.TryPeek(out var oldest) && now - oldest.At > Age)
                        samples.Recent.Dequeue();
                    var sorted = samples.Recent.Select(static it => it.Value).Order().ToArray();
                    foreach (var point in Points)
                        text.Sample(
                            Name,
                            labels,
                            sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(point * (sorted.Length - 1))],
                            $"quantile=\"{point.ToString(CultureInfo.InvariantCulture)}\""
                        );
                    text.Sample($"{Name}_sum", labels, samples.Sum);
                    text.Sample($"{Name}_count", labels, samples.Count);
                }
            }
        }

        sealed class Samples
        {
            public Queue<(DateTimeOffset At, double Value)> Recent { get; } = new();
            public double Sum { get; set; }
            public long Count { get; set; }
        }
    }
}

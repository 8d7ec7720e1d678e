using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Kube.Client.Requests;

namespace Tenon.Controllers.Metrics;

/// <summary>A condition that changed its status between two looks.</summary>
/// <param name="Before">Null at the first look since the start.</param>
internal readonly record struct Transition(Condition? Before, Condition After);

/// <summary>
/// The conditions of every object of some kinds, under upstream's names <c>operator_…</c>, kind by kind and once more
/// without the kind, as upstream's older series have it. Gauges are read off what was last seen, so that a series ends
/// with its object.
/// </summary>
internal sealed class ConditionMetrics
{
    private static readonly double[] Durations =
    [
        .. Enumerable.Range(0, 15).Select(static power => 0.5 * Math.Pow(2, power)),
    ];

    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<Book> _books = [];
    private readonly Counter<long> _transitions;
    private readonly Histogram<double> _transitionSeconds;
    private readonly Histogram<double> _terminationSeconds;

    public ConditionMetrics(Meter meter, TimeProvider time)
    {
        (_meter, _time) = (meter, time);
        _transitions = meter.CreateCounter<long>("operator_status_condition_transitions_total");
        _transitionSeconds = meter.CreateHistogram<double>("operator_status_condition_transition_seconds", "s");
        _terminationSeconds = meter.CreateHistogram<double>("operator_termination_duration_seconds", "s");
        meter.CreateObservableGauge("operator_status_condition_count", () => Read(Twins, false, static (_, _) => 1.0));
        meter.CreateObservableGauge("operator_status_condition_current_status_seconds", () => Read(Twins, false, Age));
        meter.CreateObservableGauge("operator_termination_current_time_seconds", () => ReadEndings(Twins, false));
    }

    private IEnumerable<Book> Twins => _books.Where(static book => book.HasTwin);

    /// <summary>The series of one kind.</summary>
    /// <param name="extraKeys">Labels of the objects that become labels of the series.</param>
    /// <param name="hasTwin">Whether the kind also counts in the series without a kind.</param>
    public Book For(ResourceType type, ImmutableArray<string> extraKeys, bool hasTwin)
    {
        var book = new Book(this, type, extraKeys, hasTwin);
        lock (_gate)
            _books.Add(book);
        var prefix = $"operator_{type.Kind.ToLowerInvariant()}";
        _meter.CreateObservableGauge(
            $"{prefix}_status_condition_count",
            () => Read([book], true, static (_, _) => 1.0)
        );
        _meter.CreateObservableGauge(
            $"{prefix}_status_condition_current_status_seconds",
            () => Read([book], true, Age)
        );
        _meter.CreateObservableGauge($"{prefix}_termination_current_time_seconds", () => ReadEndings([book], true));
        return book;
    }

    private static double Age(Condition condition, DateTimeOffset now) =>
        condition.LastTransitionTime is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0;

    /// <summary>A kind alone shows its extra labels, all kinds together show the kind.</summary>
    private List<Measurement<double>> Read(
        IEnumerable<Book> books,
        bool isAlone,
        Func<Condition, DateTimeOffset, double> value
    )
    {
        var now = _time.GetUtcNow();
        var all = new List<Measurement<double>>();
        lock (_gate)
        {
            foreach (var book in books)
            foreach (var (key, seen) in book.Seen)
            foreach (var condition in seen.Conditions)
                all.Add(
                    new Measurement<double>(
                        value(condition, now),
                        [
                            new("namespace", key.Namespace ?? ""),
                            new("name", key.Name),
                            .. Labels(condition, withReason: true),
                            .. isAlone ? seen.Extra : book.KindLabels,
                        ]
                    )
                );
        }
        return all;
    }

    private List<Measurement<double>> ReadEndings(IEnumerable<Book> books, bool isAlone)
    {
        var now = _time.GetUtcNow();
        var all = new List<Measurement<double>>();
        lock (_gate)
        {
            foreach (var book in books)
            foreach (var (key, seen) in book.Seen)
                if (seen.DeletedAt is { } at)
                    all.Add(
                        new Measurement<double>(
                            (now - at).TotalSeconds,
                            [
                                new("namespace", key.Namespace ?? ""),
                                new("name", key.Name),
                                .. isAlone ? seen.Extra : book.KindLabels,
                            ]
                        )
                    );
        }
        return all;
    }

    private static ImmutableArray<KeyValuePair<string, object?>> Labels(Condition condition, bool withReason)
    {
        ImmutableArray<KeyValuePair<string, object?>> labels =
        [
            new("type", condition.Type),
            new("status", condition.Status),
        ];
        return withReason ? labels.Add(new("reason", condition.Reason ?? "")) : labels;
    }

    /// <summary>What was last seen of the objects of one kind.</summary>
    internal sealed class Book
    {
        private readonly ConditionMetrics _all;
        private readonly ImmutableArray<string> _extraKeys;
        private readonly Counter<long> _transitions;
        private readonly Histogram<double> _transitionSeconds;
        private readonly Histogram<double> _terminationSeconds;

        internal Book(ConditionMetrics all, ResourceType type, ImmutableArray<string> extraKeys, bool hasTwin)
        {
            (_all, _extraKeys, HasTwin) = (all, extraKeys, hasTwin);
            KindLabels = [new("group", type.Group), new("kind", type.Kind)];
            var prefix = $"operator_{type.Kind.ToLowerInvariant()}";
            var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations };
            _transitions = all._meter.CreateCounter<long>($"{prefix}_status_condition_transitions_total");
            _transitionSeconds = all._meter.CreateHistogram(
                $"{prefix}_status_condition_transition_seconds",
                "s",
                null,
                null,
                advice
            );
            _terminationSeconds = all._meter.CreateHistogram(
                $"{prefix}_termination_duration_seconds",
                "s",
                null,
                null,
                advice
            );
        }

        internal bool HasTwin { get; }
        internal ImmutableArray<KeyValuePair<string, object?>> KindLabels { get; }
        internal SortedDictionary<ObjectKey, Sighting> Seen { get; } = new(KeyOrder.Instance);

        /// <summary>Takes the look, counts what changed, and returns it.</summary>
        public ImmutableArray<Transition> Look(ObjectKey key, ObjectMeta meta, IReadOnlyList<Condition> conditions)
        {
            var extra = Extra(meta);
            var changed = ImmutableArray.CreateBuilder<Transition>();
            lock (_all._gate)
            {
                var before = Seen.GetValueOrDefault(key)?.Conditions ?? [];
                foreach (var condition in conditions)
                {
                    var old = before.FirstOrDefault(it => it.Type == condition.Type);
                    if (old?.Status != condition.Status)
                        changed.Add(new Transition(old, condition));
                }
                Seen[key] = new Sighting([.. conditions], extra, meta.DeletionTimestamp);
            }
            foreach (var (old, now) in changed)
            {
                _transitions.Add(1, [.. Labels(now, withReason: true), .. extra]);
                if (HasTwin)
                    _all._transitions.Add(1, [.. Labels(now, withReason: true), .. KindLabels]);
                if (old?.LastTransitionTime is not { } from || now.LastTransitionTime is not { } to)
                    continue;
                _transitionSeconds.Record((to - from).TotalSeconds, [.. Labels(old, withReason: false), .. extra]);
                if (HasTwin)
                    _all._transitionSeconds.Record(
                        (to - from).TotalSeconds,
                        [.. Labels(old, withReason: false), .. KindLabels]
                    );
            }
            return changed.ToImmutable();
        }

        /// <summary>The object is gone; its series end.</summary>
        public void Gone(ObjectKey key)
        {
            Sighting? last;
            lock (_all._gate)
                Seen.Remove(key, out last);
            if (last?.DeletedAt is not { } at)
                return;
            var seconds = (_all._time.GetUtcNow() - at).TotalSeconds;
            _terminationSeconds.Record(seconds, [.. last.Extra]);
            if (HasTwin)
                _all._terminationSeconds.Record(seconds, [.. KindLabels]);
        }

        private ImmutableArray<KeyValuePair<string, object?>> Extra(ObjectMeta meta) =>
            [
                .. _extraKeys.Select(key => new KeyValuePair<string, object?>(
                    key.Replace('/', '_').Replace('.', '_').Replace('-', '_'),
                    meta.Labels.GetValueOrDefault(key, "")
                )),
            ];
    }

    internal sealed record Sighting(
        ImmutableArray<Condition> Conditions,
        ImmutableArray<KeyValuePair<string, object?>> Extra,
        DateTimeOffset? DeletedAt
    );

    private sealed class KeyOrder : IComparer<ObjectKey>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(ObjectKey x, ObjectKey y) =>
            string.CompareOrdinal(x.Namespace, y.Namespace) is not 0 and var order
                ? order
                : string.CompareOrdinal(x.Name, y.Name);
    }
}

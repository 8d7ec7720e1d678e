using System.Diagnostics.Metrics;

namespace Tenon.Cli.Serving;

/// <summary>
/// Everything the process measures, as Prometheus asks for it: listens to its meters, keeps one series for each set of
/// labels, and writes them all as text. Measurements may come from any thread; so may the question.
/// </summary>
sealed class MetricBook : IDisposable
{
    /// <summary>
    /// Sets of labels one instrument may have. Labels are pools, reasons, zones and types; whoever passes this has put
    /// a name of an object where it does not belong, and the page must not grow with it for ever.
    /// </summary>
    public const int MostSeries = 20_000;

    readonly MeterListener _listener = new();
    readonly Lock _gate = new();
    readonly Lock _writing = new();
    readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    readonly TimeProvider _time;

    /// <param name="meters">The names of the meters to listen to.</param>
    public MetricBook(IReadOnlyCollection<string> meters, TimeProvider time)
    {
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        _listener.SetMeasurementEventCallback<byte>((_, value, labels, family) => Take(value, labels, family));
        _listener.SetMeasurementEventCallback<short>((_, value, labels, family) => Take(value, labels, family));
        _listener.SetMeasurementEventCallback<int>((_, value, labels, family) => Take(value, labels, family));
        _listener.SetMeasurementEventCallback<long>((_, value, labels, family) => Take(value, labels, family));
        _listener.SetMeasurementEventCallback<float>((_, value, labels, family) => Take(value, labels, family));
        _listener.SetMeasurementEventCallback<double>((_, value, labels, family) => Take(value, labels, family));
        _listener.SetMeasurementEventCallback<decimal>(
            (_, value, labels, family) => Take((double)value, labels, family)
        );
        _listener.Start();
    }

    /// <summary>The page: families by name, series by labels. Observable instruments are asked now.</summary>
    public string Write()
    {
        // One writer at a time; and the platform, which has locks of its own, is asked outside of the one that its
        // callbacks take.
        lock (_writing)
        {
            foreach (var family in Families())
                family.Forget();
            _listener.RecordObservableInstruments();
            var text = new MetricText();
            foreach (var family in Families())
                family.Write(text, _time.GetUtcNow());
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    MetricFamily[] Families()
    {
        lock (_gate)
            return [.. _families.Values];
    }

    /// <summary>Two meters of one name (a test's, a second operator's) share their families.</summary>
    MetricFamily FamilyOf(Instrument instrument)
    {
        var name = MetricText.Name(instrument);
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
                _families.Add(name, family = MetricFamily.For(name, instrument));
            return family;
        }
    }

    void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels, object? family) =>
        ((MetricFamily)family!).Take(value, MetricText.Labels(labels), _time.GetUtcNow());
}

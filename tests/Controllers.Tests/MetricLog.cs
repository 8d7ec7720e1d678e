using System.Diagnostics.Metrics;

namespace Tenon.Controllers.Tests;

/// <summary>Everything a meter said: sums of counters, counts of histograms, and gauges when they are read.</summary>
internal sealed class MetricLog : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, double> _gauges = new(StringComparer.Ordinal);

    public MetricLog(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((it, value, tags, _) => Take(it, value, tags));
        _listener.SetMeasurementEventCallback<int>((it, value, tags, _) => Take(it, value, tags));
        _listener.SetMeasurementEventCallback<double>((it, value, tags, _) => Take(it, value, tags));
        _listener.Start();
    }

    /// <summary>The sum over all series of this name whose labels include these.</summary>
    public double Of(string name, params string[] labels) => Matching(_values, name, labels).Sum(static it => it.Value);

    /// <summary>The series of an observed gauge, as they are now.</summary>
    public List<KeyValuePair<string, double>> Gauges(string name, params string[] labels)
    {
        _gauges.Clear();
        _listener.RecordObservableInstruments();
        return [.. Matching(_gauges, name, labels)];
    }

    public void Dispose() => _listener.Dispose();

    private static IEnumerable<KeyValuePair<string, double>> Matching(
        SortedDictionary<string, double> values,
        string name,
        string[] labels
    ) =>
        values.Where(it =>
            it.Key.StartsWith(name + "{", StringComparison.Ordinal)
            && labels.All(label => it.Key.Contains($"[{label}]", StringComparison.Ordinal))
        );

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (key, text) in tags)
            labels.Add($"[{key}={text}]");
        labels.Sort(StringComparer.Ordinal);
        var series = $"{instrument.Name}{{{string.Concat(labels)}}}";
        if (instrument.IsObservable || instrument is Gauge<long>)
        {
            _gauges[series] = value;
            if (!instrument.IsObservable)
                _values[series] = value;
            return;
        }
        // A histogram counts its observations, a counter adds up.
        _values[series] = _values.GetValueOrDefault(series) + (instrument is Histogram<double> ? 1 : value);
    }
}

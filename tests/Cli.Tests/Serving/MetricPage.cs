using System.Diagnostics.Metrics;
using System.Text;
using Tenon.Cli.Serving;

namespace Tenon.Cli.Tests.Serving;

public sealed class MetricPage
{
    static readonly InstrumentAdvice<double> ThreeBuckets = new() { HistogramBucketBoundaries = [0.1, 1, 10] };

    [Fact]
    public void The_page_has_the_form_that_Prometheus_reads()
    {
        using var meter = new Meter(Name());
        using var book = Book(meter);
        var created = meter.CreateCounter<long>("karpenter_nodeclaims_created_total", null, "Claims created.");
        created.Add(1, new("reason", "provisioned"), new KeyValuePair<string, object?>("nodepool", "b"));
        created.Add(2, new("nodepool", "a"), new KeyValuePair<string, object?>("reason", "provisioned"));
        created.Add(3, new("reason", "provisioned"), new KeyValuePair<string, object?>("nodepool", "a"));
        var took = meter.CreateHistogram("karpenter_took_seconds", "s", null, null, ThreeBuckets);
        foreach (var value in (double[])[0.05, 0.1, 5, 50])
            took.Record(value);
        meter.CreateGauge<double>("karpenter_depth").Record(2.5);
        meter.CreateUpDownCounter<int>("karpenter_active").Add(3);
        var drained = meter.CreateHistogram<double>("karpenter_nodes_termination_duration_seconds", "s");
        foreach (var value in (double[])[3, 1, 2])
            drained.Record(value, new KeyValuePair<string, object?>("nodepool", "a"));

        Assert.Equal(
            """
            # HELP karpenter_active 
            # TYPE karpenter_active gauge
            karpenter_active 3
            # HELP karpenter_depth 
            # TYPE karpenter_depth gauge
            karpenter_depth 2.5
            # HELP karpenter_nodeclaims_created_total Claims created.
            # TYPE karpenter_nodeclaims_created_total counter
            karpenter_nodeclaims_created_total{nodepool="a",reason="provisioned"} 5
            karpenter_nodeclaims_created_total{nodepool="b",reason="provisioned"} 1
            # HELP karpenter_nodes_termination_duration_seconds 
            # TYPE karpenter_nodes_termination_duration_seconds summary
            karpenter_nodes_termination_duration_seconds{nodepool="a",quantile="0"} 1
            karpenter_nodes_termination_duration_seconds{nodepool="a",quantile="0.5"} 2
            karpenter_nodes_termination_duration_seconds{nodepool="a",quantile="0.9"} 3
            karpenter_nodes_termination_duration_seconds{nodepool="a",quantile="0.99"} 3
            karpenter_nodes_termination_duration_seconds{nodepool="a",quantile="1"} 3
            karpenter_nodes_termination_duration_seconds_sum{nodepool="a"} 6
            karpenter_nodes_termination_duration_seconds_count{nodepool="a"} 3
            # HELP karpenter_took_seconds 
            # TYPE karpenter_took_seconds histogram
            karpenter_took_seconds_bucket{le="0.1"} 2
            karpenter_took_seconds_bucket{le="1"} 2
            karpenter_took_seconds_bucket{le="10"} 3
            karpenter_took_seconds_bucket{le="+Inf"} 4
            karpenter_took_seconds_sum 55.15
            karpenter_took_seconds_count 4

            """,
            book.Write()
        );
    }

    [Fact]
    public void What_an_observable_gauge_no_longer_tells_is_gone_from_the_page()
    {
        using var meter = new Meter(Name());
        using var book = Book(meter);
        List<string> pods = ["a", "b"];
        meter.CreateObservableGauge(
            "karpenter_pods_state",
            () => pods.Select(pod => new Measurement<int>(1, new KeyValuePair<string, object?>("name", pod)))
        );
        Assert.Contains("name=\"b\"", book.Write(), StringComparison.Ordinal);
        pods.Remove("b");
        Assert.DoesNotContain("name=\"b\"", book.Write(), StringComparison.Ordinal);
        Assert.Contains("name=\"a\"", book.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_stops_growing_at_its_limit()
    {
        using var meter = new Meter(Name());
        using var book = Book(meter);
        var hits = meter.CreateCounter<long>("karpenter_hits_total");
        for (var i = 0; i < MetricBook.MostSeries + 100; i++)
            hits.Add(1, new KeyValuePair<string, object?>("pod", i));
        Assert.Equal(MetricBook.MostSeries, Samples(book.Write()).Count);
    }

    [Fact]
    public void Another_processes_meter_is_not_ours_to_tell()
    {
        using var ours = new Meter(Name());
        using var book = Book(ours);
        using var other = new Meter(Name());
        other.CreateCounter<long>("other_total").Add(1);
        Assert.Equal("", book.Write());
    }

    /// <summary>Whatever stands in a label, each sample stays one line that reads back to what was put in.</summary>
    [Fact]
    public void Hostile_labels_break_no_line()
    {
        var dice = new Random(20261);
        for (var round = 0; round < 300; round++)
        {
            using var meter = new Meter(Name());
            using var book = Book(meter);
            var value = Hostile(dice);
            meter
                .CreateCounter<long>("karpenter_hits_total")
                .Add(1, new("pool", value), new KeyValuePair<string, object?>("weird-" + Hostile(dice), "x"));
            // The page leaves the process as UTF-8 and comes back as the reader sees it.
            var page = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(book.Write()));
            var sample = Assert.Single(Samples(page));
            Assert.EndsWith("} 1", sample, StringComparison.Ordinal);
            Assert.Equal(Readable(value), PoolOf(sample));
        }
    }

    static string Hostile(Random dice)
    {
        const string Letters = "ab\"\\\n\r\t{}=,#\0\u2028\ud83d\ude00\ud800\udc00é漢 +1";
        var text = new StringBuilder();
        var length = dice.Next(0, 12) == 0 ? 3000 : dice.Next(0, 40);
        for (var i = 0; i < length; i++)
            text.Append(Letters[dice.Next(Letters.Length)]);
        return text.ToString();
    }

    /// <summary>What the format can carry of a text: whole characters, and not endlessly many.</summary>
    static string Readable(string text)
    {
        var cut = text.Length <= MetricText.LongestValue ? text : text[..MetricText.LongestValue];
        if (cut.Length < text.Length && char.IsHighSurrogate(cut[^1]) && char.IsLowSurrogate(text[cut.Length]))
            cut += text[cut.Length];
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut));
    }

    static string PoolOf(string sample)
    {
        var from = sample.IndexOf("pool=\"", StringComparison.Ordinal) + "pool=\"".Length;
        var text = new StringBuilder();
        for (var i = from; sample[i] != '"'; i++)
            text.Append(
                sample[i] != '\\' ? sample[i]
                : sample[++i] == 'n' ? '\n'
                : sample[i]
            );
        return text.ToString();
    }

    static List<string> Samples(string page) =>
        [.. page.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#'))];

    static MetricBook Book(Meter meter) => new([meter.Name], TimeProvider.System);

    static string Name() => "test-" + Guid.NewGuid();
}

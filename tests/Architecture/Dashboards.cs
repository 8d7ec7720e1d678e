using System.Text.RegularExpressions;

namespace Tenon.Architecture;

/// <summary>An alert on a metric that nobody makes never rings.</summary>
public sealed partial class Dashboards
{
    [Theory]
    [InlineData("deploy/alerts.yaml")]
    [InlineData("deploy/grafana/tenon.json")]
    public void Every_metric_that_is_asked_for_is_made_somewhere(string file)
    {
        var asked = Metric()
            .Matches(File.ReadAllText(Path.Combine(Checkout.Root, file)))
            .Select(match => match.Value)
            .Select(name => name.EndsWith("_bucket", StringComparison.Ordinal) ? name[..^"_bucket".Length] : name)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        Assert.InRange(asked.Count, 8, 100);
        var sources = string.Concat(Checkout.Files("*.cs", "src").Select(File.ReadAllText));
        Assert.DoesNotContain(asked, name => !sources.Contains($"\"{name}\"", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(?:karpenter|controller_runtime|client_go|leader_election|workqueue|process)_[a-z_]+\b")]
    private static partial Regex Metric();
}

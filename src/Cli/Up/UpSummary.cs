using System.Text.Json;
using Tenon.Cli.CommandLine;
using Tenon.Dashboard;

namespace Tenon.Cli.Up;

/// <summary>How a run ended, for a script.</summary>
/// <param name="View">The last moment.</param>
/// <param name="Events">Event objects in the cluster.</param>
/// <param name="Violations">What the oracles found, one sentence each.</param>
/// <param name="Unplaced">Pods that could be placed and have no node.</param>
/// <param name="Wall">Since the process began.</param>
/// <param name="FirstBound">From the start of the process to the first pod on a node; null when none came.</param>
sealed record UpSummary(
    DashboardView View,
    long Events,
    IReadOnlyList<string> Violations,
    int Unplaced,
    TimeSpan Wall,
    TimeSpan? FirstBound
)
{
    public bool IsGood => Violations.Count == 0 && Unplaced == 0;

    public string ToJson() =>
        Terminal.Json(json =>
        {
            json.WriteStartObject("pods");
            json.WriteNumber("total", View.Pods.Total);
            json.WriteNumber("bound", View.Pods.Bound);
            json.WriteNumber("pending", View.Pods.Pending);
            json.WriteEndObject();
            json.WriteNumber("nodes", View.Bill.Nodes);
            json.WriteNumber("nodeClaims", View.NodeClaims);
            json.WriteNumber("hourlyCost", View.Bill.Total.Dollars);
            json.WriteNumber("bound", View.Bound ?? 0);
            json.WriteNumber("gap", Math.Round(View.Gap ?? 0, 4));
            json.WriteNumber("events", Events);
            json.WriteNumber("violations", Violations.Count);
            json.WriteNumber("wallSeconds", Math.Round(Wall.TotalSeconds, 1));
            if (FirstBound is { } first)
                json.WriteNumber("firstBoundSeconds", Math.Round(first.TotalSeconds, 1));
            WriteNames(json, "instanceTypes", View.Bill.Lines.Select(line => line.InstanceType));
            WriteNames(json, "capacityTypes", View.Bill.Lines.Select(line => line.CapacityType));
        });

    static void WriteNames(Utf8JsonWriter json, string member, IEnumerable<string> names)
    {
        json.WriteStartArray(member);
        foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}

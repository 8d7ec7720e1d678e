using System.Text.Json;
using Spectre.Console;
using Tenon.Cli.CommandLine;

namespace Tenon.Cli.Planning;

/// <summary>A plan on paper: for people, and for tools.</summary>
static class PlanReport
{
    public static void WriteJson(TextWriter output, PlanAnswer answer) =>
        output.WriteLine(
            Terminal.Json(json =>
            {
                WriteFigures(json, answer);
                json.WriteNumber("pods", answer.Pods);
                WriteTimes(json, answer);
                json.WriteStartArray("nodes");
                foreach (var node in answer.Nodes)
                    WriteNode(json, node);
                json.WriteEndArray();
                json.WriteStartArray("existing");
                foreach (var placement in answer.Result.Existing.Where(placement => placement.Pods.Length > 0))
                {
                    json.WriteStartObject();
                    json.WriteString("node", placement.Node.Name);
                    WritePods(json, placement.Pods.Select(PlanAnswer.PodName).Order(StringComparer.Ordinal));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteStartArray("unschedulable");
                foreach (var refusal in answer.Result.Refusals)
                {
                    json.WriteStartObject();
                    json.WriteString("pod", PlanAnswer.PodName(refusal.Pod));
                    json.WriteString("reason", refusal.Message);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            })
        );

    public static void WriteFigures(Utf8JsonWriter json, PlanAnswer answer)
    {
        json.WriteNumber("cost", answer.Result.Cost.Dollars);
        json.WriteNumber("bound", answer.Result.Bound.Dollars);
        json.WriteNumber("gap", Math.Round(answer.Result.Gap, 6));
        json.WriteNumber("greedyCost", answer.Result.GreedyCost.Dollars);
    }

    public static void WriteTimes(Utf8JsonWriter json, PlanAnswer answer)
    {
        json.WriteNumber("firstPlanMs", Math.Round(answer.FirstPlan.TotalMilliseconds, 3));
        json.WriteNumber("solveMs", Math.Round(answer.Solve.TotalMilliseconds, 3));
        json.WriteString("planSha256", answer.Result.PlanSha256);
    }

    public static void WriteTable(TextWriter output, PlanAnswer answer)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("POOL", "TYPE", "ZONE", "CAPACITY")
            .AddColumn("NODES", column => column.RightAligned())
            .AddColumn("PODS", column => column.RightAligned())
            .AddColumn("PER HOUR", column => column.RightAligned());
        var groups = answer
            .Nodes.GroupBy(node => (node.NodePool, node.InstanceType, node.Zone, node.CapacityType))
            .OrderByDescending(group => group.Sum(node => node.PricePerHour));
        foreach (var group in groups)
            table.AddRow(
                Markup.Escape(group.Key.NodePool),
                group.Key.InstanceType,
                group.Key.Zone,
                group.Key.CapacityType,
                $"{group.Count()}",
                $"{group.Sum(node => node.Pods.Length)}",
                Terminal.Money(group.Sum(node => node.PricePerHour))
            );
        if (answer.Nodes.Length > 0)
            Terminal.Write(output, table);
        var existing = answer.Result.Existing.Sum(placement => placement.Pods.Length);
        if (existing > 0)
            output.WriteLine($"{existing} pods fit on nodes that are there.");
        foreach (var refusal in answer.Result.Refusals)
            output.WriteLine($"no place for {PlanAnswer.PodName(refusal.Pod)}: {refusal.Message}");
        output.WriteLine(
            $"{answer.Pods} pods, {answer.Nodes.Length} new nodes, {answer.Result.Cost} per hour; no plan can cost less than "
                + $"{answer.Result.Bound} (gap {Terminal.Percent(answer.Result.Gap)}); the greedy plan costs {answer.Result.GreedyCost}. "
                + $"Solved in {answer.Solve.TotalMilliseconds:0} ms."
        );
    }

    static void WriteNode(Utf8JsonWriter json, PlannedNode node)
    {
        json.WriteStartObject();
        json.WriteString("name", node.Name);
        json.WriteString("nodePool", node.NodePool);
        json.WriteString("instanceType", node.InstanceType);
        json.WriteString("zone", node.Zone);
        json.WriteString("capacityType", node.CapacityType);
        json.WriteNumber("pricePerHour", node.PricePerHour);
        WritePods(json, node.Pods);
        json.WriteEndObject();
    }

    static void WritePods(Utf8JsonWriter json, IEnumerable<string> pods)
    {
        json.WriteStartArray("pods");
        foreach (var pod in pods)
            json.WriteStringValue(pod);
        json.WriteEndArray();
    }
}

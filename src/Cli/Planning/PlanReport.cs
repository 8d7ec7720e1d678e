using System.Text.Json;
using Spectre.Console;
using Tenon.Cli.CommandLine;
using Tenon.Scheduling.Explain;

namespace Tenon.Cli.Planning;

/// <summary>A plan on paper: for people, and for tools.</summary>
static class PlanReport
{
    /// <summary>Prints the answer; the exit code says whether every pod has a place.</summary>
    public static int Write(TextWriter output, PlanAnswer answer, bool json)
    {
        if (json)
            WriteJson(output, answer);
        else
            WriteTable(output, answer);
        return answer.AllPodsPlaced ? ExitCode.Ok : ExitCode.Failed;
    }

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
                foreach (var taken in answer.Existing)
                {
                    json.WriteStartObject();
                    json.WriteString("node", taken.Node);
                    WritePods(json, taken.Pods);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteStartArray("unschedulable");
                foreach (var refusal in answer.Unschedulable)
                {
                    json.WriteStartObject();
                    json.WriteString("pod", refusal.Pod);
                    json.WriteString("reason", refusal.Message);
                    Causes.Write(json, refusal.Why);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            })
        );

    public static void WriteFigures(Utf8JsonWriter json, PlanAnswer answer)
    {
        json.WriteNumber("cost", answer.Cost.Dollars);
        json.WriteNumber("bound", answer.Bound.Dollars);
        json.WriteNumber("gap", Math.Round(answer.Plan.Gap, 6));
        json.WriteNumber("greedyCost", answer.GreedyCost.Dollars);
    }

    public static void WriteTimes(Utf8JsonWriter json, PlanAnswer answer)
    {
        json.WriteNumber("firstPlanMs", Math.Round(answer.FirstPlan.TotalMilliseconds, 3));
        json.WriteNumber("solveMs", Math.Round(answer.Solve.TotalMilliseconds, 3));
        json.WriteString("planSha256", answer.Plan.Sha256());
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
            .OrderByDescending(group => group.Sum(node => node.Price.Dollars));
        foreach (var group in groups)
            table.AddRow(
                Markup.Escape(group.Key.NodePool),
                group.Key.InstanceType,
                group.Key.Zone,
                group.Key.CapacityType,
                $"{group.Count()}",
                $"{group.Sum(node => node.Pods.Length)}",
                Terminal.Money(group.Sum(node => node.Price.Dollars))
            );
        if (answer.Nodes.Length > 0)
            Terminal.Write(output, table);
        var existing = answer.Existing.Sum(taken => taken.Pods.Length);
        if (existing > 0)
            output.WriteLine($"{existing} pods fit on nodes that are there.");
        foreach (var group in answer.Unschedulable.GroupBy(refusal => refusal.Message, StringComparer.Ordinal))
        {
            var pods = group.ToList();
            var others = pods.Count == 1 ? "" : $" and {pods.Count - 1} like it";
            output.WriteLine($"no place for {pods[0].Pod}{others}: {group.Key}");
        }
        output.WriteLine(
            $"{answer.Pods} pods, {answer.Nodes.Length} new nodes, {answer.Cost} per hour; no plan can cost less than "
                + $"{answer.Bound} (gap {Terminal.Percent(answer.Plan.Gap)}); the greedy plan costs {answer.GreedyCost}. "
                + $"Solved in {answer.Solve.TotalMilliseconds:0} ms."
        );
    }

    static void WriteNode(Utf8JsonWriter json, Machine node)
    {
        json.WriteStartObject();
        json.WriteString("name", node.Name);
        json.WriteString("nodePool", node.NodePool);
        json.WriteString("instanceType", node.InstanceType);
        json.WriteString("zone", node.Zone);
        json.WriteString("capacityType", node.CapacityType);
        json.WriteNumber("pricePerHour", node.Price.Dollars);
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

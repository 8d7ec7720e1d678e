using System.Text.Json;

namespace Tenon.Dashboard;

/// <summary>
/// The view as the page reads it. Written by hand: the page's words, not the types' names, are the contract.
/// </summary>
static class ViewJson
{
    public static byte[] Write(DashboardView view)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("now", view.Now);
            json.WriteNumber("speed", view.Speed);
            json.WriteString("prices", view.Prices);
            json.WriteNumber("hourlyCost", view.Bill.Total.Dollars);
            WriteOptional(json, "bound", view.Bound);
            WriteOptional(json, "gap", (decimal?)view.Gap);
            json.WriteNumber("cpu", view.Bill.Cpu);
            json.WriteNumber("memory", view.Bill.Memory);
            json.WriteNumber("nodes", view.Bill.Nodes);
            json.WriteNumber("nodeClaims", view.NodeClaims);
            json.WriteStartObject("pods");
            json.WriteNumber("total", view.Pods.Total);
            json.WriteNumber("bound", view.Pods.Bound);
            json.WriteNumber("pending", view.Pods.Pending);
            json.WriteEndObject();
            WriteLines(json, view);
            WritePending(json, view);
            WriteDecisions(json, view);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    static void WriteLines(Utf8JsonWriter json, DashboardView view)
    {
        json.WriteStartArray("lines");
        foreach (var line in view.Bill.Lines)
        {
            json.WriteStartObject();
            json.WriteString("nodePool", line.NodePool);
            json.WriteString("instanceType", line.InstanceType);
            json.WriteString("zone", line.Zone);
            json.WriteString("capacityType", line.CapacityType);
            json.WriteNumber("nodes", line.Nodes);
            json.WriteNumber("ready", line.Ready);
            json.WriteNumber("price", line.Price.Dollars);
            json.WriteNumber("cpu", line.Cpu);
            json.WriteNumber("memory", line.Memory);
            json.WriteNumber("pods", line.Pods);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WritePending(Utf8JsonWriter json, DashboardView view)
    {
        json.WriteStartArray("pending");
        foreach (var pod in view.Pending)
        {
            json.WriteStartObject();
            json.WriteString("pod", pod.Name);
            json.WriteString("reason", pod.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteDecisions(Utf8JsonWriter json, DashboardView view)
    {
        json.WriteStartArray("decisions");
        foreach (var decision in view.Decisions)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", decision.Sequence);
            json.WriteString("at", decision.At);
            json.WriteString("kind", decision.Kind.ToString());
            json.WriteString("subject", decision.Subject);
            json.WriteString("why", decision.Why);
            WriteOptional(json, "hourlyCostChange", decision.HourlyCostChange / 1_000_000m);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteOptional(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}

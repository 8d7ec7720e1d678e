using System.Text.Json;
using Tenon.Cli.CommandLine;
using Tenon.Scheduling.Explain;
using Tenon.Scheduling.Model;

namespace Tenon.Cli.Planning;

/// <summary>An explanation on paper: for people, and for tools.</summary>
static class ExplainReport
{
    /// <summary>Places of one kind that are listed without <c>--all</c>, those that miss by least.</summary>
    const int ListedPlaces = 3;

    /// <summary>Instance types that are listed beside the one that is bought; <c>--json</c> lists all.</summary>
    const int ListedTypes = 10;

    public static void Write(TextWriter output, PodExplanation it, bool all, bool json)
    {
        if (json)
        {
            output.WriteLine(Terminal.Json(writer => WriteJson(writer, it)));
            return;
        }
        output.WriteLine(
            it.Place is { } place
                ? $"{it.Pod} goes to {(it.IsNew ? "a new machine," : "the node")} {place}."
                : $"{it.Pod} has no place: {it.Refusal}"
        );
        if (it.Given > 0)
            output.WriteLine($"It gave up {it.Given} of {it.Steps} preferences or alternatives to get there.");
        foreach (var group in it.Others.GroupBy(other => other.Kind, StringComparer.Ordinal))
        {
            var listed = group.OrderBy(other => int.PopCount((int)other.Why)).ThenBy(other => other.Shortfall).ToList();
            output.WriteLine($"{Heading(group.Key)}:");
            foreach (var other in all ? listed : listed.Take(ListedPlaces))
                output.WriteLine($"  {other.Place}: {Reason(other, it.Place is not null)}");
            if (!all && listed.Count > ListedPlaces)
                output.WriteLine($"  and {listed.Count - ListedPlaces} more (--all lists them)");
        }
        if (it.Nearest is { } nearest)
            output.WriteLine(
                $"Nearest miss: {nearest.Kind} {nearest.Place}, for {string.Join(", ", Causes.Words(nearest.Why))}."
            );
    }

    public static void Write(TextWriter output, Machine it, bool json)
    {
        if (json)
        {
            output.WriteLine(
                Terminal.Json(writer =>
                {
                    writer.WriteString("nodeClaim", it.Name);
                    writer.WriteString("nodePool", it.NodePool);
                    writer.WriteString("instanceType", it.InstanceType);
                    writer.WriteString("zone", it.Zone);
                    writer.WriteString("capacityType", it.CapacityType);
                    writer.WriteNumber("pricePerHour", it.Price.Dollars);
                    writer.WriteString("requirements", it.Requirements);
                    WriteNames(writer, "pods", it.Pods);
                    WriteNames(writer, "alternatives", it.Alternatives);
                })
            );
            return;
        }
        output.WriteLine(
            $"{it.Name} is bought from pool {it.NodePool} as {it.InstanceType} in {it.Zone} ({it.CapacityType}) for "
                + $"{it.Price} per hour: the cheapest that holds its {it.Pods.Length} pods."
        );
        output.WriteLine($"It asks the cloud for: {it.Requirements}");
        output.WriteLine($"Pods: {string.Join(", ", it.Pods)}");
        output.WriteLine(
            it.Alternatives.IsEmpty
                ? "No other instance type would do."
                : $"These would do as well: {string.Join(", ", it.Alternatives.Take(ListedTypes))}"
                    + (it.Alternatives.Length > ListedTypes ? $" and {it.Alternatives.Length - ListedTypes} more" : "")
        );
    }

    static void WriteJson(Utf8JsonWriter json, PodExplanation it)
    {
        json.WriteString("pod", it.Pod);
        json.WriteString("place", it.Place);
        json.WriteBoolean("isNew", it.IsNew);
        json.WriteNumber("givenUp", it.Given);
        json.WriteString("refusal", it.Refusal);
        json.WriteStartArray("elsewhere");
        foreach (var other in it.Others)
            WritePlace(json, other);
        json.WriteEndArray();
        json.WritePropertyName("nearestMiss");
        if (it.Nearest is { } nearest)
            WritePlace(json, nearest);
        else
            json.WriteNullValue();
    }

    static void WritePlace(Utf8JsonWriter json, Elsewhere other)
    {
        json.WriteStartObject();
        json.WriteString("kind", other.Kind);
        json.WriteString("place", other.Place);
        Causes.Write(json, other.Why);
        json.WriteString("reason", other.Message);
        json.WriteNumber("shortfall", Math.Round(other.Shortfall, 4));
        json.WriteEndObject();
    }

    static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    static string Heading(string kind) =>
        kind switch
        {
            "node" => "Nodes that are there",
            "nodeclaim" => "Other planned machines",
            _ => "Pools that could open a machine",
        };

    static string Reason(Elsewhere other, bool isPlaced) =>
        other.Why == Misfit.None
            ? isPlaced
                ? "would do, but the plan costs less or comes earlier as it is"
                : "would do"
            : other.Message.Length > 0
                ? other.Message
                : $"forbidden by {string.Join(", ", Causes.Words(other.Why))}";
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Aws;
using Tenon.Api.Core;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>
/// What the controller itself reads of a class's kubelet settings (AWS provider specification §1.6). A value that is an
/// expression counts as absent here; a value of the wrong type too, because validation has refused it.
/// </summary>
public sealed record KubeletSettings
{
    // Before everything that begins with it: static fields are set in the order in which they are written.
    private static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary.Create<
        string,
        string
    >(StringComparer.Ordinal);

    public static readonly KubeletSettings None = new();

    /// <summary>The settings as written.</summary>
    public JsonObject? Written { get; init; }

    public long? MaxPods { get; init; }
    public long? PodsPerCore { get; init; }
    public ImmutableArray<string> ClusterDns { get; init; } = [];
    public ImmutableSortedDictionary<string, string> KubeReserved { get; init; } = Nothing;
    public ImmutableSortedDictionary<string, string> SystemReserved { get; init; } = Nothing;
    public ImmutableSortedDictionary<string, string> EvictionHard { get; init; } = Nothing;

    /// <summary>Fields that hold an expression, for messages; empty when all is plain.</summary>
    public ImmutableArray<string> Expressions { get; init; } = [];

    public static KubeletSettings Of(Ec2NodeClassSpec spec)
    {
        if (
            spec.Kubelet is not { ValueKind: JsonValueKind.Object } element
            || JsonObject.Create(element) is not { Count: > 0 } written
        )
            return None;
        var expressions = ImmutableArray.CreateBuilder<string>();
        if (written["maxPods"] is JsonValue maxPods && maxPods.GetValueKind() == JsonValueKind.String)
            expressions.Add("maxPods");
        return new KubeletSettings
        {
            Written = written,
            MaxPods = Number(written["maxPods"]),
            PodsPerCore = Number(written["podsPerCore"]),
            ClusterDns = [.. (written["clusterDNS"] as JsonArray ?? []).Select(Text).OfType<string>()],
            KubeReserved = Reserved(written, "kubeReserved", expressions),
            SystemReserved = Reserved(written, "systemReserved", expressions),
            EvictionHard = Map(written["evictionHard"]),
            Expressions = expressions.ToImmutable(),
        };
    }

    /// <summary>The amounts of a reserved map; entries that are no quantity are left out.</summary>
    public static ResourceList Amounts(ImmutableSortedDictionary<string, string> reserved) =>
        ResourceList.From(reserved.Select(entry => KeyValuePair.Create(entry.Key, Quantity.Parse(entry.Value))));

    private static ImmutableSortedDictionary<string, string> Reserved(
        JsonObject written,
        string field,
        ImmutableArray<string>.Builder expressions
    )
    {
        var all = Map(written[field]);
        foreach (var (key, value) in all)
            if (!Quantity.TryParse(value, out _))
            {
                expressions.Add($"{field}[{key}]");
                all = all.Remove(key);
            }
        return all;
    }

    private static ImmutableSortedDictionary<string, string> Map(JsonNode? node) =>
        node is not JsonObject map
            ? Nothing
            : Nothing.SetItems(
                map.Where(entry => Text(entry.Value) is not null)
                    .Select(entry => KeyValuePair.Create(entry.Key, Text(entry.Value)!))
            );

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;

    private static long? Number(JsonNode? node) =>
        node is JsonValue value
        && value.GetValueKind() == JsonValueKind.Number
        && value.TryGetValue<long>(out var number)
            ? number
            : null;
}

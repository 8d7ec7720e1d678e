using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>
/// What kubelet settings of a class must satisfy (AWS provider specification §1.6): the fields of upstream's kubelet
/// configuration, strictly, and the rules among them. All faults are told at once, except that a value of the wrong
/// type is told alone.
/// </summary>
public static class KubeletRules
{
    private const string Root = "spec.kubelet";

    private static readonly string[] Signals =
    [
        "memory.available",
        "nodefs.available",
        "nodefs.inodesFree",
        "imagefs.available",
        "imagefs.inodesFree",
        "pid.available",
    ];

    private static readonly string[] Reservable = ["cpu", "memory", "ephemeral-storage", "pid"];

    /// <summary>Fields that the controller reads; every other one goes to the node as it is, on AL2023 alone.</summary>
    public static readonly ImmutableArray<string> Managed =
    [
        "clusterDNS",
        "maxPods",
        "podsPerCore",
        "systemReserved",
        "kubeReserved",
        "evictionHard",
        "evictionSoft",
        "evictionSoftGracePeriod",
        "evictionMaxPodGracePeriod",
        "imageGCHighThresholdPercent",
        "imageGCLowThresholdPercent",
        "cpuCFSQuota",
    ];

    private static readonly Lazy<ImmutableSortedDictionary<string, string>> Fields = new(ReadFields);

    /// <summary>Empty when the settings can be used.</summary>
    public static ImmutableArray<string> Faults(Ec2NodeClassSpec spec)
    {
        if (KubeletSettings.Of(spec).Written is not { } written)
            return [];
        var faults = new List<string>();
        foreach (var (key, value) in written)
            if (TypeFault(key, key, value, faults) is { } wrong)
                return [$"{Root}: {wrong}"];
        Thresholds(written, "evictionHard", faults);
        Thresholds(written, "evictionSoft", faults);
        Thresholds(written, "evictionMinimumReclaim", faults);
        GracePeriods(written, faults);
        Reserved(written, "kubeReserved", faults);
        Reserved(written, "systemReserved", faults);
        Numbers(written, faults);
        if (written.ContainsKey("registerWithTaints"))
            faults.Add($"{Root}.registerWithTaints: may not be set, it is owned by the controller");
        return [.. faults];
    }

    /// <summary>Settings that the family would drop without a word; null when it applies all of them.</summary>
    public static string? Unsupported(Ec2NodeClassSpec spec)
    {
        var family = AmiFamily.Named(AmiFamily.Of(spec));
        var kubelet = KubeletSettings.Of(spec);
        if (kubelet.Written is null || family.Name is AmiFamilies.Custom or AmiFamilies.Al2023)
            return null;
        string[] dropped =
        [
            .. kubelet
                .Written.Select(field => field.Key)
                .Where(key =>
                    !Managed.Contains(key, StringComparer.Ordinal)
                    || (key == "podsPerCore" && family.Name == AmiFamilies.Bottlerocket)
                )
                .Order(StringComparer.Ordinal),
        ];
        if (dropped.Length > 0)
            return $"spec.kubelet has fields not applied by the {family.Name} AMI family that would be silently dropped: {string.Join(", ", dropped)}";
        return kubelet.ClusterDns.Length > 1
            ? FormattableString.Invariant(
                $"spec.kubelet.clusterDNS: the {family.Name} AMI family doesn't accept multiple entries, only one, but {kubelet.ClusterDns.Length} were set"
            )
            : null;
    }

    private static ImmutableSortedDictionary<string, string> ReadFields()
    {
        using var stream = typeof(KubeletRules).Assembly.GetManifestResourceStream("kubelet-fields.txt")!;
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToImmutableSortedDictionary(line => line[0], line => line[1], StringComparer.Ordinal);
    }

    /// <summary>Adds unknown names to the faults; returns the first value of a wrong type.</summary>
    private static string? TypeFault(string path, string shown, JsonNode? value, List<string> faults)
    {
        if (!Fields.Value.TryGetValue(path, out var type))
        {
            faults.Add($"{Root}: unknown field \"{shown}\"");
            return null;
        }
        // An expression stands for the number that it gives.
        if (value is null || (path == "maxPods" && IsText(value)))
            return null;
        return type switch
        {
            "object" => Members(path, shown, value, faults),
            "list<object>" => Items(path, shown, value, faults),
            _ => Fits(type, value) ? null : $"{shown} must be of type {type}",
        };
    }

    private static string? Members(string path, string shown, JsonNode value, List<string> faults)
    {
        if (value is not JsonObject members)
            return $"{shown} must be of type object";
        foreach (var (key, member) in members)
            if (TypeFault($"{path}.{key}", $"{shown}.{key}", member, faults) is { } wrong)
                return wrong;
        return null;
    }

    private static string? Items(string path, string shown, JsonNode value, List<string> faults)
    {
        if (value is not JsonArray items)
            return $"{shown} must be of type list<object>";
        for (var at = 0; at < items.Count; at++)
        {
            if (items[at] is not JsonObject item)
                return FormattableString.Invariant($"{shown}[{at}] must be of type object");
            foreach (var (key, member) in item)
                if (
                    TypeFault($"{path}[].{key}", FormattableString.Invariant($"{shown}[{at}].{key}"), member, faults) is
                    { } wrong
                )
                    return wrong;
        }
        return null;
    }

    private static bool Fits(string type, JsonNode value)
    {
        if (type.StartsWith("list<", StringComparison.Ordinal))
            return value is JsonArray items && items.All(item => item is not null && Fits(type[5..^1], item));
        if (type.StartsWith("map<string,", StringComparison.Ordinal))
            return value is JsonObject map
                && map.All(entry => entry.Value is not null && Fits(type[11..^1], entry.Value));
        return type switch
        {
            "string" or "time" => IsText(value),
            "bool" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "int32" => IsWhole(value, int.MinValue, int.MaxValue),
            "uint32" => IsWhole(value, 0, uint.MaxValue),
            "int64" => IsWhole(value, long.MinValue, long.MaxValue),
            "float64" => value.GetValueKind() == JsonValueKind.Number,
            "duration" => TextOf(value) is { } text && GoDuration.TryParse(text, out _),
            "duration-or-nanoseconds" => IsWhole(value, long.MinValue, long.MaxValue)
                || (TextOf(value) is { } text && GoDuration.TryParse(text, out _)),
            "quantity" => value.GetValueKind() == JsonValueKind.Number
                || (TextOf(value) is { } text && Quantity.TryParse(text, out _)),
            _ => true,
        };
    }

    private static void Thresholds(JsonObject written, string field, List<string> faults)
    {
        foreach (var (signal, value) in Entries(written, field))
        {
            Signal(field, signal, faults);
            if (!IsThreshold(value))
                faults.Add($"{Root}.{field}[{signal}]: \"{value}\" is no percentage from 0% to 100% and no quantity");
        }
    }

    private static bool IsThreshold(string value) =>
        value.EndsWith('%')
            ? double.TryParse(
                value.AsSpan(0, value.Length - 1),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var percent
            ) && percent is >= 0 and <= 100
            : Quantity.TryParse(value, out var quantity) && quantity.Sign >= 0;

    private static void GracePeriods(JsonObject written, List<string> faults)
    {
        var (soft, grace) = (
            Entries(written, "evictionSoft").Select(it => it.Key).ToArray(),
            Entries(written, "evictionSoftGracePeriod").ToArray()
        );
        foreach (var (signal, value) in grace)
        {
            Signal("evictionSoftGracePeriod", signal, faults);
            if (!GoDuration.TryParse(value, out var duration) || duration.Nanoseconds < 0)
                faults.Add($"{Root}.evictionSoftGracePeriod[{signal}]: \"{value}\" is no duration");
        }
        foreach (var signal in soft.Where(it => grace.All(entry => entry.Key != it)))
            faults.Add($"{Root}.evictionSoft[{signal}]: has no matching evictionSoftGracePeriod");
        foreach (var (signal, _) in grace.Where(entry => !soft.Contains(entry.Key, StringComparer.Ordinal)))
            faults.Add($"{Root}.evictionSoftGracePeriod[{signal}]: has no matching evictionSoft");
    }

    private static void Signal(string field, string signal, List<string> faults)
    {
        if (!Signals.Contains(signal, StringComparer.Ordinal))
            faults.Add($"{Root}.{field}[{signal}]: valid keys are {string.Join(", ", Signals)}");
    }

    private static void Reserved(JsonObject written, string field, List<string> faults)
    {
        foreach (var (key, value) in Entries(written, field))
        {
            if (!Reservable.Contains(key, StringComparer.Ordinal))
                faults.Add($"{Root}.{field}[{key}]: valid keys are {string.Join(", ", Reservable)}");
            if (value.StartsWith('-'))
                faults.Add($"{Root}.{field}[{key}]: value cannot be a negative resource quantity");
        }
    }

    private static void Numbers(JsonObject written, List<string> faults)
    {
        foreach (var field in (string[])["imageGCHighThresholdPercent", "imageGCLowThresholdPercent"])
            if (Number(written, field) is { } percent and (< 0 or > 100))
                faults.Add(FormattableString.Invariant($"{Root}.{field}: {percent} is not between 0 and 100"));
        foreach (var field in (string[])["podsPerCore", "evictionMaxPodGracePeriod", "maxPods"])
            if (Number(written, field) is { } count and < 0)
                faults.Add(FormattableString.Invariant($"{Root}.{field}: {count} is negative"));
        if (
            Number(written, "imageGCHighThresholdPercent") is { } high
            && Number(written, "imageGCLowThresholdPercent") is { } low
            && high <= low
        )
            faults.Add($"{Root}: imageGCHighThresholdPercent must be greater than imageGCLowThresholdPercent");
    }

    private static IEnumerable<KeyValuePair<string, string>> Entries(JsonObject written, string field) =>
        written[field] is JsonObject map
            ? map.Where(entry => TextOf(entry.Value) is not null)
                .Select(entry => KeyValuePair.Create(entry.Key, TextOf(entry.Value)!))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            : [];

    private static long? Number(JsonObject written, string field) =>
        written[field] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    private static bool IsText(JsonNode value) => value.GetValueKind() == JsonValueKind.String;

    private static string? TextOf(JsonNode? value) =>
        value is not null && IsText(value) ? value.GetValue<string>() : null;

    private static bool IsWhole(JsonNode value, long least, long most) =>
        value.GetValueKind() == JsonValueKind.Number
        && value.AsValue().TryGetValue<long>(out var number)
        && number >= least
        && number <= most;
}

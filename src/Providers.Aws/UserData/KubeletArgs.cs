using System.Text.Json.Nodes;

namespace Tenon.Providers.Aws.UserData;

/// <summary>
/// Kubelet settings as command line arguments, in upstream's order (AWS provider specification §2.6). Maps are sorted.
/// </summary>
internal static class KubeletArgs
{
    public static string Text(Bootstrap node) => string.Join(' ', Args(node));

    public static string NodeLabels(Bootstrap node) =>
        $"--node-labels=\"{string.Join(',', node.NodeLabels.Select(label => $"{label.Key}={label.Value}"))}\"";

    private static IEnumerable<string> Args(Bootstrap node)
    {
        if (node.NodeLabels.Any())
            yield return NodeLabels(node);
        yield return $"--register-with-taints=\"{string.Join(',', node.NodeTaints.Select(taint =>
            string.IsNullOrEmpty(taint.Value) ? $"{taint.Key}:{taint.Effect}" : $"{taint.Key}={taint.Value}:{taint.Effect}"))}\"";
        yield return FormattableString.Invariant($"--max-pods={node.MaxPods}");
        if (node.PodsPerCore is { } perCore)
            yield return FormattableString.Invariant($"--pods-per-core={perCore}");
        if (node.SystemReserved is { Count: > 0 } system)
            yield return Quoted("--system-reserved", system, "=");
        if (node.KubeReserved is { Count: > 0 } kube)
            yield return Quoted("--kube-reserved", kube, "=");
        if (Map(node, "evictionHard") is { } hard)
            yield return Quoted("--eviction-hard", hard, "<");
        if (Map(node, "evictionSoft") is { } soft)
            yield return Quoted("--eviction-soft", soft, "<");
        if (Map(node, "evictionSoftGracePeriod") is { } grace)
            yield return Quoted("--eviction-soft-grace-period", grace, "=");
        foreach (var (setting, flag) in Plain)
            if (node.Kubelet?[setting] is JsonValue value)
                yield return $"{flag}={value.ToJsonString()}";
    }

    private static readonly (string Setting, string Flag)[] Plain =
    [
        ("evictionMaxPodGracePeriod", "--eviction-max-pod-grace-period"),
        ("imageGCHighThresholdPercent", "--image-gc-high-threshold"),
        ("imageGCLowThresholdPercent", "--image-gc-low-threshold"),
        ("cpuCFSQuota", "--cpu-cfs-quota"),
    ];

    private static SortedDictionary<string, string>? Map(Bootstrap node, string setting)
    {
        if (node.Kubelet?[setting] is not JsonObject { Count: > 0 } map)
            return null;
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
            sorted.Add(
                key,
                value is JsonValue text && text.TryGetValue<string>(out var it) ? it : value?.ToJsonString() ?? ""
            );
        return sorted;
    }

    private static string Quoted(string flag, IEnumerable<KeyValuePair<string, string>> map, string between) =>
        $"{flag}=\"{string.Join(',', map.Select(pair => pair.Key + between + pair.Value))}\"";
}

using System.Text.Json.Nodes;

namespace Tenon.Kubectl.Tests;

/// <summary>Where things are, and reading them.</summary>
internal static class Paths
{
    public const string Pods = "/api/v1/namespaces/default/pods";
    public const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    public const string ReplicaSets = "/apis/apps/v1/namespaces/default/replicasets";

    /// <summary>What stands at a dotted path, as text; empty when nothing does.</summary>
    public static string Text(this JsonNode? node, string path)
    {
        foreach (var step in path.Split('/'))
            node = node is JsonArray list
                ? (int.TryParse(step, out var index) && index < list.Count ? list[index] : null)
                : node?[step];
        return node?.ToString() ?? "";
    }

    public static string[] Names(this JsonArray items) => [.. items.Select(item => item.Text("metadata/name"))];
}

using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Tables;

internal static class NodeColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static readonly Column[] All =
    [
        TableColumns.Name,
        TableColumns.Made("Status", Status),
        TableColumns.Made("Roles", Roles),
        TableColumns.Age,
        TableColumns.Text("Version", "status.nodeInfo.kubeletVersion"),
        TableColumns.Made("Internal-IP", node => Address(node, "InternalIP"), 1),
        TableColumns.Made("External-IP", node => Address(node, "ExternalIP"), 1),
        TableColumns.Made("OS-Image", node => Known(node, "osImage"), 1),
        TableColumns.Made("Kernel-Version", node => Known(node, "kernelVersion"), 1),
        TableColumns.Made("Container-Runtime", node => Known(node, "containerRuntimeVersion"), 1),
    ];

    private static string Status(JsonObject node)
    {
        var ready = (Meta.At(node, "status.conditions") as JsonArray ?? [])
            .OfType<JsonObject>()
            .FirstOrDefault(condition => Meta.Text(condition, "type") == "Ready");
        var status =
            ready is null ? "Unknown"
            : Meta.Text(ready, "status") == "True" ? "Ready"
            : "NotReady";
        return Meta.Flag(node["spec"] as JsonObject, "unschedulable") == true ? $"{status},SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in Meta.ObjectAt(node, "metadata.labels") ?? [])
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length)
                roles.Add(key[RolePrefix.Length..]);
            else if (key == "kubernetes.io/role" && Meta.Show(value).Length > 0)
                roles.Add(Meta.Show(value));
        }
        return roles.Count == 0 ? "<none>" : string.Join(",", roles);
    }

    private static string Address(JsonObject node, string type) =>
        (Meta.At(node, "status.addresses") as JsonArray ?? [])
            .OfType<JsonObject>()
            .Where(address => Meta.Text(address, "type") == type)
            .Select(address => Meta.Text(address, "address"))
            .FirstOrDefault()
        ?? "<none>";

    private static string Known(JsonObject node, string field) =>
        TableColumns.Or(Meta.TextAt(node, $"status.nodeInfo.{field}"), "<unknown>");
}

using System.Text.Json.Nodes;
using static Tenon.Simulation.ControlPlane.Kinds.PodDefaults;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>Defaults of storage, configuration and cluster-wide kinds.</summary>
internal static class ClusterDefaults
{
    public static void StorageClass(JsonObject item)
    {
        Set(item, "reclaimPolicy", "Delete");
        Set(item, "volumeBindingMode", "Immediate");
    }

    public static void Secret(JsonObject item)
    {
        Set(item, "type", "Opaque");
        // stringData is for writing only: it is folded into data and never stored.
        if (item["stringData"] is not JsonObject texts)
            return;
        if (item["data"] is not JsonObject data)
            item["data"] = data = [];
        foreach (var (key, value) in texts)
            data[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Meta.Show(value)));
        item.Remove("stringData");
    }

    public static void PersistentVolume(JsonObject item)
    {
        if (item["spec"] is not JsonObject spec)
            return;
        Set(spec, "persistentVolumeReclaimPolicy", "Retain");
        Set(spec, "volumeMode", "Filesystem");
    }

    public static void PersistentVolumeClaim(JsonObject item)
    {
        if (item["spec"] is JsonObject spec)
            Set(spec, "volumeMode", "Filesystem");
    }

    public static void PriorityClass(JsonObject item) => Set(item, "preemptionPolicy", "PreemptLowerPriority");

    public static void RoleBinding(JsonObject item)
    {
        if (item["roleRef"] is JsonObject role)
            Set(role, "apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in (item["subjects"] as JsonArray ?? []).OfType<JsonObject>())
            if (Meta.Text(subject, "kind") is "User" or "Group")
                Set(subject, "apiGroup", "rbac.authorization.k8s.io");
    }
}

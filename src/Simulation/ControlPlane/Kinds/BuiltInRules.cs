using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>Which rules a built-in kind has.</summary>
internal static class BuiltInRules
{
    public static KindRules Of(string group, string kind) =>
        (group, kind) switch
        {
            ("", "Namespace") => new KindRules { PrepareCreate = NamespaceOnCreate },
            ("", "Pod") => PodRules.Rules,
            ("", "PodTemplate") => new KindRules { Default = item => PodDefaults.Template(item, "template") },
            ("", "Service") => ServiceRules.Rules,
            ("", "Secret") => new KindRules { Default = ClusterDefaults.Secret },
            ("", "PersistentVolume") => new KindRules
            {
                Default = ClusterDefaults.PersistentVolume,
                PrepareCreate = Phase("Pending"),
            },
            ("", "PersistentVolumeClaim") => new KindRules
            {
                Default = ClusterDefaults.PersistentVolumeClaim,
                PrepareCreate = Phase("Pending"),
            },
            ("", "ReplicationController") => new KindRules { Default = WorkloadDefaults.ReplicationController },
            ("apps", "Deployment") => WorkloadRules.Selecting(WorkloadDefaults.Deployment),
            ("apps", "ReplicaSet") => WorkloadRules.Selecting(WorkloadDefaults.ReplicaSet),
            ("apps", "DaemonSet") => WorkloadRules.Selecting(WorkloadDefaults.DaemonSet),
            ("apps", "StatefulSet") => WorkloadRules.StatefulSet,
            ("batch", "Job") => WorkloadRules.Job,
            ("batch", "CronJob") => WorkloadRules.CronJob,
            ("autoscaling", "HorizontalPodAutoscaler") => WorkloadRules.Autoscaler,
            ("policy", "PodDisruptionBudget") => WorkloadRules.Budget,
            ("storage.k8s.io", "StorageClass") => new KindRules { Default = ClusterDefaults.StorageClass },
            ("scheduling.k8s.io", "PriorityClass") => new KindRules { Default = ClusterDefaults.PriorityClass },
            ("rbac.authorization.k8s.io", "RoleBinding" or "ClusterRoleBinding") => new KindRules
            {
                Default = ClusterDefaults.RoleBinding,
            },
            ("apiextensions.k8s.io", "CustomResourceDefinition") => DefinitionRules.Rules,
            _ => KindRules.None,
        };

    private static Action<JsonObject, WriteContext> Phase(string phase) =>
        (item, _) => item["status"] = new JsonObject { ["phase"] = phase };

    private static void NamespaceOnCreate(JsonObject item, WriteContext context)
    {
        item["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        item["status"] = new JsonObject { ["phase"] = "Active" };
        var metadata = Meta.Of(item);
        if (metadata["labels"] is not JsonObject labels)
            metadata["labels"] = labels = [];
        labels["kubernetes.io/metadata.name"] = Meta.Text(metadata, "name");
    }
}

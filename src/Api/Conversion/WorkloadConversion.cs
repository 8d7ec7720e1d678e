using System.Text.Json.Nodes;
using Tenon.Api.Names;

namespace Tenon.Api.Conversion;

/// <summary>
/// Pods and what makes pods, where they speak of the keys of earlier APIs (core API specification §17.7). Such a
/// workload would be taken, and then never scheduled, evicted where it must not be, or not tolerate what it did.
/// </summary>
internal static class WorkloadConversion
{
    private const string OldPool = "karpenter.sh/provisioner-name";
    private const string OldEvict = "karpenter.sh/do-not-evict";
    private const string OldConsolidate = "karpenter.sh/do-not-consolidate";
    private const string OldTaint = "karpenter.sh/disruption";
    private const string OldSettings = "karpenter-global-settings";

    /// <summary>Settings that were keys of a ConfigMap, and the variables that took their place.</summary>
    private static readonly (string Key, string Variable)[] Settings =
    [
        ("batchMaxDuration", "BATCH_MAX_DURATION"),
        ("batchIdleDuration", "BATCH_IDLE_DURATION"),
        ("aws.clusterName", "CLUSTER_NAME"),
        ("aws.clusterEndpoint", "CLUSTER_ENDPOINT"),
        ("aws.interruptionQueueName", "INTERRUPTION_QUEUE"),
        ("aws.isolatedVPC", "ISOLATED_VPC"),
        ("aws.vmMemoryOverheadPercent", "VM_MEMORY_OVERHEAD_PERCENT"),
        ("aws.reservedENIs", "RESERVED_ENIS"),
    ];

    /// <summary>Rewrites whatever in this object is or holds a pod's template; leaves everything else alone.</summary>
    public static void Workload(Edit edit)
    {
        switch (Edit.Text(edit.Root, "kind"))
        {
            case "Pod":
                Pod(edit, edit.Root, "");
                break;
            case "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" or "ReplicationController" or "Job":
                Pod(edit, edit.Map("spec", "template"), "spec.template.");
                break;
            case "CronJob":
                Pod(edit, edit.Map("spec", "jobTemplate", "spec", "template"), "spec.jobTemplate.spec.template.");
                break;
            case "Node":
                Rename(edit, edit.Map("metadata", "annotations"), "metadata.annotations", OldConsolidate);
                break;
            case "ConfigMap" when Edit.Text(edit.Map("metadata"), "name") == OldSettings:
                Told(edit);
                break;
        }
    }

    private static void Pod(Edit edit, JsonObject? pod, string path)
    {
        if (pod?["spec"] is not JsonObject spec)
            return;
        Rename(
            edit,
            (pod["metadata"] as JsonObject)?["annotations"] as JsonObject,
            path + "metadata.annotations",
            OldEvict
        );
        if (Edit.Rename(spec["nodeSelector"] as JsonObject, OldPool, WellKnownLabels.NodePool))
            edit.Note(path + "spec.nodeSelector", $"{OldPool} is called {WellKnownLabels.NodePool} now");
        Affinity(edit, (spec["affinity"] as JsonObject)?["nodeAffinity"] as JsonObject, path + "spec.affinity");
        foreach (var spread in Objects(spec["topologySpreadConstraints"]))
            Key(edit, spread, "topologyKey", path + "spec.topologySpreadConstraints");
        foreach (var toleration in Objects(spec["tolerations"]))
            if (Edit.Text(toleration, "key") == OldTaint)
            {
                // The new taint has no value, and the old one's operator asked for one.
                toleration["key"] = Taints.DisruptedKey;
                toleration["operator"] = "Exists";
                toleration.Remove("value");
                edit.Note(path + "spec.tolerations", $"the taint {OldTaint} is called {Taints.DisruptedKey} now");
            }
    }

    private static void Affinity(Edit edit, JsonObject? affinity, string path)
    {
        const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
        const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        var terms = Objects((affinity?[Required] as JsonObject)?["nodeSelectorTerms"])
            .Concat(Objects(affinity?[Preferred]).Select(static each => each["preference"]).OfType<JsonObject>());
        foreach (var expression in terms.SelectMany(static term => Objects(term["matchExpressions"])))
            Key(edit, expression, "key", path);
    }

    private static void Key(Edit edit, JsonObject map, string field, string path)
    {
        if (Edit.Text(map, field) != OldPool)
            return;
        map[field] = WellKnownLabels.NodePool;
        edit.Note(path, $"{OldPool} is called {WellKnownLabels.NodePool} now");
    }

    private static void Rename(Edit edit, JsonObject? annotations, string path, string old)
    {
        if (Edit.Rename(annotations, old, Annotations.DoNotDisrupt))
            edit.Note(path, $"{old} is called {Annotations.DoNotDisrupt} now");
    }

    /// <summary>A ConfigMap cannot become the environment of a Deployment, but it can say what to set there.</summary>
    private static void Told(Edit edit)
    {
        var variables = Settings
            .Select(setting => (setting.Variable, Value: Edit.Text(edit.Map("data"), setting.Key)))
            .Where(static setting => setting.Value is not null)
            .Select(static setting => $"{setting.Variable}={setting.Value}");
        edit.Note(
            "",
            $"nobody reads this any more: the settings are variables of the controller now: {string.Join(", ", variables)}"
        );
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();
}

using System.Text.Json.Nodes;
using static Tenon.Simulation.ControlPlane.Kinds.PodDefaults;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>What apps/v1, batch/v1, autoscaling/v2 and policy/v1 fill in.</summary>
internal static class WorkloadDefaults
{
    public static void Deployment(JsonObject item)
    {
        var spec = SpecOf(item);
        Set(spec, "replicas", 1);
        Set(spec, "strategy", new JsonObject());
        Rolling((JsonObject)spec["strategy"]!, "25%", "25%");
        Set(spec, "revisionHistoryLimit", 10);
        Set(spec, "progressDeadlineSeconds", 600);
        Template(item, "spec.template");
    }

    public static void ReplicaSet(JsonObject item)
    {
        Set(SpecOf(item), "replicas", 1);
        Template(item, "spec.template");
    }

    public static void ReplicationController(JsonObject item)
    {
        var spec = SpecOf(item);
        Set(spec, "replicas", 1);
        if (spec["selector"] is null && Meta.ObjectAt(spec, "template.metadata.labels") is { } labels)
            spec["selector"] = labels.DeepClone();
        Template(item, "spec.template");
    }

    public static void DaemonSet(JsonObject item)
    {
        var spec = SpecOf(item);
        Set(spec, "updateStrategy", new JsonObject());
        Rolling((JsonObject)spec["updateStrategy"]!, 0, 1);
        Set(spec, "revisionHistoryLimit", 10);
        Template(item, "spec.template");
    }

    public static void StatefulSet(JsonObject item)
    {
        var spec = SpecOf(item);
        Set(spec, "replicas", 1);
        Set(spec, "podManagementPolicy", "OrderedReady");
        Set(spec, "revisionHistoryLimit", 10);
        Set(spec, "updateStrategy", new JsonObject());
        var strategy = (JsonObject)spec["updateStrategy"]!;
        Set(strategy, "type", "RollingUpdate");
        if (Meta.Text(strategy, "type") == "RollingUpdate")
        {
            Set(strategy, "rollingUpdate", new JsonObject());
            Set((JsonObject)strategy["rollingUpdate"]!, "partition", 0);
        }
        Set(spec, "persistentVolumeClaimRetentionPolicy", new JsonObject());
        Set((JsonObject)spec["persistentVolumeClaimRetentionPolicy"]!, "whenDeleted", "Retain");
        Set((JsonObject)spec["persistentVolumeClaimRetentionPolicy"]!, "whenScaled", "Retain");
        foreach (var claim in (spec["volumeClaimTemplates"] as JsonArray ?? []).OfType<JsonObject>())
        {
            Set(claim, "apiVersion", "v1");
            Set(claim, "kind", "PersistentVolumeClaim");
            if (claim["spec"] is JsonObject claimSpec)
                Set(claimSpec, "volumeMode", "Filesystem");
            Set(claim, "status", new JsonObject { ["phase"] = "Pending" });
        }
        Template(item, "spec.template");
    }

    public static void Job(JsonObject item) => JobSpec(item, "spec");

    public static void CronJob(JsonObject item)
    {
        var spec = SpecOf(item);
        Set(spec, "concurrencyPolicy", "Allow");
        Set(spec, "suspend", false);
        Set(spec, "successfulJobsHistoryLimit", 3);
        Set(spec, "failedJobsHistoryLimit", 1);
        if (Meta.ObjectAt(item, "spec.jobTemplate.spec") is not null)
            JobTemplate(item);
    }

    public static void HorizontalPodAutoscaler(JsonObject item)
    {
        var spec = SpecOf(item);
        Set(spec, "minReplicas", 1);
        if (spec["metrics"] is null or JsonArray { Count: 0 })
            spec["metrics"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Resource",
                    ["resource"] = new JsonObject
                    {
                        ["name"] = "cpu",
                        ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80 },
                    },
                }
            );
    }

    private static void JobTemplate(JsonObject item)
    {
        var spec = Meta.ObjectAt(item, "spec.jobTemplate.spec")!;
        if (Meta.ObjectAt(spec, "template.spec") is not null)
            Template(spec, "template");
    }

    private static void JobSpec(JsonObject item, string path)
    {
        var spec = Meta.ObjectAt(item, path);
        if (spec is null)
            return;
        if (spec["completions"] is null && spec["parallelism"] is null)
            (spec["completions"], spec["parallelism"]) = (1, 1);
        Set(spec, "parallelism", 1);
        Set(spec, "completionMode", "NonIndexed");
        Set(spec, "suspend", false);
        Set(spec, "podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
        Set(spec, "manualSelector", false);
        if (Meta.Flag(spec, "manualSelector") == false)
            spec.Remove("manualSelector");
        Set(spec, "backoffLimit", spec["backoffLimitPerIndex"] is null ? 6 : int.MaxValue);
        Template(item, $"{path}.template");
    }

    private static void Rolling(JsonObject strategy, JsonNode surge, JsonNode unavailable)
    {
        Set(strategy, "type", "RollingUpdate");
        if (Meta.Text(strategy, "type") != "RollingUpdate")
            return;
        Set(strategy, "rollingUpdate", new JsonObject());
        var rolling = (JsonObject)strategy["rollingUpdate"]!;
        Set(rolling, "maxSurge", surge);
        Set(rolling, "maxUnavailable", unavailable);
    }

    private static JsonObject SpecOf(JsonObject item)
    {
        if (item["spec"] is not JsonObject spec)
            item["spec"] = spec = [];
        return spec;
    }
}

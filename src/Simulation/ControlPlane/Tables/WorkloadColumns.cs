using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using static Tenon.Simulation.ControlPlane.Tables.TableColumns;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>Deployments and their kin, jobs, autoscalers, disruption budgets.</summary>
internal static class WorkloadColumns
{
    private const string Template = "spec.template.spec";

    // A table.
    public static IReadOnlyList<Column>? Of(string kind) =>
        kind switch
        {
            "Deployment" =>
            [
                Name,
                Made("Ready", Ready),
                Whole("Up-to-date", "status.updatedReplicas"),
                Whole("Available", "status.availableReplicas"),
                Age,
                Containers(Template),
                Images(Template),
                Selector("spec.selector"),
            ],
            "ReplicaSet" or "ReplicationController" =>
            [
                Name,
                Whole("Desired", "spec.replicas"),
                Whole("Current", "status.replicas"),
                Whole("Ready", "status.readyReplicas"),
                Age,
                Containers(Template),
                Images(Template),
                Selector("spec.selector"),
            ],
            "DaemonSet" =>
            [
                Name,
                Whole("Desired", "status.desiredNumberScheduled"),
                Whole("Current", "status.currentNumberScheduled"),
                Whole("Ready", "status.numberReady"),
                Whole("Up-to-date", "status.updatedNumberScheduled"),
                Whole("Available", "status.numberAvailable"),
                Made("Node Selector", item => SelectorText(Meta.At(item, $"{Template}.nodeSelector"))),
                Age,
                Containers(Template),
                Images(Template),
                Selector("spec.selector"),
            ],
            "StatefulSet" => [Name, Made("Ready", Ready), Age, Containers(Template), Images(Template)],
            "Job" =>
            [
                Name,
                Made("Status", JobStatus),
                Made("Completions", Completions),
                new("Duration", "string", 0, (item, now) => JobDuration(item, now)),
                Age,
                Containers(Template),
                Images(Template),
                Selector("spec.selector"),
            ],
            "CronJob" =>
            [
                Name,
                Text("Schedule", "spec.schedule"),
                Made("Timezone", item => Or(Meta.TextAt(item, "spec.timeZone"), "<none>")),
                Made("Suspend", item => Meta.TextAt(item, "spec.suspend") == "true" ? "True" : "False"),
                new("Active", "integer", 0, (item, _) => (Meta.At(item, "status.active") as JsonArray)?.Count ?? 0),
                new(
                    "Last Schedule",
                    "string",
                    0,
                    (item, now) =>
                        Meta.At(item, "status.lastScheduleTime") is { } last ? HumanTime.Since(last, now) : "<none>"
                ),
                Age,
                Containers($"spec.jobTemplate.{Template}"),
                Images($"spec.jobTemplate.{Template}"),
                Selector("spec.jobTemplate.spec.selector"),
            ],
            "PodDisruptionBudget" =>
            [
                Name,
                Made("Min Available", item => Or(Meta.TextAt(item, "spec.minAvailable"), "N/A")),
                Made("Max Unavailable", item => Or(Meta.TextAt(item, "spec.maxUnavailable"), "N/A")),
                Whole("Allowed Disruptions", "status.disruptionsAllowed"),
                Age,
            ],
            "HorizontalPodAutoscaler" =>
            [
                Name,
                Made(
                    "Reference",
                    item =>
                        $"{Meta.TextAt(item, "spec.scaleTargetRef.kind")}/{Meta.TextAt(item, "spec.scaleTargetRef.name")}"
                ),
                Made("Targets", Targets),
                Made("MinPods", item => Or(Meta.TextAt(item, "spec.minReplicas"), "<unset>")),
                Whole("MaxPods", "spec.maxReplicas"),
                Whole("Replicas", "status.currentReplicas"),
                Age,
            ],
            "ControllerRevision" => [Name, Made("Controller", Controller), Whole("Revision", "revision"), Age],
            _ => null,
        };

    private static string Ready(JsonObject item) =>
        $"{Meta.AsNumber(Meta.At(item, "status.readyReplicas")) ?? 0}/{Meta.AsNumber(Meta.At(item, "spec.replicas")) ?? 0}";

    private static string JobStatus(JsonObject job)
    {
        foreach (
            var (type, word) in new[]
            {
                ("Complete", "Complete"),
                ("Failed", "Failed"),
                ("Suspended", "Suspended"),
                ("FailureTarget", "FailureTarget"),
                ("SuccessCriteriaMet", "SuccessCriteriaMet"),
            }
        )
            if (Subresources.Conditions.StatusOf(job, type) == "True")
                return word;
        return Meta.IsDeleting(job) ? "Terminating" : "Running";
    }

    private static string Completions(JsonObject job)
    {
        var done = Meta.AsNumber(Meta.At(job, "status.succeeded")) ?? 0;
        if (Meta.AsNumber(Meta.At(job, "spec.completions")) is { } wanted)
            return $"{done}/{wanted}";
        var parallel = Meta.AsNumber(Meta.At(job, "spec.parallelism")) ?? 0;
        return parallel > 1 ? $"{done}/1 of {parallel}" : $"{done}/1";
    }

    private static string JobDuration(JsonObject job, DateTimeOffset now)
    {
        if (!TryTime(job, "status.startTime", out var start))
            return "";
        return HumanTime.Duration((TryTime(job, "status.completionTime", out var end) ? end : now) - start);
    }

    private static bool TryTime(JsonObject item, string path, out DateTimeOffset at) =>
        DateTimeOffset.TryParse(
            Meta.TextAt(item, path),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out at
        );

    private static string Controller(JsonObject item)
    {
        foreach (var owner in (Meta.At(item, "metadata.ownerReferences") as JsonArray ?? []).OfType<JsonObject>())
            if (Meta.Flag(owner, "controller") == true)
            {
                var group = Meta.Text(owner, "apiVersion").Split('/') is [var named, _] ? $".{named}" : "";
                return $"{Meta.Text(owner, "kind").ToLowerInvariant()}{group}/{Meta.Text(owner, "name")}";
            }
        return "<none>";
    }

    private static string Targets(JsonObject item)
    {
        var metrics = (Meta.At(item, "spec.metrics") as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var current = (Meta.At(item, "status.currentMetrics") as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var shown = metrics
            .Take(2)
            .Select((metric, i) => Target(metric, i < current.Length ? current[i] : null))
            .ToArray();
        if (shown.Length == 0)
            return "<none>";
        var text = string.Join(", ", shown);
        return metrics.Length > 2 ? $"{text} + {metrics.Length - 2} more..." : text;
    }

    private static string Target(JsonObject metric, JsonObject? current)
    {
        var type = Meta.Text(metric, "type");
        var source = char.ToLowerInvariant(type[0]) + type[1..];
        var target = metric[source]?["target"] as JsonObject;
        var now = current?[source]?["current"] as JsonObject;
        var name = type is "Resource" or "ContainerResource" ? $"{Meta.TextAt(metric, $"{source}.name")}: " : "";
        if (Meta.Number(target, "averageUtilization") is { } percent)
            return $"{name}{(Meta.Number(now, "averageUtilization") is { } used ? $"{used}%" : "<unknown>")}/{percent}%";
        var field = target?["averageValue"] is not null ? "averageValue" : "value";
        return $"{name}{Or(Meta.Text(now, field), "<unknown>")}/{Meta.Text(target, field)}{(field == "averageValue" && name.Length == 0 ? " (avg)" : "")}";
    }
}

using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>READY, STATUS and RESTARTS are summaries of many fields; the rules are those of the real printer.</summary>
internal static class PodColumns
{
    private const string None = "<none>";

    public static readonly Column[] All =
    [
        TableColumns.Name,
        TableColumns.Made("Ready", Ready),
        TableColumns.Made("Status", Status),
        new("Restarts", "string", 0, (pod, now) => Restarts(pod, now)),
        TableColumns.Age,
        TableColumns.Made("IP", pod => TableColumns.Or(Meta.TextAt(pod, "status.podIP"), None), 1),
        TableColumns.Made("Node", pod => TableColumns.Or(Meta.TextAt(pod, "spec.nodeName"), None), 1),
        TableColumns.Made(
            "Nominated Node",
            pod => TableColumns.Or(Meta.TextAt(pod, "status.nominatedNodeName"), None),
            1
        ),
        TableColumns.Made("Readiness Gates", Gates, 1),
    ];

    private static JsonObject[] List(JsonObject pod, string path) =>
        [.. (Meta.At(pod, path) as JsonArray ?? []).OfType<JsonObject>()];

    private static IEnumerable<JsonObject> Sidecars(JsonObject pod) =>
        List(pod, "spec.initContainers").Where(container => Meta.Text(container, "restartPolicy") == "Always");

    private static string Ready(JsonObject pod)
    {
        var sidecars = Sidecars(pod)
            .Select(container => Meta.Text(container, "name"))
            .ToHashSet(StringComparer.Ordinal);
        var total = List(pod, "spec.containers").Length + sidecars.Count;
        var ready =
            List(pod, "status.containerStatuses")
                .Count(status => Meta.Flag(status, "ready") == true && status["state"]?["running"] is not null)
            + List(pod, "status.initContainerStatuses")
                .Count(status =>
                    sidecars.Contains(Meta.Text(status, "name"))
                    && Meta.Flag(status, "started") == true
                    && Meta.Flag(status, "ready") == true
                );
        return $"{ready}/{total}";
    }

    private static string Status(JsonObject pod)
    {
        var reason = TableColumns.Or(Meta.TextAt(pod, "status.reason"), Meta.TextAt(pod, "status.phase"));
        foreach (var condition in List(pod, "status.conditions"))
            if (Meta.Text(condition, "type") == "PodScheduled" && Meta.Text(condition, "reason") == "SchedulingGated")
                reason = "SchedulingGated";
        var initializing = Initializing(pod);
        if (initializing is not null && !Initialized(pod))
            reason = initializing;
        else
            reason = Running(pod, reason);
        if (!Meta.IsDeleting(pod))
            return reason;
        if (Meta.TextAt(pod, "status.reason") == "NodeLost")
            return "Unknown";
        return Meta.TextAt(pod, "status.phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static bool Initialized(JsonObject pod) =>
        List(pod, "status.conditions")
            .Any(condition =>
                Meta.Text(condition, "type") == "Initialized" && Meta.Text(condition, "status") == "True"
            );

    private static string? Initializing(JsonObject pod)
    {
        var containers = List(pod, "spec.initContainers");
        var sidecars = Sidecars(pod)
            .Select(container => Meta.Text(container, "name"))
            .ToHashSet(StringComparer.Ordinal);
        var statuses = List(pod, "status.initContainerStatuses");
        for (var i = 0; i < statuses.Length; i++)
        {
            var state = statuses[i]["state"] as JsonObject;
            if (state?["terminated"] is JsonObject ended)
            {
                if (Meta.Number(ended, "exitCode") == 0)
                    continue;
                if (Meta.Text(ended, "reason") is { Length: > 0 } why)
                    return $"Init:{why}";
                return Meta.Number(ended, "signal") is > 0 and var signal
                    ? $"Init:Signal:{signal}"
                    : $"Init:ExitCode:{Meta.Number(ended, "exitCode")}";
            }
            if (sidecars.Contains(Meta.Text(statuses[i], "name")) && Meta.Flag(statuses[i], "started") == true)
                continue;
            if (
                Meta.Text(state?["waiting"] as JsonObject, "reason") is { Length: > 0 } waiting
                && waiting != "PodInitializing"
            )
                return $"Init:{waiting}";
            return $"Init:{i}/{containers.Length}";
        }
        return null;
    }

    private static string Running(JsonObject pod, string reason)
    {
        var hasRunning = false;
        foreach (var status in List(pod, "status.containerStatuses").Reverse())
        {
            var state = status["state"] as JsonObject;
            if (Meta.Text(state?["waiting"] as JsonObject, "reason") is { Length: > 0 } waiting)
                reason = waiting;
            else if (state?["terminated"] is JsonObject ended)
                reason =
                    Meta.Text(ended, "reason") is { Length: > 0 } why ? why
                    : Meta.Number(ended, "signal") is > 0 and var signal ? $"Signal:{signal}"
                    : $"ExitCode:{Meta.Number(ended, "exitCode")}";
            else if (Meta.Flag(status, "ready") == true && state?["running"] is not null)
                hasRunning = true;
        }
        if (reason != "Completed" || !hasRunning)
            return reason;
        return List(pod, "status.conditions")
            .Any(condition => Meta.Text(condition, "type") == "Ready" && Meta.Text(condition, "status") == "True")
            ? "Running"
            : "NotReady";
    }

    private static string Restarts(JsonObject pod, DateTimeOffset now)
    {
        long restarts = 0;
        var last = "";
        foreach (var status in List(pod, "status.containerStatuses"))
        {
            restarts += Meta.Number(status, "restartCount") ?? 0;
            var ended = Meta.TextAt(status, "lastState.terminated.finishedAt");
            if (string.CompareOrdinal(ended, last) > 0)
                last = ended;
        }
        return restarts > 0 && last.Length > 0 ? $"{restarts} ({HumanTime.Since(last, now)} ago)" : $"{restarts}";
    }

    private static string Gates(JsonObject pod)
    {
        var gates = List(pod, "spec.readinessGates");
        if (gates.Length == 0)
            return None;
        var open = gates.Count(gate =>
            List(pod, "status.conditions")
                .Any(condition =>
                    Meta.Text(condition, "type") == Meta.Text(gate, "conditionType")
                    && Meta.Text(condition, "status") == "True"
                )
        );
        return $"{open}/{gates.Length}";
    }
}

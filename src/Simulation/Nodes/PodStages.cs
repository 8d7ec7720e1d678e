using System.Globalization;
using System.Net;
using Tenon.Api.Core;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Nodes;

/// <summary>What a pod declares about its life, and its status at each stage of it.</summary>
internal static class PodStages
{
    public const string RunFor = "sim.tenon.sh/run-for";
    public const string ReadyAfter = "sim.tenon.sh/ready-after";
    public const string StopAfter = "sim.tenon.sh/stop-after";
    public const string CrashAfter = "sim.tenon.sh/crash-after";

    public static TimeSpan? Declared(Pod pod, string annotation)
    {
        if (!pod.Metadata.Annotations.TryGetValue(annotation, out var text) || text.Length < 2)
            return null;
        if (!double.TryParse(text[..^1], CultureInfo.InvariantCulture, out var number) || number < 0)
            return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => null,
        };
    }

    public static PodStatus Creating(Pod pod, DateTimeOffset now) =>
        pod.Status with
        {
            Phase = "Pending",
            StartTime = pod.Status.StartTime ?? now,
            QosClass = pod.Status.QosClass ?? Qos(pod.Spec),
            Conditions = pod
                .Status.Conditions.With("PodReadyToStartContainers", "False", "", "", now)
                .With("Initialized", "True", "", "", now)
                .With("Ready", "False", "ContainersNotReady", Unready(pod), now)
                .With("ContainersReady", "False", "ContainersNotReady", Unready(pod), now)
                .With("PodScheduled", "True", "", "", now),
            ContainerStatuses =
            [
                .. pod.Spec.Containers.Select(container => new ContainerStatus
                {
                    Name = container.Name,
                    Image = container.Image ?? "",
                    Started = false,
                    State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = "ContainerCreating" } },
                }),
            ],
        };

    public static PodStatus Running(Pod pod, bool ready, int restarts, IPAddress address, DateTimeOffset now) =>
        pod.Status with
        {
            Phase = "Running",
            StartTime = pod.Status.StartTime ?? now,
            QosClass = pod.Status.QosClass ?? Qos(pod.Spec),
            PodIP = pod.Status.PodIP ?? address.ToString(),
            PodIPs = [new PodIP { Ip = pod.Status.PodIP ?? address.ToString() }],
            Conditions = pod
                .Status.Conditions.With("PodReadyToStartContainers", "True", "", "", now)
                .With("Initialized", "True", "", "", now)
                .With(
                    "Ready",
                    ready ? "True" : "False",
                    ready ? "" : "ContainersNotReady",
                    ready ? "" : Unready(pod),
                    now
                )
                .With(
                    "ContainersReady",
                    ready ? "True" : "False",
                    ready ? "" : "ContainersNotReady",
                    ready ? "" : Unready(pod),
                    now
                )
                .With("PodScheduled", "True", "", "", now),
            ContainerStatuses =
            [
                .. pod.Spec.Containers.Select(container => new ContainerStatus
                {
                    Name = container.Name,
                    Image = container.Image ?? "",
                    Ready = ready,
                    Started = true,
                    RestartCount = restarts,
                    State = new ContainerState { Running = new ContainerStateRunning { StartedAt = now } },
                }),
            ],
        };

    public static PodStatus Ended(Pod pod, int exitCode, DateTimeOffset now)
    {
        var reason = exitCode == 0 ? "PodCompleted" : "PodFailed";
        return pod.Status with
        {
            Phase = exitCode == 0 ? "Succeeded" : "Failed",
            Conditions = pod
                .Status.Conditions.With("Ready", "False", reason, "", now)
                .With("ContainersReady", "False", reason, "", now),
            ContainerStatuses =
            [
                .. pod.Spec.Containers.Select(container => new ContainerStatus
                {
                    Name = container.Name,
                    Image = container.Image ?? "",
                    State = new ContainerState
                    {
                        Terminated = new ContainerStateTerminated
                        {
                            ExitCode = exitCode,
                            Reason = exitCode == 0 ? "Completed" : "Error",
                            StartedAt = pod.Status.StartTime,
                            FinishedAt = now,
                        },
                    },
                }),
            ],
        };
    }

    private static string Unready(Pod pod) =>
        $"containers with unready status: [{string.Join(' ', pod.Spec.Containers.Select(container => container.Name))}]";

    private static string Qos(PodSpec spec)
    {
        if (
            spec.Containers.All(container =>
                container.Resources.Requests.Count == 0 && container.Resources.Limits.Count == 0
            )
        )
            return "BestEffort";
        var guaranteed = spec.Containers.All(container =>
            container.Resources.Limits.ContainsKey("cpu")
            && container.Resources.Limits.ContainsKey("memory")
            && container.Resources.Requests.All(pair => container.Resources.Limits.Of(pair.Key) == pair.Value)
        );
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Foundation.Hashing;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Events of the simulated controllers, as <c>kubectl describe</c> shows them; repeats are counted, not repeated.
/// </summary>
public sealed class ClusterEvents(KubeClient client, TimeProvider time, bool enabled)
{
    /// <summary>Series remembered for counting; beyond it the oldest are told as new.</summary>
    private const int Remembered = 4096;

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    internal void Tell(IKubeObject about, string type, string reason, string message, string component)
    {
        if (!enabled)
            return;
        var ns = about.Metadata.Namespace ?? "default";
        var hash = StableHash
            .Of($"{about.Metadata.Uid}/{reason}/{message}")
            .ToString("x16", CultureInfo.InvariantCulture);
        var name = $"{about.Metadata.Name}.{hash}";
        var now = time.GetUtcNow();
        if (_counts.TryGetValue(name, out var count))
        {
            _counts[name] = ++count;
            Background.Watch(
                client
                    .PatchAsync<Event>(
                        ns,
                        name,
                        Patch.Merge(new JsonObject { ["count"] = count, ["lastTimestamp"] = Timestamps.Text(now) }),
                        CancellationToken.None
                    )
                    .AsTask()
            );
            return;
        }
        if (_order.Count >= Remembered)
            _counts.Remove(_order.Dequeue());
        _order.Enqueue(name);
        _counts[name] = 1;
        Background.Watch(
            client
                .CreateAsync(
                    new Event
                    {
                        Metadata = new ObjectMeta { Name = name, Namespace = ns },
                        InvolvedObject = new ObjectReference
                        {
                            ApiVersion = about.ApiVersion,
                            Kind = about.Kind,
                            Name = about.Metadata.Name,
                            Namespace = about.Metadata.Namespace,
                            Uid = about.Metadata.Uid,
                            ResourceVersion = about.Metadata.ResourceVersion,
                        },
                        Type = type,
                        Reason = reason,
                        Message = message,
                        Source = new EventSource { Component = component },
                        ReportingComponent = component,
                        FirstTimestamp = now,
                        LastTimestamp = now,
                        Count = 1,
                    },
                    CancellationToken.None
                )
                .AsTask()
        );
    }
}

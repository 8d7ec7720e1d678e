using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Storage;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane;

/// <summary>What is there before the first request: the system namespaces, as a fresh cluster has them.</summary>
internal static class Bootstrap
{
    public static void Run(ServerState state)
    {
        var accounts = state.BuiltIn("", "v1", "serviceaccounts");
        var writer = new Writer(state);
        state.Committed += (kind, change) =>
        {
            // Every namespace has its default account from the start: pods may be created in the same breath.
            if (ReferenceEquals(kind, state.Namespaces) && change.Type == WatchEventType.Added)
                writer.Create(
                    new WriteRequest(accounts, change.After.Name, "default", null),
                    new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } }
                );
        };
        foreach (var name in new[] { "default", "kube-node-lease", "kube-public", "kube-system" })
            writer.Create(
                new WriteRequest(state.Namespaces, "", name, null),
                new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }
            );
        var priorities = state.BuiltIn("scheduling.k8s.io", "v1", "priorityclasses");
        foreach (
            var (name, value, use) in new[]
            {
                ("system-cluster-critical", 2_000_000_000, "cluster"),
                ("system-node-critical", 2_000_001_000, "node"),
            }
        )
            writer.Create(
                new WriteRequest(priorities, "", name, null),
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = name },
                    ["value"] = value,
                    ["preemptionPolicy"] = "PreemptLowerPriority",
                    ["description"] = $"Used for pods that the {use} cannot run without.",
                }
            );
    }
}

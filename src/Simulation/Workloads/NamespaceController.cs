using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>Empties a namespace that is being deleted, then lets it go.</summary>
internal sealed class NamespaceController(Informers informers) : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<Namespace> _namespaces = informers.Of<Namespace>();

    public static void AddTo(ControllerHost host) =>
        host.Add(
            new ControllerOptions { Name = "namespace" },
            new NamespaceController(host.Informers),
            Source.Of(host.Informers.Of<Namespace>())
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Get(null, key.Name) is not { } ns || !ns.Metadata.IsDeleting)
            return Requeue.Never;
        var left = 0;
        foreach (var type in KnownKinds.Namespaced)
        {
            var path = ResourcePath.Of(type, key.Name);
            await _client.SendAsync(new KubeRequest("DELETE", path), cancel);
            var listed = await _client.SendAsync(new KubeRequest("GET", path + "?limit=1"), cancel);
            if (
                listed.IsOk
                && System.Text.Json.Nodes.JsonNode.Parse(listed.Value.Body.Span)?["items"]
                    is System.Text.Json.Nodes.JsonArray { Count: > 0 }
            )
                left++;
        }
        if (left > 0)
            return Requeue.In(Again);
        var body = ApiJson.Write(ns with { Spec = new NamespaceSpec() });
        await _client.SendAsync(
            new KubeRequest(
                "PUT",
                ResourcePath.Of(Namespace.Resource, null, key.Name, "finalize"),
                body,
                "application/json"
            ),
            cancel
        );
        return Requeue.Never;
    }
}

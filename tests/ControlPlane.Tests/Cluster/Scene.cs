using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;

namespace Tenon.ControlPlane.Tests.Cluster;

/// <summary>One test's share of the cluster: a namespace, a pool, processes of Tenon. All is gone afterwards.</summary>
sealed class Scene(RealCluster cluster) : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    static int _count;

    readonly List<TenonProgram> _tenons = [];

    public string Namespace { get; } = $"scene-{Interlocked.Increment(ref _count)}";

    public static async Task<Scene> StartAsync(RealCluster cluster, string pool = "", string template = "")
    {
        var scene = new Scene(cluster);
        await cluster.ApplyAsync(
            $$"""
            {apiVersion: v1, kind: Namespace, metadata: {name: "{{scene.Namespace}}" } }
            ---
            {apiVersion: karpenter.kwok.sh/v1alpha1, kind: KWOKNodeClass, metadata: {name: default} }
            """
        );
        await scene.UntilAsync(
            async () => (await cluster.Admin.GetAsync<ServiceAccount>(scene.Namespace, "default", default)).IsOk,
            "the namespace has a service account"
        );
        await scene.PoolAsync(pool, template);
        return scene;
    }

    /// <summary>The pool "default", made or changed. Both arguments are flow YAML that ends in a comma.</summary>
    public Task PoolAsync(string pool = "", string template = "", string labels = "")
    {
        if (pool.Length == 0)
            pool = "disruption: {consolidateAfter: 0s, budgets: [{nodes: 100%}]},";
        return cluster.ApplyAsync(
            $$"""
            apiVersion: karpenter.sh/v1
            kind: NodePool
            metadata: {name: default}
            spec: {
              {{pool}}
              template: {metadata: {labels: { {{labels}} } }, spec: { {{template}}
                requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}],
                nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default} } } }
            """
        );
    }

    public TenonProgram Tenon(params string[] flags)
    {
        var tenon = new TenonProgram(cluster, ["--batch-idle-duration=200ms", .. flags]);
        _tenons.Add(tenon);
        return tenon;
    }

    public Task DeploymentAsync(string name, int replicas, string cpu = "1") =>
        cluster.ApplyAsync(
            $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: "{{name}}", namespace: "{{Namespace}}" }
            spec:
              replicas: {{replicas}}
              selector: {matchLabels: {app: "{{name}}" } }
              template:
                metadata: {labels: {app: "{{name}}" } }
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: main, image: app, resources: {requests: {cpu: "{{cpu}}", memory: 64Mi} } }]
            """
        );

    public async Task<IReadOnlyList<T>> ListAsync<T>(string? ns = null)
        where T : class, IKubeObject<T> =>
        (await cluster.Admin.ListAsync<T>(ListOptions.All with { Namespace = ns }, default)).OrThrow().Items;

    public async Task<int> BoundAsync() =>
        (await ListAsync<Pod>(Namespace)).Count(static pod =>
            pod.Spec.NodeName is { Length: > 0 } && !pod.Metadata.IsDeleting
        );

    public async Task<IReadOnlyList<Node>> NodesAsync() =>
        [.. (await ListAsync<Node>()).Where(static node => !node.Metadata.IsDeleting)];

    public Task UntilBoundAsync(int pods) => UntilAsync(async () => await BoundAsync() == pods, $"{pods} pods bound");

    public Task UntilAsync(Func<Task<bool>> holds, string what, TimeSpan? patience = null) =>
        UntilAsync(holds, what, patience ?? Patience, DateTime.UtcNow);

    public async ValueTask DisposeAsync()
    {
        foreach (var tenon in _tenons)
            tenon.Dispose();
        var admin = cluster.Admin;
        await admin.SendAsync(new KubeRequest("DELETE", $"/api/v1/namespaces/{Namespace}"), default);
        await admin.SendAsync(new KubeRequest("DELETE", "/apis/karpenter.sh/v1/nodepools"), default);
        await UntilAsync(
            async () =>
            {
                foreach (var claim in await ListAsync<NodeClaim>())
                    await RemoveAsync(claim);
                foreach (var node in await ListAsync<Node>())
                    await RemoveAsync(node);
                foreach (var pod in await ListAsync<Pod>(Namespace))
                    await admin.DeleteAsync(
                        pod,
                        new Kube.Client.Requests.DeleteOptions { GracePeriodSeconds = 0 },
                        default
                    );
                return (await ListAsync<NodeClaim>()).Count + (await ListAsync<Node>()).Count == 0
                    && (await ListAsync<Pod>(Namespace)).Count == 0;
            },
            "the scene is cleared"
        );
        await admin.SendAsync(
            new KubeRequest(
                "DELETE",
                "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/karpenter-leader-election"
            ),
            default
        );
    }

    async Task RemoveAsync<T>(T item)
        where T : class, IKubeObject<T>
    {
        if (!item.Metadata.IsDeleting)
            await cluster.Admin.DeleteAsync(item, null, default);
        if (item.Metadata.Finalizers.Count > 0)
            await cluster.Admin.PatchAsync<T>(
                null,
                item.Metadata.Name!,
                Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray() } }),
                default
            );
    }

    async Task UntilAsync(Func<Task<bool>> holds, string what, TimeSpan patience, DateTime began)
    {
        while (!await holds())
        {
            if (DateTime.UtcNow - began > patience)
                Assert.Fail($"not within {patience.TotalSeconds:0} s: {what}\n{await PictureAsync()}");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    async Task<string> PictureAsync()
    {
        var pods = await ListAsync<Pod>(Namespace);
        var claims = await ListAsync<NodeClaim>();
        return $"{pods.Count} pods, {pods.Count(static it => it.Spec.NodeName is { Length: > 0 })} with a node; "
            + $"nodes: {string.Join(", ", (await ListAsync<Node>()).Select(static it => it.Metadata.Name))}\n"
            + string.Join(
                '\n',
                claims.Select(static it =>
                    $"{it.Metadata.Name}: "
                    + string.Join(", ", it.Status.Conditions.Select(static c => $"{c.Type}={c.Status}"))
                )
            )
            + "\n"
            + string.Join("\n--\n", _tenons.Select(static it => it.Tail));
    }
}

using Tenon.Api;
using Tenon.Api.Yaml;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Up;
using Tenon.Kube.Client.Requests;
using Tenon.Providers.Catalog;

namespace Tenon.Cli.Tests;

/// <summary>A box in this process, with or without Tenon in it, for commands that run in another.</summary>
static class BoxForTests
{
    public const string Pool = """
        apiVersion: karpenter.kwok.sh/v1alpha1
        kind: KWOKNodeClass
        metadata: {name: default}
        ---
        apiVersion: karpenter.sh/v1
        kind: NodePool
        metadata: {name: general}
        spec:
          template:
            spec:
              nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
              requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}]
          disruption: {consolidateAfter: 5s}
        """;

    public static string Deployment(string name, int replicas, string cpu) =>
        $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: {{name}}, namespace: default}
            spec:
              replicas: {{replicas}}
              selector: { matchLabels: { app: {{name}} } }
              template:
                metadata: { labels: { app: {{name}} } }
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                    - name: c
                      image: x
                      resources:
                        requests:
                          cpu: "{{cpu}}"
                          memory: 256Mi
            """;

    public static Task<LiveBox> StartAsync(Scratch scratch, bool hasController, double speed = 1) =>
        LiveBox.StartAsync(
            new BoxOptions
            {
                KubeconfigPath = Path.Combine(scratch.Path, "box.yaml"),
                HasController = hasController,
                Speed = speed,
            },
            ((CatalogueOutcome.Loaded)Catalogues.Load("generic")).Catalogue,
            CancellationToken.None
        );

    public static async Task ApplyAsync(this LiveBox box, string manifests)
    {
        await box.ApplyAsync([.. ManifestSource.Parse(manifests, "test.yaml")], CancellationToken.None);
    }

    public static async Task DeleteAsync<T>(this LiveBox box, string? ns, string name)
        where T : class, IKubeObject<T> =>
        (await box.AskAsync(kube => kube.DeleteAsync<T>(ns, name, null, CancellationToken.None))).OrThrow();

    /// <summary>Waits until the box looks as asked; fails with what it looks like when it never does.</summary>
    public static async Task<BoxMoment> UntilAsync(this LiveBox box, string what, Func<BoxMoment, bool> holds)
    {
        for (var look = 0; ; look++)
        {
            var moment = await box.LookAsync();
            if (holds(moment))
                return moment;
            Assert.True(
                look < 600,
                $"{what} did not come; there are {moment.Nodes.Length} nodes, {moment.Claims.Length} claims, the pods "
                    + string.Join(", ", moment.Pods.Select(pod => $"{pod.Metadata.Name} on {pod.Spec.NodeName ?? "-"}"))
            );
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public static int Bound(this BoxMoment moment) =>
        moment.Pods.Count(pod => !string.IsNullOrEmpty(pod.Spec.NodeName) && !pod.Metadata.IsDeleting);
}

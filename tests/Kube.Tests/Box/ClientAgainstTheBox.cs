using System.Text.Json.Nodes;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Policy;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Discovery;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Tests.Support;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Kube.Tests.BoxTests;

/// <summary>
/// Every operation against the one API server that simulated worlds use: the two must agree on the wire.
/// </summary>
public sealed class ClientAgainstTheBox
{
    [Fact]
    public void Objects_are_created_read_listed_in_pages_and_deleted() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            for (var i = 0; i < 7; i++)
                (await kube.CreateAsync(Support.Box.Map($"m{i}", $"{i}"), default)).OrThrow();
            Assert.True(
                (await kube.CreateAsync(Support.Box.Map("m0", "again"), default)).Is(KubeErrorKind.AlreadyExists)
            );
            Assert.Equal("3", (await kube.GetAsync<ConfigMap>("default", "m3", default)).Value.Data["value"]);
            var list = await kube.ListAsync<ConfigMap>(
                new ListOptions { Namespace = "default", PageSize = 3 },
                default
            );
            Assert.Equal(
                ["m0", "m1", "m2", "m3", "m4", "m5", "m6"],
                list.Value.Items.Select(item => item.Metadata.Name!).Where(name => name.StartsWith('m'))
            );
            Assert.True((await kube.DeleteAsync<ConfigMap>("default", "m3", null, default)).IsOk);
            Assert.True((await kube.GetAsync<ConfigMap>("default", "m3", default)).IsNotFound);
            Assert.True((await kube.DeleteAsync<ConfigMap>("default", "m3", null, default)).IsNotFound);
        });

    [Fact]
    public void Who_writes_second_meets_a_conflict_and_may_try_again() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            var first = (await kube.CreateAsync(Support.Box.Map("m", "1"), default)).Value;
            (
                await kube.UpdateAsync(
                    first with
                    {
                        Data = new Dictionary<string, string> { ["value"] = "2" },
                    },
                    default
                )
            ).OrThrow();
            Assert.True(
                (
                    await kube.UpdateAsync(
                        first with
                        {
                            Data = new Dictionary<string, string> { ["value"] = "3" },
                        },
                        default
                    )
                ).Is(KubeErrorKind.Conflict)
            );
            var labelled = first.With(first.Metadata with { Finalizers = ["a/b"] });
            Assert.True(
                (await kube.MergeAsync(first, labelled, ifUnchanged: true, default)).Is(KubeErrorKind.Conflict)
            );
            Assert.Equal(
                ["a/b"],
                (await kube.MergeAsync(first, labelled, ifUnchanged: false, default)).Value.Metadata.Finalizers
            );
            var done = await kube.UpdateWithRetryAsync<ConfigMap>(
                new("default", "m"),
                item => item.With(item.Metadata with { Finalizers = [] }),
                default
            );
            Assert.Equal(("2", 0), (done.Value.Data["value"], done.Value.Metadata.Finalizers.Count));
        });

    [Fact]
    public void A_deletion_may_insist_on_an_incarnation() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            await kube.CreateAsync(Support.Box.Map("m", "1"), default);
            var other = new DeleteOptions { Uid = "another" };
            Assert.True((await kube.DeleteAsync<ConfigMap>("default", "m", other, default)).Is(KubeErrorKind.Conflict));
        });

    [Fact]
    public void Status_goes_its_own_way() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            var pod = (await kube.CreateAsync(Support.Box.Pod("p"), default)).Value;
            var running = pod with { Status = new PodStatus { Phase = "Running" } };
            Assert.Equal(
                "Running",
                (await kube.MergeStatusAsync(pod, running, ifUnchanged: true, default)).Value.Status!.Phase
            );
            var seen = (await kube.GetAsync<Pod>("default", "p", default)).Value;
            Assert.Equal(
                "Failed",
                (await kube.UpdateStatusAsync(seen with { Status = seen.Status! with { Phase = "Failed" } }, default))
                    .Value
                    .Status!
                    .Phase
            );
        });

    [Fact]
    public void The_three_patches_and_apply_are_understood() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            var pod = (await kube.CreateAsync(Support.Box.Pod("p", "a=1"), default)).Value;
            async Task<Pod> Patched(Patch patch) =>
                (await kube.PatchAsync<Pod>("default", "p", patch, default)).OrThrow();
            Assert.Equal(
                "2",
                (await Patched(Patch.Merge((JsonObject)JsonNode.Parse("""{"metadata":{"labels":{"a":"2"}}}""")!)))
                    .Metadata
                    .Labels["a"]
            );
            const string Swap = """
                [{"op":"test","path":"/metadata/labels/a","value":"2"},{"op":"replace","path":"/metadata/labels/a","value":"3"}]
                """;
            Assert.Equal("3", (await Patched(Patch.Json((JsonArray)JsonNode.Parse(Swap)!))).Metadata.Labels["a"]);
            var strategic = await Patched(
                Patch.Strategic(
                    (JsonObject)JsonNode.Parse("""{"spec":{"containers":[{"name":"main","image":"app:2"}]}}""")!
                )
            );
            Assert.Equal(("app:2", 1), (strategic.Spec.Containers[0].Image, strategic.Spec.Containers.Count));
            var map = (await kube.ApplyAsync(Support.Box.Map("applied", "1"), force: false, default)).OrThrow();
            Assert.Equal("1", map.Data["value"]);
            var forced = Patch.Apply(Support.Box.Map("applied", "2"), "rival", force: true);
            Assert.Equal(
                "2",
                (await kube.PatchAsync<ConfigMap>("default", "applied", forced, default)).Value.Data["value"]
            );
        });

    [Fact]
    public void Pods_are_bound_and_evicted_and_a_budget_says_not_now() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            await kube.CreateAsync(new Node { Metadata = new ObjectMeta { Name = "n1" } }, default);
            var pod = (await kube.CreateAsync(Support.Box.Pod("p", "app=web"), default)).Value;
            (await kube.BindAsync(pod, "n1", default)).OrThrow();
            var bound = (await kube.GetAsync<Pod>("default", "p", default)).Value;
            Assert.Equal("n1", bound.Spec.NodeName);
            // A pod that does not run yet is evicted whatever its budget says.
            (
                await kube.MergeStatusAsync(
                    bound,
                    bound with
                    {
                        Status = bound.Status! with { Phase = "Running" },
                    },
                    false,
                    default
                )
            ).OrThrow();
            Assert.True((await kube.BindAsync(pod, "n1", default)).Is(KubeErrorKind.Conflict));
            var budget = (
                await kube.CreateAsync(
                    new PodDisruptionBudget
                    {
                        Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
                        Spec = new PodDisruptionBudgetSpec
                        {
                            Selector = new LabelSelector
                            {
                                MatchLabels = new Dictionary<string, string> { ["app"] = "web" },
                            },
                        },
                    },
                    default
                )
            ).Value;
            var exhausted = new PodDisruptionBudgetStatus
            {
                DisruptionsAllowed = 0,
                ObservedGeneration = 1,
                ExpectedPods = 1,
            };
            await kube.MergeStatusAsync(budget, budget with { Status = exhausted }, false, default);
            AssertKind(KubeErrorKind.TooManyRequests, await kube.EvictAsync(pod, default));
            await kube.DeleteAsync(budget, null, default);
            AssertKind(
                KubeErrorKind.Conflict,
                await kube.EvictAsync(pod.With(pod.Metadata with { Uid = "another" }), default)
            );
            Assert.True((await kube.EvictAsync(pod, default)).IsOk);
            Assert.True((await kube.EvictAsync(new ObjectKey("default", "nobody"), null, default)).IsNotFound);
        });

    [Fact]
    public void Workloads_are_scaled() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            await kube.CreateAsync(
                new Deployment
                {
                    Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
                    Spec = new DeploymentSpec
                    {
                        Replicas = 2,
                        Selector = new LabelSelector
                        {
                            MatchLabels = new Dictionary<string, string> { ["app"] = "web" },
                        },
                        Template = new PodTemplateSpec
                        {
                            Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web" } },
                            Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "app" }] },
                        },
                    },
                },
                default
            );
            Assert.Equal(2, (await kube.GetScaleAsync<Deployment>("default", "web", default)).Value.Spec.Replicas);
            Assert.Equal(5, (await kube.PatchScaleAsync<Deployment>("default", "web", 5, default)).Value.Spec.Replicas);
            Assert.Equal(5, (await kube.GetAsync<Deployment>("default", "web", default)).Value.Spec.Replicas);
        });

    [Fact]
    public void What_is_served_is_discovered_and_used_without_knowing_its_type() =>
        World.Run(async time =>
        {
            var kube = new Box(time).Client;
            var catalog = (await new DiscoveryClient(kube).ReadAsync(default)).Value;
            Assert.Empty(catalog.Unreachable);
            Assert.Equal(Deployment.Resource, catalog.Find("apps/v1", "Deployment")!.Type);
            Assert.Equal("deployments", catalog.FindByName("deploy")!.Type.Plural);
            Assert.Equal("deployments", catalog.FindByName("deployment.apps")!.Type.Plural);
            Assert.Equal("deployments", catalog.FindByName("deployments.v1.apps")!.Type.Plural);
            Assert.True(catalog.FindByName("pods")!.Can("watch"));
            Assert.Null(catalog.FindByName("unicorns"));
            var maps = new DynamicClient(kube, catalog.FindByName("cm")!.Type);
            var item = (JsonObject)
                JsonNode.Parse(
                    """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"dyn","namespace":"default"},"data":{"a":"1"}}"""
                )!;
            Assert.NotNull((await maps.ApplyAsync(item, force: true, default)).Value["metadata"]!["uid"]);
            Assert.Equal("1", (string?)(await maps.GetAsync("default", "dyn", default)).Value["data"]!["a"]);
            Assert.True((await maps.DeleteAsync("default", "dyn", default)).IsOk);
        });

    private static void AssertKind<T>(KubeErrorKind kind, KubeResult<T> result)
        where T : class => Assert.True(result.Is(kind), $"expected {kind}, got {result}");
}

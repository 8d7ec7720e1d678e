using System.Text.Json.Nodes;
using Tenon.Api.Apps;
using Tenon.Api.Autoscaling;
using Tenon.Api.Batch;
using Tenon.Api.Core;
using Tenon.Api.Policy;
using Tenon.Api.Storage;
using Tenon.Kube.Client;
using Tenon.Simulation.Tests.Worlds;
using Tenon.Simulation.Workloads;
using Tenon.Simulation.Worlds;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Tests.Workloads;

public sealed class WorkloadTests
{
    [Fact]
    public void A_stateful_set_makes_its_pods_in_order_each_with_a_claim_in_its_zone()
    {
        using var world = Given.World(Given.Node("n1", zone: "a"), Given.Node("n2", zone: "b"));
        world.Apply(
            new StorageClass
            {
                Metadata = new ObjectMeta { Name = "disk" },
                Provisioner = "disk.csi",
                VolumeBindingMode = "WaitForFirstConsumer",
            }
        );
        world.Apply(Stateful("db", replicas: 3));

        world.ExpectSoon(() => world.ReadyOf("db") == 3);

        Assert.Equal(["db-0", "db-1", "db-2"], world.PodsOf("db").Select(pod => pod.Metadata.Name!));
        var started = world.PodsOf("db").Select(pod => pod.Metadata.CreationTimestamp).ToList();
        Assert.True(started[0] < started[1] && started[1] < started[2]);
        foreach (var pod in world.PodsOf("db"))
        {
            var claim = world.Get<PersistentVolumeClaim>($"data-{pod.Metadata.Name}");
            Assert.Equal("Bound", claim.Status?.Phase);
            var volume = world.Informers.Of<PersistentVolume>().Get(null, claim.Spec.VolumeName!)!;
            var zone = volume.Spec.NodeAffinity!.Required!.NodeSelectorTerms[0].MatchExpressions[0].Values[0];
            Assert.Equal(world.Get<Node>(pod.Spec.NodeName!).Metadata.Labels["topology.kubernetes.io/zone"], zone);
        }
    }

    [Fact]
    public void A_stateful_sets_claims_bring_a_pod_back_to_its_zone()
    {
        using var world = Given.World(Given.Node("n1", zone: "a"), Given.Node("n2", zone: "b"));
        world.Apply(
            new StorageClass
            {
                Metadata = new ObjectMeta { Name = "disk" },
                Provisioner = "disk.csi",
                VolumeBindingMode = "WaitForFirstConsumer",
            }
        );
        world.Apply(Stateful("db", replicas: 1));
        world.ExpectSoon(() => world.ReadyOf("db") == 1);
        var home = world.PodsOf("db")[0].Spec.NodeName!;
        world.Patch<Node>(home, """{"spec":{"unschedulable":true}}""");

        world.Ask(async client =>
            (await client.DeleteAsync<Pod>("default", "db-0", null, CancellationToken.None)).OrThrow()
        );
        world.RunFor(Given.Minute);
        Assert.Equal(0, world.ReadyOf("db"));

        world.Patch<Node>(home, """{"spec":{"unschedulable":null}}""");
        world.ExpectSoon(() => world.ReadyOf("db") == 1);
        Assert.Equal(home, world.PodsOf("db")[0].Spec.NodeName);
    }

    [Fact]
    public void A_stateful_set_rolls_from_the_highest_number_down()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        var set = Stateful("db", replicas: 3);
        world.Apply(set with { Spec = set.Spec with { VolumeClaimTemplates = [] } });
        world.ExpectSoon(() => world.ReadyOf("db") == 3);
        var order = new List<string>();
        world
            .Informers.Of<Pod>()
            .Subscribe(change =>
            {
                if (change.IsDeletion)
                    order.Add(change.Item.Metadata.Name!);
            });

        world.Patch<StatefulSet>("db", """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""");
        world.ExpectSoon(() =>
            world.ReadyOf("db") == 3 && world.PodsOf("db").All(pod => pod.Metadata.Annotations.ContainsKey("round"))
        );

        Assert.Equal(["db-2", "db-1", "db-0"], order);
    }

    [Fact]
    public void A_daemon_set_follows_the_nodes()
    {
        using var world = Given.World(Given.Node("n1"), Given.Node("n2"));
        world.Apply(WorldManifests.Parse(WorldManifests.DaemonSet("logs", "50m", "64Mi"), "logs"));
        world.ExpectSoon(() => Placed() == "n1,n2");

        world.Apply(Given.Node("n3"));
        world.ExpectSoon(() => Placed() == "n1,n2,n3");

        world.Ask(async client => (await client.DeleteAsync<Node>(null, "n2", null, CancellationToken.None)).OrThrow());
        world.ExpectSoon(() => Placed() == "n1,n3");

        string Placed() =>
            string.Join(',', world.PodsOf("logs").Select(pod => pod.Spec.NodeName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_job_runs_to_its_count_and_goes_when_its_time_is_over()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(
            WorldManifests.Parse(
                WorldManifests.Job("pack", completions: 6, parallelism: 2, "100m", "64Mi", "20s"),
                "pack"
            )
        );
        var most = 0;
        world.Loop.Settled = () =>
            most = Math.Max(most, world.PodsOf("pack").Count(pod => pod.Status.Phase is "Pending" or "Running"));

        world.ExpectSoon(() =>
            world.Informers.Of<Job>().Get("default", "pack") is { } job && job.Status.Succeeded == 6
        );
        Assert.Equal(2, most);
        Assert.Contains(
            world.Get<Job>("pack").Status.Conditions,
            condition => condition is { Type: "Complete", Status: "True" }
        );

        world.RunFor(Given.Minute * 4);
        Assert.Empty(world.Informers.Of<Job>().All);
        Assert.Empty(world.PodsOf("pack"));
    }

    [Fact]
    public void An_indexed_job_gives_out_every_index_once()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        var job = WorldManifests.Parse(WorldManifests.Job("pack", 5, 3, "100m", "64Mi", "20s"), "pack")[0];
        job["spec"]!["completionMode"] = "Indexed";
        world.Apply([job]);

        world.ExpectSoon(() => world.Informers.Of<Job>().Get("default", "pack") is { Status.Succeeded: 5 });

        Assert.Equal("0-4", world.Get<Job>("pack").Status.CompletedIndexes);
    }

    [Fact]
    public void A_job_that_keeps_failing_gives_up()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        var job = WorldManifests.Parse(WorldManifests.Job("pack", 1, 1, "100m", "64Mi", "20s"), "pack")[0];
        job["spec"]!["backoffLimit"] = 2;
        job["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["sim.tenon.sh/crash-after"] = "2s" };
        world.Apply([job]);

        world.ExpectSoon(() =>
            world.Informers.Of<Job>().Get("default", "pack") is { } now
            && now.Status.Conditions.Any(condition =>
                condition is { Type: "Failed", Status: "True", Reason: "BackoffLimitExceeded" }
            )
        );

        Assert.Equal(3, world.Get<Job>("pack").Status.Failed);
    }

    [Fact]
    public void A_budget_counts_by_the_scale_of_its_workload_and_the_eviction_api_keeps_it()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(Given.Deployment("web", replicas: 4));
        world.Apply(WorldManifests.Parse(WorldManifests.Budget("web", "1"), "budget"));
        world.ExpectSoon(() => world.Get<PodDisruptionBudget>("web").Status.DisruptionsAllowed == 1);
        var status = world.Get<PodDisruptionBudget>("web").Status;
        Assert.Equal((4, 4, 3), (status.ExpectedPods, status.CurrentHealthy, status.DesiredHealthy));

        var (first, second) = (Evict(world.PodsOf("web")[0]), Evict(world.PodsOf("web")[1]));

        Assert.True(first.IsOk, first.Error?.ToString());
        Assert.Equal(KubeErrorKind.TooManyRequests, second.Error?.Kind);
        world.ExpectSoon(() =>
            world.ReadyOf("web") == 4 && world.Get<PodDisruptionBudget>("web").Status.DisruptionsAllowed == 1
        );

        KubeResult<Kube.Client.Transport.KubeReply> Evict(Pod pod) =>
            world.Ask(client =>
                client.SendAsync(
                    new Kube.Client.Transport.KubeRequest(
                        "POST",
                        $"/api/v1/namespaces/default/pods/{pod.Metadata.Name}/eviction",
                        System.Text.Encoding.UTF8.GetBytes(
                            $$$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{{pod.Metadata.Name}}}","namespace":"default"}}"""
                        ),
                        "application/json"
                    ),
                    CancellationToken.None
                )
            );
    }

    [Fact]
    public void Foreground_deletion_removes_the_pods_first_and_orphaning_leaves_them()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(Given.Deployment("web", replicas: 2));
        world.Apply(Given.Deployment("api", replicas: 2));
        world.ExpectSoon(() => world.ReadyOf("web") == 2 && world.ReadyOf("api") == 2);
        var podsAtTheEnd = -1;
        world
            .Informers.Of<Deployment>()
            .Subscribe(change =>
            {
                if (change.IsDeletion && change.Item.Metadata.Name == "web")
                    podsAtTheEnd = world
                        .Informers.Of<ReplicaSet>()
                        .All.Count(set => set.Metadata.Labels["app"] == "web");
            });

        Delete("web", "Foreground");
        Delete("api", "Orphan");
        world.RunFor(Given.Minute * 2);

        Assert.Equal(0, podsAtTheEnd);
        Assert.Empty(world.PodsOf("web"));
        Assert.Equal(2, world.ReadyOf("api"));
        Assert.Empty(Assert.Single(world.Informers.Of<ReplicaSet>().All).Metadata.OwnerReferences);

        void Delete(string name, string how) =>
            world.Ask(async client =>
                (
                    await client.DeleteAsync<Deployment>(
                        "default",
                        name,
                        new DeleteOptions { PropagationPolicy = how },
                        CancellationToken.None
                    )
                ).OrThrow()
            );
    }

    [Fact]
    public void A_deleted_namespace_takes_its_content_with_it()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(new Namespace { Metadata = new ObjectMeta { Name = "shop" } });
        var deployment = Given.Deployment("web", replicas: 2);
        world.Apply(deployment with { Metadata = deployment.Metadata with { Namespace = "shop" } });
        world.ExpectSoon(() => world.ReadyOf("web") == 2);

        world.Ask(async client =>
            (await client.DeleteAsync<Namespace>(null, "shop", null, CancellationToken.None)).OrThrow()
        );
        world.ExpectSoon(() => world.Informers.Of<Namespace>().Get(null, "shop") is null);

        Assert.Empty(world.Informers.Of<Pod>().All);
    }

    [Fact]
    public void A_silent_node_is_tainted_and_loses_its_pods_after_their_toleration()
    {
        using var world = Given.World(Given.Node("n1"), Given.Node("n2"));
        world.Apply(Given.Deployment("web", replicas: 1));
        world.ExpectSoon(() => world.ReadyOf("web") == 1);
        var node = world.PodsOf("web")[0].Spec.NodeName!;

        world.Agents.Kubelets.Silence(node);
        world.RunFor(Given.Minute * 2);
        Assert.Contains(
            world.Get<Node>(node).Spec.Taints,
            taint => taint is { Key: NodeLifecycleController.Unreachable, Effect: "NoExecute" }
        );

        world.RunFor(Given.Minute * 6);
        Assert.Contains(world.PodsOf("web"), pod => pod.Spec.NodeName != node && pod.Status.Phase == "Running");
    }

    [Fact]
    public void An_autoscaler_follows_the_declared_load_and_comes_down_slowly()
    {
        using var world = Given.World(Given.Node("n1", cpu: "64", memory: "64Gi"));
        world.Apply(Given.Deployment("web", replicas: 2));
        world.Apply(WorldManifests.Parse(WorldManifests.Autoscaler("web", 2, 20, "base=140,spike=2h/30m/700"), "hpa"));

        world.RunFor(TimeSpan.FromMinutes(20));
        Assert.Equal(12, world.Get<Deployment>("web").Spec.Replicas);

        world.RunFor(TimeSpan.FromMinutes(60));
        Assert.Equal(2, world.Get<Deployment>("web").Spec.Replicas);
        Assert.Equal(2, world.Informers.Of<HorizontalPodAutoscaler>().Get("default", "web")!.Status.DesiredReplicas);
    }

    [Fact]
    public void Pods_that_crash_come_back_with_a_count()
    {
        using var world = Given.World(Given.Node("n1"));
        var deployment = Given.Deployment("web", replicas: 1);
        var template = deployment.Spec.Template;
        template = template with
        {
            Metadata = template.Metadata with
            {
                Annotations = new Dictionary<string, string> { ["sim.tenon.sh/crash-after"] = "30s" },
            },
        };
        world.Apply(deployment with { Spec = deployment.Spec with { Template = template } });

        world.ExpectSoon(() =>
            world.PodsOf("web") is [var pod] && pod.Status.ContainerStatuses is [{ RestartCount: 1, Ready: true }]
        );
    }

    private static StatefulSet Stateful(string name, int replicas) =>
        new()
        {
            Metadata = new ObjectMeta { Name = name, Namespace = "default" },
            Spec = new StatefulSetSpec
            {
                Replicas = replicas,
                ServiceName = name,
                Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
                Template = Given.Template(name),
                VolumeClaimTemplates =
                [
                    new PersistentVolumeClaim
                    {
                        Metadata = new ObjectMeta { Name = "data" },
                        Spec = new PersistentVolumeClaimSpec
                        {
                            AccessModes = ["ReadWriteOnce"],
                            StorageClassName = "disk",
                            Resources = new VolumeResourceRequirements
                            {
                                Requests = ResourceList.Parse(("storage", "10Gi")),
                            },
                        },
                    },
                ],
            },
        };
}

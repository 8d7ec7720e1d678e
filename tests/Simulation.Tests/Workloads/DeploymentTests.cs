using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Simulation.Tests.Worlds;

namespace Tenon.Simulation.Tests.Workloads;

public sealed class DeploymentTests
{
    [Fact]
    public void A_deployment_becomes_replica_sets_pods_and_running_containers()
    {
        using var world = Given.World(Given.Node("n1"), Given.Node("n2"));
        world.Apply(Given.Deployment("web", replicas: 5));

        world.ExpectSoon(() => world.ReadyOf("web") == 5);

        world.RunFor(Given.Minute);
        var status = world.Get<Deployment>("web").Status;
        Assert.Equal((5, 5, 5), (status.Replicas, status.ReadyReplicas, status.AvailableReplicas));
        Assert.Contains(
            status.Conditions,
            condition => condition is { Type: "Progressing", Reason: "NewReplicaSetAvailable" }
        );
        Assert.Equal("1", world.Get<Deployment>("web").Metadata.Annotations["deployment.kubernetes.io/revision"]);
    }

    [Fact]
    public void A_rolling_update_never_goes_below_its_availability_nor_above_its_surge()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"), Given.Node("n2", cpu: "16"));
        world.Apply(Given.Deployment("web", replicas: 8));
        world.ExpectSoon(() => world.ReadyOf("web") == 8);
        var (least, most) = (int.MaxValue, 0);
        world.Loop.Settled = () =>
        {
            least = Math.Min(least, world.ReadyOf("web"));
            most = Math.Max(most, world.PodsOf("web").Count);
        };

        world.Patch<Deployment>("web", """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""");
        world.ExpectSoon(() =>
            world.PodsOf("web") is var pods
            && pods.Count == 8
            && pods.All(pod => pod.Metadata.Annotations.GetValueOrDefault("round") == "2")
            && world.ReadyOf("web") == 8
        );

        Assert.True(least >= 6, $"only {least} were ready");
        Assert.True(most <= 10, $"{most} existed");
        Assert.Equal("2", world.Get<Deployment>("web").Metadata.Annotations["deployment.kubernetes.io/revision"]);
    }

    [Fact]
    public void Undoing_a_rollout_takes_the_old_replica_set_back_with_a_new_revision()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(Given.Deployment("web", replicas: 2));
        world.ExpectSoon(() => world.ReadyOf("web") == 2);
        var first = world.PodsOf("web")[0].Metadata.Labels["pod-template-hash"];
        world.Patch<Deployment>("web", """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""");
        world.RunFor(Given.Minute);

        world.Patch<Deployment>("web", """{"spec":{"template":{"metadata":{"annotations":{"round":null}}}}}""");
        world.RunFor(Given.Minute);

        Assert.All(world.PodsOf("web"), pod => Assert.Equal(first, pod.Metadata.Labels["pod-template-hash"]));
        Assert.Equal("3", world.Get<Deployment>("web").Metadata.Annotations["deployment.kubernetes.io/revision"]);
        Assert.Equal(2, world.Informers.Of<ReplicaSet>().All.Count);
    }

    [Fact]
    public void Recreate_lets_the_old_pods_end_before_the_new_ones_begin()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        var deployment = Given.Deployment("web", replicas: 3);
        world.Apply(
            deployment with
            {
                Spec = deployment.Spec with { Strategy = new DeploymentStrategy { Type = "Recreate" } },
            }
        );
        world.ExpectSoon(() => world.ReadyOf("web") == 3);
        var mixed = false;
        world.Loop.Settled = () =>
            mixed |=
                world.Informers.Of<Pod>().All.Select(pod => pod.Metadata.Labels["pod-template-hash"]).Distinct().Count()
                > 1;

        world.Patch<Deployment>("web", """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""");
        world.ExpectSoon(() =>
            world.ReadyOf("web") == 3 && world.PodsOf("web").All(pod => pod.Metadata.Annotations.ContainsKey("round"))
        );

        Assert.False(mixed);
    }

    [Fact]
    public void A_paused_deployment_scales_but_does_not_roll()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(Given.Deployment("web", replicas: 2));
        world.ExpectSoon(() => world.ReadyOf("web") == 2);

        world.Patch<Deployment>(
            "web",
            """{"spec":{"paused":true,"replicas":4,"template":{"metadata":{"annotations":{"round":"2"}}}}}"""
        );
        world.RunFor(Given.Minute);
        Assert.Equal(4, world.ReadyOf("web"));
        Assert.DoesNotContain(world.PodsOf("web"), pod => pod.Metadata.Annotations.ContainsKey("round"));

        world.Patch<Deployment>("web", """{"spec":{"paused":null}}""");
        world.ExpectSoon(() =>
            world.ReadyOf("web") == 4 && world.PodsOf("web").All(pod => pod.Metadata.Annotations.ContainsKey("round"))
        );
    }

    [Fact]
    public void A_rollout_that_cannot_be_placed_says_that_its_deadline_passed()
    {
        using var world = Given.World(Given.Node("n1", cpu: "1"));
        var deployment = Given.Deployment("web", replicas: 1, cpu: "2");
        world.Apply(deployment with { Spec = deployment.Spec with { ProgressDeadlineSeconds = 60 } });

        world.RunFor(Given.Minute * 3);

        Assert.Contains(
            world.Get<Deployment>("web").Status.Conditions,
            condition => condition is { Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded" }
        );
        var pod = Assert.Single(world.PodsOf("web"));
        var said = pod.Status.Conditions.Single(condition => condition.Type == "PodScheduled");
        Assert.Equal("Unschedulable", said.Reason);
        Assert.Equal(
            "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
            said.Message
        );
    }

    [Fact]
    public void Scaling_down_takes_the_pods_that_are_not_ready_first()
    {
        using var world = Given.World(Given.Node("n1", cpu: "2"));
        world.Apply(Given.Deployment("web", replicas: 5));
        world.RunFor(Given.Minute);
        Assert.Equal(4, world.ReadyOf("web"));

        world.Patch<Deployment>("web", """{"spec":{"replicas":4}}""");
        world.RunFor(Given.Minute);

        Assert.Equal(4, world.ReadyOf("web"));
        Assert.Equal(4, world.PodsOf("web").Count);
    }

    [Fact]
    public void Deleting_a_deployment_takes_everything_it_made()
    {
        using var world = Given.World(Given.Node("n1", cpu: "16"));
        world.Apply(Given.Deployment("web", replicas: 3));
        world.ExpectSoon(() => world.ReadyOf("web") == 3);

        world.Ask(async client =>
            (await client.DeleteAsync<Deployment>("default", "web", null, CancellationToken.None)).OrThrow()
        );
        world.RunFor(Given.Minute);

        Assert.Empty(world.Informers.Of<Pod>().All);
        Assert.Empty(world.Informers.Of<ReplicaSet>().All);
    }

    [Fact]
    public void Two_runs_write_the_same_journal()
    {
        string Run()
        {
            using var world = Given.World(Given.Node("n1", cpu: "16"), Given.Node("n2"));
            world.Apply(Given.Deployment("web", replicas: 9));
            world.RunFor(Given.Minute * 5);
            world.Patch<Deployment>("web", """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""");
            world.RunFor(Given.Minute * 5);
            Assert.True(world.Journal.Count > 40);
            return world.Journal.Sha256;
        }

        Assert.Equal(Run(), Run());
    }
}

using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Operator;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public void Hooks_hold_registration_open_together_and_the_last_one_lets_it_go()
    {
        var (one, two, done) = (new ScriptedHook("one"), new ScriptedHook("two"), new ScriptedHook("three"));
        done.IsDone = true;
        using var cluster = new TestCluster(hooks: [one, done, two]);
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.Until(() => Pending(cluster) == "one, two", 120, "two pending hooks");
        Assert.Contains(cluster.Nodes[0].Spec.Taints, static it => it.Key == "karpenter.sh/unregistered");
        Assert.Contains("karpenter.sh/termination", cluster.Nodes[0].Metadata.Finalizers);
        one.IsDone = true;
        cluster.Until(() => Pending(cluster) == "two", 60, "one pending hook");
        two.IsDone = true;
        cluster.UntilBound(1);
        Assert.DoesNotContain(cluster.Nodes[0].Spec.Taints, static it => it.Key == "karpenter.sh/unregistered");
    }

    [Fact]
    public void A_machine_that_is_sold_out_is_told_counted_and_planned_anew()
    {
        var refused = "";
        using var cluster = new TestCluster(script: cloud =>
            cloud.OnLaunch = claim =>
            {
                if (refused.Length > 0 && refused != claim.Metadata.Name)
                    return null;
                refused = claim.Metadata.Name!;
                return new LaunchOutcome.OutOfCapacity(new string('x', 400), []);
            }
        );
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        Assert.DoesNotContain(cluster.Claims, it => it.Metadata.Name == refused);
        var told = Assert.Single(cluster.Events, static it => it.Reason == "InsufficientCapacityError");
        Assert.Equal("Warning", told.Type);
        Assert.Equal(
            $"NodeClaim {refused} event: {("insufficient capacity, " + new string('x', 400))[..300]}...",
            told.Message
        );
        Assert.Equal(
            1,
            cluster.Metrics.Of(
                "karpenter_nodeclaims_disrupted_total",
                "reason=insufficient_capacity",
                "nodepool=default"
            )
        );
    }

    [Fact]
    public void A_node_class_that_is_not_ready_at_launch_costs_the_claim_without_an_event()
    {
        var count = 0;
        using var cluster = new TestCluster(script: cloud =>
            cloud.OnLaunch = _ => count++ == 0 ? new LaunchOutcome.NodeClassNotReady("no subnet") : null
        );
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        Assert.DoesNotContain(cluster.Events, static it => it.Reason is "NodeClassNotReady");
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodeclaims_disrupted_total", "reason=nodeclass_not_ready"));
    }

    [Theory]
    [InlineData(true, "Quota", "no more of it")]
    [InlineData(false, "LaunchFailed", "boom")]
    public void A_launch_that_fails_says_why_on_the_condition_and_is_tried_again(
        bool hasReason,
        string reason,
        string message
    )
    {
        var fails = true;
        using var cluster = new TestCluster(script: cloud =>
            cloud.OnLaunch = _ =>
                !fails ? null
                : hasReason ? new LaunchOutcome.CreateFailed(reason, message, "the long story")
                : new LaunchOutcome.Failed(message)
        );
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.Until(
            () =>
                cluster.Claims.Any(it =>
                    it.Status.Conditions.Any(c =>
                        c.Type == "Launched" && c.Status == "Unknown" && c.Reason == reason && c.Message == message
                    )
                ),
            30,
            "the condition"
        );
        fails = false;
        cluster.UntilBound(1);
        Assert.Equal(1, cluster.Alive);
    }

    [Fact]
    public void Two_claims_that_never_launch_are_given_up_and_the_pool_is_called_unhealthy()
    {
        using var cluster = new TestCluster(script: static cloud =>
            cloud.OnLaunch = static _ => new LaunchOutcome.Failed("boom")
        );
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.RunFor(290);
        Assert.Equal(0, cluster.Metrics.Of("karpenter_nodeclaims_disrupted_total"));
        cluster.Until(
            () => cluster.Metrics.Of("karpenter_nodeclaims_disrupted_total", "reason=launch_timeout") >= 2,
            700,
            "two claims given up"
        );
        cluster.RunFor(2);
        Assert.Equal("False", cluster.Condition("NodeRegistrationHealthy"));
        var condition = cluster
            .List<NodePool>()[0]
            .Status.Conditions.Single(static it => it.Type == "NodeRegistrationHealthy");
        Assert.Equal(("LaunchFailed", "boom"), (condition.Reason, condition.Message));
        Assert.Equal("True", cluster.Condition("Ready"));
    }

    [Fact]
    public void A_success_makes_an_unknown_pool_healthy()
    {
        using var cluster = Grown();
        Assert.Equal("True", cluster.Condition("NodeRegistrationHealthy"));
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodes_created_total", "nodepool=default"));
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodeclaims_created_total", "reason=provisioned"));
    }

    [Fact]
    public void Claims_of_other_classes_are_nobodys_business_here()
    {
        using var cluster = new TestCluster();
        cluster.Apply(
            """
            {"apiVersion":"karpenter.sh/v1","kind":"NodeClaim","metadata":{"name":"foreign"},"spec":{"requirements":[],
              "expireAfter":"1m",
              "nodeClassRef":{"group":"other.sh","kind":"OtherClass","name":"default"} } }
            """
        );
        cluster.RunFor(1200);
        var claim = Assert.Single(cluster.Claims);
        Assert.Empty(claim.Metadata.Finalizers);
        Assert.Empty(claim.Status.Conditions);
        Assert.Equal(0, cluster.Provider.Launches);
    }

    [Fact]
    public void A_claim_that_never_launched_goes_without_a_word_to_the_cloud()
    {
        using var cluster = new TestCluster(script: static cloud =>
            cloud.OnLaunch = static _ => new LaunchOutcome.Failed("boom")
        );
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.Until(() => cluster.Claims.Count == 1, 30, "a claim");
        var name = cluster.Claims[0].Metadata.Name!;
        cluster.Deployment("web", 0);
        cluster.RunFor(5);
        cluster.Delete<NodeClaim>(name);
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != name), 30, "the end of the claim");
        Assert.Equal(0, cluster.Provider.Terminations);
    }

    [Fact]
    public void A_cloud_that_does_not_take_a_machine_back_is_asked_until_it_does_and_the_claim_stays()
    {
        var refuses = true;
        using var cluster = Grown(script: cloud =>
            cloud.OnTerminate = _ => refuses ? new TerminateOutcome.Failed("busy", TimeSpan.FromSeconds(2)) : null
        );
        var name = cluster.Claims[0].Metadata.Name!;
        cluster.Deployment("web", 0);
        cluster.RunFor(5);
        cluster.Delete<NodeClaim>(name);
        cluster.RunFor(120);
        var claim = cluster.Claims.Single(it => it.Metadata.Name == name);
        Assert.Contains("karpenter.sh/termination", claim.Metadata.Finalizers);
        // What ends says so in conditions that are no part of Ready.
        Assert.Contains(claim.Status.Conditions, static it => it is { Type: "Drained", Status: "True" });
        Assert.Contains(claim.Status.Conditions, static it => it is { Type: "Ready", Status: "True" });
        Assert.All(claim.Status.Conditions, it => Assert.Equal(claim.Metadata.Generation, it.ObservedGeneration));
        refuses = false;
        cluster.Until(() => cluster.Claims.Count == 0, 120, "the end of the claim");
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodeclaims_terminated_total"));
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodes_terminated_total"));
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodes_lifetime_duration_seconds"));
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodes_drained_total"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(""" "terminationGracePeriod":"5m", """, true)]
    public void Only_a_claim_with_a_grace_period_gets_a_deadline(string template, bool hasDeadline)
    {
        using var cluster = Grown(
            template,
            static cloud => cloud.OnTerminate = static _ => new TerminateOutcome.Failed("busy", TimeSpan.FromSeconds(2))
        );
        var name = cluster.Claims[0].Metadata.Name!;
        cluster.Delete<NodeClaim>(name);
        cluster.RunFor(3);
        Assert.Equal(
            hasDeadline,
            cluster
                .Claims.Single(it => it.Metadata.Name == name)
                .Metadata.Annotations.ContainsKey("karpenter.sh/nodeclaim-termination-timestamp")
        );
        Assert.Equal(
            hasDeadline,
            cluster.Events.Any(static it =>
                it.Reason == "TerminationGracePeriodExpiring"
                && it.InvolvedObject.Kind == "NodeClaim"
                && it.Message!.StartsWith("All pods will be deleted by ", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void What_the_provider_calls_drifted_is_replaced_under_its_reason()
    {
        using var cluster = Grown();
        var old = cluster.Claims[0].Metadata.Name;
        cluster.Provider.OnDrift = claim => claim.Metadata.Name == old ? "ImageDrift" : null;
        cluster.Until(
            () =>
                cluster.Claims.Any(static it =>
                    it.Status.Conditions.Any(static c => c is { Type: "Drifted", Reason: "ImageDrift" })
                ),
            400,
            "the condition"
        );
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != old), 400, "the end of the drifted claim");
        cluster.UntilBound(1);
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodeclaims_disrupted_total", "reason=drifted"));
        Assert.Equal(
            1,
            cluster.Metrics.Of("karpenter_voluntary_disruption_decisions_total", "decision=replace", "reason=drifted")
        );
    }

    [Fact]
    public void A_node_much_smaller_than_promised_is_reported()
    {
        using var cluster = new TestCluster(script: static cloud =>
            cloud.OnLaunched = static machine =>
                machine with
                {
                    Status = machine.Status with
                    {
                        Capacity = machine.Status.Capacity.With("memory", Quantity.Parse("900Gi")),
                    },
                }
        );
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        cluster.Until(() => cluster.Events.Any(static it => it.Reason == "FailedConsistencyCheck"), 60, "the report");
        Assert.Matches(
            "^expected 900Gi of resource memory, but found .* \\([0-9]+\\.[0-9]% of expected\\)$",
            cluster.Events.First(static it => it.Reason == "FailedConsistencyCheck").Message!
        );
        cluster.RunFor(2);
        Assert.Contains(
            cluster.Claims[0].Status.Conditions,
            static it => it is { Type: "ConsistentStateFound", Status: "False", Reason: "ConsistencyCheckFailed" }
        );
    }

    [Fact]
    public void A_missing_node_class_label_is_put_back_on_claim_and_node()
    {
        using var cluster = Grown();
        const string Without = """{"metadata":{"labels":{"karpenter.kwok.sh/kwoknodeclass":null} } }""";
        cluster.Patch<NodeClaim>(cluster.Claims[0].Metadata.Name!, Without);
        cluster.Patch<Node>(cluster.Nodes[0].Metadata.Name!, Without);
        cluster.RunFor(5);
        Assert.Equal("default", cluster.Claims[0].Metadata.Labels["karpenter.kwok.sh/kwoknodeclass"]);
        Assert.Equal("default", cluster.Nodes[0].Metadata.Labels["karpenter.kwok.sh/kwoknodeclass"]);
    }

    [Fact]
    public void The_last_pod_event_is_noted_and_not_more_than_once_in_ten_seconds()
    {
        using var cluster = Grown();
        cluster.RunFor(15);
        var first = cluster.Claims[0].Status.LastPodEventTime;
        Assert.NotNull(first);
        cluster.Deployment("web", 2, cpu: "100m");
        cluster.UntilBound(2);
        cluster.RunFor(2);
        var second = cluster.Claims[0].Status.LastPodEventTime;
        Assert.True(second > first);
        cluster.Deployment("web", 1, cpu: "100m");
        cluster.RunFor(3);
        Assert.Equal(second, cluster.Claims[0].Status.LastPodEventTime);
    }

    [Fact]
    public void One_of_two_processes_leads_and_the_other_waits()
    {
        using var cluster = new TestCluster(options: new OperatorOptions { LeaderElectionNamespace = "default" });
        cluster.Twin();
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        cluster.RunFor(30);
        var lease = Assert.Single(cluster.List<Lease>(), static it => it.Metadata.Name == "karpenter-leader-election");
        Assert.Contains("tenon", lease.Spec.HolderIdentity);
        Assert.Single(cluster.Claims);
        Assert.Equal(1, cluster.Alive);
        Assert.Contains(cluster.Events, static it => it.Reason == "LeaderElection");
    }

    private static string? Pending(TestCluster cluster) =>
        cluster
            .Claims.SelectMany(static it => it.Status.Conditions)
            .FirstOrDefault(static it => it is { Type: "Registered", Reason: "RegistrationHookPending" })
            ?.Message;

    private static TestCluster Grown(string template = "", Action<ScriptedCloud>? script = null)
    {
        var cluster = new TestCluster(script: script);
        cluster.Pool(template: template, disruption: """{"consolidateAfter":"Never"}""");
        cluster.Deployment("web", 1, podExtra: """ "terminationGracePeriodSeconds":1, """);
        cluster.UntilBound(1);
        return cluster;
    }
}

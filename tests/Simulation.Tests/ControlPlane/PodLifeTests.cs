namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class PodLifeTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";

    [Fact]
    public void Binding_names_the_node_once()
    {
        var box = new Box();
        box.Pod("web").Expect(201);
        box.Post(
                $"{Pods}/web/binding",
                """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"web"},"target":{"kind":"Node","name":"n1"}}"""
            )
            .Expect(201);
        var pod = box.Get($"{Pods}/web");
        Assert.Equal("n1", pod.Text("spec.nodeName"));
        Assert.Equal("PodScheduled", pod.Text("status.conditions.0.type"));
        Assert.Equal(
            "Operation cannot be fulfilled on pods/binding \"web\": pod web is already assigned to node \"n1\"",
            box.Post($"{Pods}/web/binding", """{"target":{"kind":"Node","name":"n2"}}""").Expect(409).Message
        );
        Assert.Equal(["web"], box.Get("/api/v1/pods?fieldSelector=spec.nodeName=n1").Names);
    }

    [Fact]
    public void A_running_pod_goes_in_its_grace_and_an_unscheduled_one_at_once()
    {
        var box = new Box();
        box.Pod("waiting");
        box.Delete($"{Pods}/waiting").Expect(200);
        box.Get($"{Pods}/waiting").Expect(404);
        box.Pod("running", "n1");
        var marked = box.Delete($"{Pods}/running").Expect(200);
        Assert.Equal("30", marked.Text("metadata.deletionGracePeriodSeconds"));
        Assert.Equal("2030-01-01T00:00:30Z", marked.Text("metadata.deletionTimestamp"));
        Assert.Equal(
            "2",
            box.Delete($"{Pods}/running", """{"gracePeriodSeconds":2}""").Text("metadata.deletionGracePeriodSeconds")
        );
        Assert.Equal(
            "2",
            box.Delete($"{Pods}/running", """{"gracePeriodSeconds":20}""").Text("metadata.deletionGracePeriodSeconds")
        );
        box.Delete($"{Pods}/running", """{"gracePeriodSeconds":0}""").Expect(200);
        box.Get($"{Pods}/running").Expect(404);
    }

    [Fact]
    public void A_delete_for_another_uid_is_refused()
    {
        var box = new Box();
        box.Pod("web", "n1");
        Assert.StartsWith(
            "Operation cannot be fulfilled on pods \"web\": Precondition failed: UID in precondition: nope",
            box.Delete($"{Pods}/web", """{"preconditions":{"uid":"nope"}}""").Expect(409).Message
        );
    }

    [Fact]
    public void An_eviction_spends_the_budget_and_is_refused_when_it_is_spent()
    {
        var box = new Box();
        const string Budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
        box.Post(
                Budgets,
                """{"metadata":{"name":"web"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"web"}}}}"""
            )
            .Expect(201);
        foreach (var name in new[] { "a", "b" })
        {
            box.Pod(name, "n1", """{"app":"web"}""");
            box.Merge(
                    $"{Pods}/{name}/status",
                    """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"""
                )
                .Expect(200);
        }
        var early = Evict(box, "a").Expect(429);
        Assert.Equal(
            "The disruption budget web is still being processed by the server.",
            early.Text("details.causes.0.message")
        );
        Assert.Equal(TimeSpan.FromSeconds(10), early.Reply.RetryAfter);
        box.Merge(
                $"{Budgets}/web/status",
                """{"status":{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1,"expectedPods":2}}"""
            )
            .Expect(200);
        Evict(box, "a").Expect(201);
        Assert.Equal("0", box.Get($"{Budgets}/web").Text("status.disruptionsAllowed"));
        Assert.Equal("2030-01-01T00:00:00Z", box.Get($"{Budgets}/web").Text("status.disruptedPods.a"));
        var refused = Evict(box, "b").Expect(429);
        Assert.Equal("Cannot evict pod as it would violate the pod's disruption budget.", refused.Message);
        Assert.Equal("TooManyRequests", refused.Text("reason"));
        Assert.Equal("DisruptionBudget", refused.Text("details.causes.0.reason"));
        Assert.Equal(
            "The disruption budget web needs 1 healthy pods and has 2 currently",
            refused.Text("details.causes.0.message")
        );
        Assert.Equal("", box.Get($"{Pods}/b").Text("metadata.deletionTimestamp"));
    }

    [Fact]
    public void Finished_and_pending_pods_leave_without_asking_a_budget()
    {
        var box = new Box();
        box.Post(
            "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
            """{"metadata":{"name":"all"},"spec":{"minAvailable":1,"selector":{}}}"""
        );
        box.Pod("pending");
        Evict(box, "pending").Expect(201);
        box.Get($"{Pods}/pending").Expect(404);
    }

    private static Answer Evict(Box box, string pod) =>
        box.Post(
            $"{Pods}/{pod}/eviction",
            $$$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{{pod}}}","namespace":"default"}}"""
        );
}

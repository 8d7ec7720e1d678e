namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class ObjectLifeTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public void A_created_object_gets_identity_and_a_resource_version()
    {
        var box = new Box();
        var made = box.Post(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""").Expect(201);
        Assert.Equal("ConfigMap", made.Text("kind"));
        Assert.Equal("default", made.Text("metadata.namespace"));
        Assert.Equal("2030-01-01T00:00:00Z", made.Text("metadata.creationTimestamp"));
        Assert.Matches(
            "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
            made.Text("metadata.uid")
        );
        Assert.Equal(
            made.Text("metadata.resourceVersion"),
            box.Get($"{Maps}/a").Expect(200).Text("metadata.resourceVersion")
        );
    }

    [Fact]
    public void Two_servers_with_one_seed_hand_out_the_same_uids_and_names()
    {
        string[] Run() =>
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(_ => 0)
                    .Aggregate(
                        (Box: new Box(), Seen: new List<string>()),
                        (run, _) =>
                        {
                            var made = run.Box.Post(Maps, """{"metadata":{"generateName":"a-"}}""").Expect(201);
                            run.Seen.Add(made.Text("metadata.uid") + made.Text("metadata.name"));
                            return run;
                        }
                    )
                    .Seen,
            ];
        Assert.Equal(Run(), Run());
        Assert.Equal(5, Run().Distinct().Count());
    }

    [Fact]
    public void An_update_with_an_old_resource_version_is_a_conflict()
    {
        var box = new Box();
        var made = box.Post(Maps, """{"metadata":{"name":"a"}}""");
        var stale = made.Body.ToJsonString();
        box.Merge($"{Maps}/a", """{"data":{"x":"1"}}""").Expect(200);
        var refused = box.Put($"{Maps}/a", stale).Expect(409);
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            refused.Message
        );
    }

    [Fact]
    public void Writing_what_is_already_there_makes_no_new_version()
    {
        var box = new Box();
        var made = box.Post(Maps, """{"metadata":{"name":"a"},"data":{"x":"1"}}""");
        var again = box.Merge($"{Maps}/a", """{"data":{"x":"1"}}""").Expect(200);
        Assert.Equal(made.Text("metadata.resourceVersion"), again.Text("metadata.resourceVersion"));
    }

    [Fact]
    public void A_finalizer_holds_a_deleted_object_until_it_is_taken_away()
    {
        var box = new Box();
        box.Post(Maps, """{"metadata":{"name":"a","finalizers":["x.io/hold"]}}""").Expect(201);
        var marked = box.Delete($"{Maps}/a").Expect(200);
        Assert.Equal("2030-01-01T00:00:00Z", marked.Text("metadata.deletionTimestamp"));
        Assert.Equal(
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"y.io/new\"}",
            box.Merge($"{Maps}/a", """{"metadata":{"finalizers":["x.io/hold","y.io/new"]}}""")
                .Expect(422)
                .Text("message")
                .Split(": ", 2)[1]
        );
        box.Merge($"{Maps}/a", """{"metadata":{"finalizers":null}}""").Expect(200);
        box.Get($"{Maps}/a").Expect(404);
    }

    [Fact]
    public void Foreground_and_orphan_deletion_leave_their_finalizers_for_the_collector()
    {
        var box = new Box();
        box.Post(Maps, """{"metadata":{"name":"a"}}""");
        box.Post(Maps, """{"metadata":{"name":"b"}}""");
        Assert.Equal(
            "foregroundDeletion",
            box.Delete($"{Maps}/a", """{"propagationPolicy":"Foreground"}""").Text("metadata.finalizers.0")
        );
        Assert.Equal(
            "orphan",
            box.Delete($"{Maps}/b", """{"propagationPolicy":"Orphan"}""").Text("metadata.finalizers.0")
        );
        box.Delete($"{Maps}/a", """{"propagationPolicy":"Background"}""").Expect(200);
        box.Get($"{Maps}/a").Expect(404);
    }

    [Fact]
    public void Only_a_change_of_the_spec_makes_a_new_generation()
    {
        var box = new Box();
        const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
        box.Post(
                Deployments,
                """
                {"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
                 "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"replicas":9}}
                """
            )
            .Expect(201);
        Assert.Equal("", box.Get($"{Deployments}/web").Text("status.replicas"));
        Assert.Equal(
            "1",
            box.Merge($"{Deployments}/web", """{"metadata":{"labels":{"a":"b"}}}""").Text("metadata.generation")
        );
        Assert.Equal("2", box.Merge($"{Deployments}/web", """{"spec":{"replicas":3}}""").Text("metadata.generation"));
        Assert.Equal(
            "2",
            box.Merge($"{Deployments}/web/status", """{"status":{"replicas":3},"spec":{"replicas":7}}""")
                .Text("metadata.generation")
        );
        Assert.Equal("3", box.Get($"{Deployments}/web").Text("spec.replicas"));
        Assert.Equal("3", box.Get($"{Deployments}/web").Text("status.replicas"));
        box.Merge($"{Deployments}/web/scale", """{"spec":{"replicas":5}}""").Expect(200);
        Assert.Equal("5", box.Get($"{Deployments}/web/scale").Text("spec.replicas"));
        Assert.Equal("app=web", box.Get($"{Deployments}/web/scale").Text("status.selector"));
    }

    [Fact]
    public void A_namespace_must_exist_and_live_to_take_new_objects()
    {
        var box = new Box();
        Assert.Equal(
            "namespaces \"nowhere\" not found",
            box.Post("/api/v1/namespaces/nowhere/configmaps", """{"metadata":{"name":"a"}}""").Expect(404).Message
        );
        box.Post("/api/v1/namespaces", """{"metadata":{"name":"shop"}}""").Expect(201);
        Assert.Equal("Terminating", box.Delete("/api/v1/namespaces/shop").Text("status.phase"));
        var refused = box.Post("/api/v1/namespaces/shop/configmaps", """{"metadata":{"name":"a"}}""").Expect(403);
        Assert.Equal(
            "configmaps \"a\" is forbidden: unable to create new content in namespace shop because it is being terminated",
            refused.Message
        );
        Assert.Equal("NamespaceTerminating", refused.Text("details.causes.0.reason"));
        box.Put("/api/v1/namespaces/shop/finalize", """{"metadata":{"name":"shop"},"spec":{"finalizers":[]}}""")
            .Expect(200);
        box.Get("/api/v1/namespaces/shop").Expect(404);
    }

    [Fact]
    public void A_dry_run_answers_as_if_and_changes_nothing()
    {
        var box = new Box();
        box.Post($"{Maps}?dryRun=All", """{"metadata":{"name":"a"}}""").Expect(201);
        box.Get($"{Maps}/a").Expect(404);
        box.Post(Maps, """{"metadata":{"name":"a"}}""").Expect(201);
        box.Delete($"{Maps}/a?dryRun=All").Expect(200);
        Assert.Equal(
            "1",
            box.Send("PATCH", $"{Maps}/a?dryRun=All", """{"data":{"x":"1"}}""", "application/merge-patch+json")
                .Text("data.x")
        );
        Assert.Null(box.Get($"{Maps}/a").Expect(200)["data"]);
    }

    [Fact]
    public void Events_are_one_set_of_objects_under_two_groups()
    {
        var box = new Box();
        box.Post(
                "/apis/events.k8s.io/v1/namespaces/default/events",
                """{"metadata":{"name":"e"},"regarding":{"kind":"Pod","name":"p"},"note":"hello","reason":"Scheduled","type":"Normal"}"""
            )
            .Expect(201);
        var core = box.Get("/api/v1/namespaces/default/events?fieldSelector=involvedObject.name=p,reason=Scheduled")
            .Expect(200);
        Assert.Equal("hello", core.Text("items.0.message"));
        Assert.Equal("v1", core.Text("items.0.apiVersion"));
        Assert.Equal("hello", box.Get("/apis/events.k8s.io/v1/namespaces/default/events/e").Text("note"));
    }
}

namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class ApplyTests
{
    private const string Web = "/apis/apps/v1/namespaces/default/deployments/web";

    private static Answer Apply(Box box, string manager, string json, bool force = false) =>
        box.Send(
            "PATCH",
            $"{Web}?fieldManager={manager}{(force ? "&force=true" : "")}",
            json,
            "application/apply-patch+yaml"
        );

    private static string Deployment(
        string spec,
        string labels = """{"app":"web"}""",
        string containers = """{"name":"c","image":"i:1"}"""
    ) =>
        $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{{{labels}}} },"spec":{ {{{spec}}}
             "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[ {{{containers}}} ]} } } }
            """;

    [Fact]
    public void Applying_creates_and_then_merges_and_takes_back_what_is_no_longer_said()
    {
        var box = new Box();
        Apply(box, "me", Deployment("\"replicas\":2,", """{"app":"web","old":"yes"}""")).Expect(201);
        box.Merge(Web, """{"metadata":{"labels":{"theirs":"yes"}}}""").Expect(200);
        var after = Apply(box, "me", Deployment("", """{"app":"web","new":"yes"}""")).Expect(200);
        Assert.Equal("""{"app":"web","theirs":"yes","new":"yes"}""", after["metadata.labels"]!.ToJsonString());
        Assert.Equal("1", after.Text("spec.replicas"));
    }

    [Fact]
    public void Taking_anothers_field_is_a_conflict_that_names_field_and_owner_unless_it_is_forced()
    {
        var box = new Box();
        Apply(box, "me", Deployment("\"replicas\":2,")).Expect(201);
        Apply(
                box,
                "you",
                """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2}}"""
            )
            .Expect(200);
        var refused = Apply(
                box,
                "you",
                """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":5}}"""
            )
            .Expect(409);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"me\": .spec.replicas", refused.Message);
        Assert.Equal("FieldManagerConflict", refused.Text("details.causes.0.reason"));
        Assert.Equal(".spec.replicas", refused.Text("details.causes.0.field"));
        Apply(
                box,
                "you",
                """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":5}}""",
                force: true
            )
            .Expect(200);
        Assert.Equal("5", box.Get(Web).Text("spec.replicas"));
        // It is theirs now: the first manager's next apply is the one that conflicts.
        Apply(box, "me", Deployment("\"replicas\":2,")).Expect(409);
    }

    [Fact]
    public void A_scale_by_somebody_is_named_with_its_subresource()
    {
        var box = new Box();
        Apply(box, "me", Deployment("\"replicas\":2,")).Expect(201);
        box.Send(
                "PATCH",
                $"{Web}/scale?fieldManager=hpa",
                """{"spec":{"replicas":7}}""",
                "application/merge-patch+json"
            )
            .Expect(200);
        Assert.Equal(
            "Apply failed with 1 conflict: conflict with \"hpa\" with subresource \"scale\" using apps/v1 at 2030-01-01T00:00:00Z: .spec.replicas",
            Apply(box, "me", Deployment("\"replicas\":2,")).Expect(409).Message
        );
    }

    [Fact]
    public void Two_managers_can_each_keep_a_container()
    {
        var box = new Box();
        Apply(box, "me", Deployment("")).Expect(201);
        const string Sidecar = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
             "spec":{"template":{"spec":{"containers":[{"name":"side","image":"s:1"}]}}}}
            """;
        Apply(box, "mesh", Sidecar).Expect(200);
        var containers = box.Get(Web)["spec.template.spec.containers"]!.AsArray();
        Assert.Equal(["side", "c"], containers.Select(container => container!["name"]!.ToString()));
        Apply(box, "mesh", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}}""").Expect(200);
        Assert.Equal(
            ["c"],
            box.Get(Web)["spec.template.spec.containers"]!.AsArray().Select(container => container!["name"]!.ToString())
        );
    }

    [Fact]
    public void Applying_the_same_again_makes_no_new_version()
    {
        var box = new Box();
        var first = Apply(box, "me", Deployment("\"replicas\":2,"));
        box.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(
            first.Text("metadata.resourceVersion"),
            Apply(box, "me", Deployment("\"replicas\":2,")).Text("metadata.resourceVersion")
        );
    }

    [Fact]
    public void Writers_inside_the_box_leave_no_ledger_where_there_is_none()
    {
        var box = new Box();
        Assert.Null(box.Pod("quiet").Expect(201)["metadata.managedFields"]);
        Apply(box, "me", Deployment("\"replicas\":2,"));
        box.Merge(Web, """{"spec":{"replicas":3}}""").Expect(200);
        Assert.Contains(
            box.Get(Web)["metadata.managedFields"]!.AsArray(),
            entry => entry!["manager"]!.ToString() == "box"
        );
    }

    [Fact]
    public void An_apply_needs_a_field_manager() =>
        Assert.Equal(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
            new Box().Send("PATCH", Web, Deployment(""), "application/apply-patch+yaml").Expect(422).Message
        );

    [Fact]
    public void Applied_yaml_is_read_as_yaml()
    {
        var box = new Box();
        box.Send(
                "PATCH",
                "/api/v1/namespaces/default/configmaps/a?fieldManager=me",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n",
                "application/apply-patch+yaml"
            )
            .Expect(201);
        Assert.Equal("v", box.Get("/api/v1/namespaces/default/configmaps/a").Text("data.k"));
    }
}

namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class BuiltInRulesTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    private static string Deployment(string name, string selected) =>
        $$$"""
            {"metadata":{"name":"{{{name}}}"},"spec":{"selector":{"matchLabels":{"app":"{{{selected}}}"} },
             "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]} } } }
            """;

    [Fact]
    public void A_deployment_gets_the_defaults_of_its_version()
    {
        var made = new Box().Post(Deployments, Deployment("web", selected: "web")).Expect(201);
        Assert.Equal("1", made.Text("spec.replicas"));
        Assert.Equal("25%", made.Text("spec.strategy.rollingUpdate.maxSurge"));
        Assert.Equal("600", made.Text("spec.progressDeadlineSeconds"));
        Assert.Equal("Always", made.Text("spec.template.spec.containers.0.imagePullPolicy"));
        Assert.Equal("30", made.Text("spec.template.spec.terminationGracePeriodSeconds"));
    }

    [Fact]
    public void A_selector_must_match_its_template_and_never_changes()
    {
        var box = new Box();
        Assert.Contains(
            "`selector` does not match template `labels`",
            box.Post(Deployments, Deployment("bad", selected: "api")).Expect(422).Message
        );
        box.Post(Deployments, Deployment("web", selected: "web")).Expect(201);
        Assert.Contains(
            "field is immutable",
            box.Merge($"{Deployments}/web", """{"spec":{"selector":{"matchLabels":{"x":"y"}}}}""").Expect(422).Message
        );
    }

    [Theory]
    [InlineData("Upper", "metadata.name: Invalid value: \"Upper\": a lowercase RFC 1123 subdomain must consist of")]
    [InlineData("a_b", "metadata.name: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain must consist of")]
    public void A_bad_name_is_refused_in_the_real_words(string name, string words) =>
        Assert.Contains(
            words,
            new Box()
                .Post("/api/v1/namespaces/default/configmaps", $$$"""{"metadata":{"name":"{{{name}}}"}}""")
                .Expect(422)
                .Message
        );

    [Fact]
    public void Every_fault_of_an_object_is_reported_at_once()
    {
        var refused = new Box()
            .Post(
                "/api/v1/namespaces/default/pods",
                """{"metadata":{"name":"p","labels":{"bad key":"x"}},"spec":{"containers":[{"name":"a"},{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"/x"}]}]}}"""
            )
            .Expect(422);
        Assert.Equal(4, refused["details.causes"]!.AsArray().Count);
        Assert.Contains("spec.containers[0].image: Required value", refused.Message);
        Assert.Contains("spec.containers[1].name: Duplicate value: \"a\"", refused.Message);
        Assert.Contains("spec.containers[1].volumeMounts[0].name: Not found: \"v\"", refused.Message);
    }

    [Fact]
    public void Unknown_fields_are_refused_warned_about_or_dropped_as_asked()
    {
        var box = new Box();
        const string Body = """{"metadata":{"name":"a"},"data":{"k":"v"},"typo":1}""";
        Assert.Equal(
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"typo\"",
            box.Post("/api/v1/namespaces/default/configmaps?fieldValidation=Strict", Body).Expect(400).Message
        );
        Assert.Null(box.Post("/api/v1/namespaces/default/configmaps", Body).Expect(201)["typo"]);
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_refused_with_its_path() =>
        Assert.Contains(
            "cannot unmarshal string into Go struct field spec.replicas of type int32",
            new Box()
                .Post(Deployments, """{"metadata":{"name":"web"},"spec":{"replicas":"three"}}""")
                .Expect(400)
                .Message
        );

    [Fact]
    public void A_pod_learns_its_priority_from_its_class()
    {
        var box = new Box();
        Assert.Contains(
            "no PriorityClass with name high was found",
            box.Pod("p", extra: ",\"priorityClassName\":\"high\"").Expect(403).Message
        );
        box.Post("/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"high"},"value":1000}""")
            .Expect(201);
        Assert.Equal("1000", box.Pod("p", extra: ",\"priorityClassName\":\"high\"").Expect(201).Text("spec.priority"));
    }

    [Fact]
    public void A_running_pod_may_change_its_image_and_little_else()
    {
        var box = new Box();
        box.Pod("p", "n1");
        box.Send(
                "PATCH",
                "/api/v1/namespaces/default/pods/p",
                """{"spec":{"containers":[{"name":"main","image":"app:2"}]}}""",
                "application/strategic-merge-patch+json"
            )
            .Expect(200);
        Assert.Contains(
            "pod updates may not change fields other than",
            box.Merge("/api/v1/namespaces/default/pods/p", """{"spec":{"hostNetwork":true}}""").Expect(422).Message
        );
    }

    [Fact]
    public void A_service_gets_an_address_it_keeps()
    {
        var box = new Box();
        const string Services = "/api/v1/namespaces/default/services";
        var made = box.Post(
                Services,
                """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}"""
            )
            .Expect(201);
        Assert.StartsWith("10.96.", made.Text("spec.clusterIP"));
        var replaced = box.Put(
                $"{Services}/web",
                """{"metadata":{"name":"web"},"spec":{"selector":{"app":"api"},"ports":[{"port":81}]}}"""
            )
            .Expect(200);
        Assert.Equal(made.Text("spec.clusterIP"), replaced.Text("spec.clusterIP"));
    }

    [Fact]
    public void Every_namespace_has_a_default_account()
    {
        var box = new Box();
        box.Post("/api/v1/namespaces", """{"metadata":{"name":"shop"}}""").Expect(201);
        box.Get("/api/v1/namespaces/shop/serviceaccounts/default").Expect(200);
    }

    [Fact]
    public void Patches_of_all_kinds_change_what_they_say()
    {
        var box = new Box();
        box.Post(Deployments, Deployment("web", selected: "web")).Expect(201);
        box.Send(
                "PATCH",
                $"{Deployments}/web",
                """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"}]}}}}""",
                "application/strategic-merge-patch+json"
            )
            .Expect(200);
        Assert.Equal(2, box.Get($"{Deployments}/web")["spec.template.spec.containers"]!.AsArray().Count);
        box.Send(
                "PATCH",
                $"{Deployments}/web",
                """[{"op":"replace","path":"/spec/replicas","value":4}]""",
                "application/json-patch+json"
            )
            .Expect(200);
        box.Merge(
                $"{Deployments}/web",
                """{"spec":{"template":{"spec":{"containers":[{"name":"only","image":"s"}]}}}}"""
            )
            .Expect(200);
        Assert.Equal("4", box.Get($"{Deployments}/web").Text("spec.replicas"));
        Assert.Equal(
            "only",
            box.Get($"{Deployments}/web")["spec.template.spec.containers"]!.AsArray().Single()!["name"]!.ToString()
        );
        box.Send("PATCH", $"{Deployments}/web", "{}", "text/plain").Expect(415);
    }
}

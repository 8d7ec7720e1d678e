namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class CustomKindTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Toys = "/apis/play.io/v1/toys";
    private const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"toys.play.io"},"spec":{"group":"play.io",
         "names":{"kind":"Toy","plural":"toys","shortNames":["ty"],"categories":["play"]},"scope":"Cluster","versions":[{"name":"v1","served":true,
         "storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.count","statusReplicasPath":".status.count"}},
         "additionalPrinterColumns":[{"name":"Color","type":"string","jsonPath":".spec.color"},{"name":"Ready","type":"string",
         "jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}],
         "schema":{"openAPIV3Schema":{"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["color"],"properties":{
          "color":{"type":"string","enum":["red","blue"],"description":"What it looks like."},"count":{"type":"integer","minimum":1,"maximum":9,"default":3},
          "label":{"type":"string","maxLength":3,"pattern":"^[a-z]+$"},
          "parts":{"type":"array","maxItems":2,"items":{"type":"object","properties":{"name":{"type":"string","default":"part"}}}},
          "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}},
          "status":{"type":"object","properties":{"count":{"type":"integer"},"conditions":{"type":"array","items":{"type":"object",
           "x-kubernetes-preserve-unknown-fields":true}}}}}}}}]}}
        """;

    private static Box WithToys()
    {
        var box = new Box();
        var made = box.Post(Definitions, Definition).Expect(201);
        Assert.Equal("True", made.Text("status.conditions.1.status"));
        return box;
    }

    [Fact]
    public void A_definition_opens_a_kind_with_defaults_and_pruning()
    {
        var box = WithToys();
        var made = box.Post(
                Toys,
                """{"metadata":{"name":"ball"},"spec":{"color":"red","nonsense":1,"parts":[{}],"free":{"any":{"thing":1}}}}"""
            )
            .Expect(201);
        Assert.Equal("play.io/v1", made.Text("apiVersion"));
        Assert.Equal("3", made.Text("spec.count"));
        Assert.Equal("part", made.Text("spec.parts.0.name"));
        Assert.Equal("1", made.Text("spec.free.any.thing"));
        Assert.Null(made["spec.nonsense"]);
    }

    [Theory]
    [InlineData(
        """{"color":"green"}""",
        "spec.color: Unsupported value: \"green\": supported values: \"red\", \"blue\""
    )]
    [InlineData("""{}""", "spec.color: Required value")]
    [InlineData(
        """{"color":"red","count":0}""",
        "spec.count: Invalid value: 0: spec.count in body should be greater than or equal to 1"
    )]
    [InlineData(
        """{"color":"red","count":"x"}""",
        "spec.count: Invalid value: \"string\": spec.count in body must be of type integer: \"string\""
    )]
    [InlineData("""{"color":"red","label":"abcd"}""", "spec.label: Too long: may not be more than 3 bytes")]
    [InlineData(
        """{"color":"red","label":"A"}""",
        "spec.label: Invalid value: \"A\": spec.label in body should match '^[a-z]+$'"
    )]
    [InlineData("""{"color":"red","parts":[{},{},{}]}""", "spec.parts: Too many: 3: must have at most 2 items")]
    public void The_schema_refuses_in_the_real_words(string spec, string words) =>
        Assert.Equal(
            $"Toy.play.io \"ball\" is invalid: {words}",
            WithToys().Post(Toys, $$$"""{"metadata":{"name":"ball"},"spec":{{{spec}}} }""").Expect(422).Message
        );

    [Fact]
    public void The_definitions_of_the_house_are_served_defaulted_and_judged_by_their_expressions()
    {
        var box = new Box();
        foreach (var definition in Api.Schemas.CustomResources.All)
            box.Post(Definitions, Api.Json.ApiJson.WriteText(definition)).Expect(201);
        const string Pools = "/apis/karpenter.sh/v1/nodepools";
        const string Pool = """
            {"metadata":{"name":"default"},"spec":{"template":{"spec":{"requirements":[{"key":"kubernetes.io/arch","operator":"In","values":["amd64"]}],
             "nodeClassRef":{"group":"karpenter.kwok.sh","kind":"KWOKNodeClass","name":"default"}}}}}
            """;
        var made = box.Post(Pools, Pool).Expect(201);
        Assert.Equal("0s", made.Text("spec.disruption.consolidateAfter"));
        Assert.Equal("10%", made.Text("spec.disruption.budgets.0.nodes"));
        Assert.Equal("720h", made.Text("spec.template.spec.expireAfter"));
        Assert.StartsWith(
            "NodePool.karpenter.sh \"bad\" is invalid: spec.template.spec.requirements: Invalid value: \"array\": ",
            box.Post(Pools, Pool.Replace("\"amd64\"", "").Replace("\"default\"},\"spec\"", "\"bad\"},\"spec\""))
                .Expect(422)
                .Message
        );
        box.Merge($"{Pools}/default", """{"spec":{"template":{"spec":{"nodeClassRef":{"kind":"Other"}}}}}""")
            .Expect(422);
        box.Merge($"{Pools}/default", """{"spec":{"weight":101}}""").Expect(422);
        box.Merge($"{Pools}/default", """{"spec":{"weight":7}}""").Expect(200);
    }

    [Fact]
    public void A_definition_whose_expression_does_not_compile_is_refused()
    {
        var broken = Definition.Replace(
            "\"required\":[\"color\"]",
            "\"x-kubernetes-validations\":[{\"rule\":\"self.color ==\"}]"
        );
        Assert.Contains("compilation failed", new Box().Post(Definitions, broken).Expect(422).Message);
    }

    [Fact]
    public void Scale_and_status_go_through_the_paths_of_the_definition()
    {
        var box = WithToys();
        box.Post(Toys, """{"metadata":{"name":"ball"},"spec":{"color":"red"}}""").Expect(201);
        box.Merge($"{Toys}/ball/scale", """{"spec":{"replicas":5}}""").Expect(200);
        Assert.Equal("5", box.Get($"{Toys}/ball").Text("spec.count"));
        Assert.Equal("2", box.Get($"{Toys}/ball").Text("metadata.generation"));
        box.Merge($"{Toys}/ball/status", """{"status":{"count":4},"spec":{"color":"blue"}}""").Expect(200);
        Assert.Equal("4", box.Get($"{Toys}/ball/scale").Text("status.replicas"));
        Assert.Equal("red", box.Get($"{Toys}/ball").Text("spec.color"));
    }

    [Fact]
    public void An_update_of_a_custom_object_must_name_its_version() =>
        Assert.Contains(
            "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update",
            Updated().Expect(422).Message
        );

    private static Answer Updated()
    {
        var box = WithToys();
        box.Post(Toys, """{"metadata":{"name":"ball"},"spec":{"color":"red"}}""").Expect(201);
        return box.Put($"{Toys}/ball", """{"metadata":{"name":"ball"},"spec":{"color":"blue"}}""");
    }

    [Fact]
    public void The_table_has_the_columns_of_the_definition()
    {
        var box = WithToys();
        box.Post(Toys, """{"metadata":{"name":"ball"},"spec":{"color":"red"}}""");
        box.Merge($"{Toys}/ball/status", """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""")
            .Expect(200);
        box.Time.Advance(TimeSpan.FromMinutes(5));
        var table = box.Get(Toys, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json").Expect(200);
        Assert.Equal("""["ball","red","True","5m"]""", table["rows.0.cells"]!.ToJsonString());
        Assert.Equal(
            "Name,Color,Ready,Age",
            string.Join(",", table["columnDefinitions"]!.AsArray().Select(column => column!["name"]))
        );
    }

    [Fact]
    public void A_deleted_definition_takes_its_objects_and_its_paths_along()
    {
        var box = WithToys();
        box.Post(Toys, """{"metadata":{"name":"ball","finalizers":["x.io/hold"]},"spec":{"color":"red"}}""")
            .Expect(201);
        box.Post(Toys, """{"metadata":{"name":"kite"},"spec":{"color":"red"}}""").Expect(201);
        box.Delete($"{Definitions}/toys.play.io").Expect(200);
        box.Get($"{Toys}/kite").Expect(404);
        box.Get($"{Definitions}/toys.play.io").Expect(200);
        box.Merge($"{Toys}/ball", """{"metadata":{"finalizers":null}}""").Expect(200);
        box.Get($"{Definitions}/toys.play.io").Expect(404);
        Assert.Equal("the server could not find the requested resource", box.Get(Toys).Expect(404).Message);
    }

    [Fact]
    public void Discovery_and_openapi_know_the_kind()
    {
        var box = WithToys();
        Assert.Contains(
            "toys/scale",
            box.Get("/apis/play.io/v1")["resources"]!.AsArray().Select(resource => resource!["name"]!.ToString())
        );
        var document = box.Get("/openapi/v3/apis/play.io/v1").Expect(200);
        Assert.Equal(
            "What it looks like.",
            document.Body["components"]!["schemas"]!["io.play.v1.Toy"]!["properties"]!["spec"]!["properties"]![
                "color"
            ]!["description"]!.ToString()
        );
        var groups = box.Get(
            "/apis",
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
        ).Body["items"]!.AsArray();
        Assert.Contains(groups, group => group!["metadata"]!["name"]!.ToString() == "play.io");
    }
}

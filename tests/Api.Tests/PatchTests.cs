using System.Text.Json.Nodes;
using Tenon.Api.Patches;

namespace Tenon.Api.Tests;

public sealed class PatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_merge_patch_does_what_rfc_7386_shows(string before, string patch, string after) =>
        Same(after, MergePatch.Apply(JsonNode.Parse(before), JsonNode.Parse(patch)));

    [Fact]
    public void The_patch_between_two_objects_turns_one_into_the_other()
    {
        var before = (JsonObject)JsonNode.Parse("""{"a":1,"b":{"c":2,"d":3},"e":[1],"f":{"g":1}}""")!;
        var after = (JsonObject)JsonNode.Parse("""{"b":{"c":2,"d":4},"e":[1,2],"f":{"g":1},"h":{}}""")!;
        var patch = MergePatch.Between(before, after);
        Same("""{"a":null,"b":{"d":4},"e":[1,2],"h":{}}""", patch);
        Same(after.ToJsonString(), MergePatch.Apply(before, patch));
        Assert.Null(MergePatch.Between(after, after));
    }

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":[2]}]""", """{"a":[1,[2]]}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/a","value":null}]""", """{"a":null}""")]
    [InlineData(
        """{"a":{"b":1},"c":{}}""",
        """[{"op":"move","from":"/a/b","path":"/c/d"}]""",
        """{"a":{},"c":{"d":1}}"""
    )]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData(
        """{"a/b":1,"m~n":2}""",
        """[{"op":"test","path":"/a~1b","value":1},{"op":"remove","path":"/m~0n"}]""",
        """{"a/b":1}"""
    )]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":[1]}]""", """[1]""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0}]""", """{"a":1}""")]
    [InlineData("""{"":1}""", """[{"op":"remove","path":"/"}]""", """{}""")]
    public void A_json_patch_does_what_rfc_6902_says(string before, string patch, string after)
    {
        var result = JsonPatch.Apply(JsonNode.Parse(before), JsonNode.Parse(patch));
        Assert.Null(result.Error);
        Same(after, result.Value);
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/x"}]""", "there is no \"x\"")]
    [InlineData("""[{"op":"replace","path":"/x","value":1}]""", "there is no \"x\"")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", "there is no \"x\"")]
    [InlineData("""[{"op":"add","path":"/l/3","value":1}]""", "no such place")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""", "no such place")]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", "test failed")]
    [InlineData(
        """[{"op":"add","path":"/b","value":1},{"op":"spin","path":"/a"}]""",
        "operation 1: \"spin\" is not an operation"
    )]
    [InlineData("""[{"op":"add","path":"b","value":1}]""", "not a JSON pointer")]
    [InlineData("""[{"op":"add","path":"/b"}]""", "needs a \"value\"")]
    [InlineData("""[{"op":"move","from":"/l","path":"/l/0"}]""", "into itself")]
    [InlineData("""[3]""", "not an object")]
    [InlineData("""{"a":1}""", "list of operations")]
    public void A_json_patch_that_cannot_be_carried_out_is_an_error_and_changes_nothing(string patch, string error)
    {
        var document = JsonNode.Parse("""{"a":1,"l":[1,2]}""")!;
        var result = JsonPatch.Apply(document, JsonNode.Parse(patch));
        Assert.Contains(error, result.Error);
        Same("""{"a":1,"l":[1,2]}""", document);
    }

    [Theory]
    [InlineData( // containers merge by name, ports by number, and a new one goes last
        """{"spec":{"containers":[{"name":"a","image":"1","ports":[{"containerPort":80,"name":"x"}]},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"name":"a","image":"2","ports":[{"containerPort":81},{"containerPort":80,"name":"y"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"2","ports":[{"containerPort":80,"name":"y"},{"containerPort":81}]},{"name":"b"},{"name":"c"}]}}"""
    )]
    [InlineData( // delete by key
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b"}]}}"""
    )]
    [InlineData( // replace the whole list
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}}""",
        """{"spec":{"containers":[{"name":"c"}]}}"""
    )]
    [InlineData( // replace and delete of an object
        """{"metadata":{"labels":{"a":"1","b":"2"},"annotations":{"x":"y"}}}""",
        """{"metadata":{"labels":{"$patch":"replace","c":"3"},"annotations":{"$patch":"delete"}}}""",
        """{"metadata":{"labels":{"c":"3"},"annotations":{}}}"""
    )]
    [InlineData( // sets of texts
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["b","c"]}}""",
        """{"metadata":{"finalizers":["b","c"]}}"""
    )]
    [InlineData( // tolerations have no key, so they are replaced
        """{"spec":{"tolerations":[{"key":"a"}],"nodeSelector":{"x":"y"}}}""",
        """{"spec":{"tolerations":[{"key":"b"}],"nodeSelector":{"x":null,"z":"w"}}}""",
        """{"spec":{"tolerations":[{"key":"b"}],"nodeSelector":{"z":"w"}}}"""
    )]
    [InlineData( // the order of the manifest wins; what others added keeps its neighbour
        """{"spec":{"containers":[{"name":"injected"},{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"new"},{"name":"a"}],"containers":[{"name":"new"}]}}""",
        """{"spec":{"containers":[{"name":"injected"},{"name":"b"},{"name":"new"},{"name":"a"}]}}"""
    )]
    [InlineData( // a volume that changes its source keeps only the listed fields
        """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
        """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","configMap"],"configMap":{"name":"c"}}]}}""",
        """{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}"""
    )]
    public void A_strategic_patch_merges_a_pod_as_kubectl_expects(string before, string patch, string after)
    {
        var result = StrategicMergePatch.Apply(Object(before), Object(patch), "Pod");
        Assert.Null(result.Error);
        Same(after, result.Value);
    }

    [Fact]
    public void A_rollout_restart_and_a_changed_strategy_reach_into_the_template_of_a_deployment()
    {
        var before = Object(
            """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"template":{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}}}}"""
        );
        var patch = Object(
            """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"},"template":{"metadata":{"annotations":{"r":"now"}},"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]}}}}"""
        );
        var after =
            """{"spec":{"strategy":{"type":"Recreate"},"template":{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]},"metadata":{"annotations":{"r":"now"}}}}}""";
        Same(after, StrategicMergePatch.Apply(before, patch, "Deployment").Value);
    }

    [Fact]
    public void A_budgets_selector_is_replaced_and_a_nodes_conditions_merge_by_type()
    {
        Same(
            """{"spec":{"selector":{"matchLabels":{"b":"2"}}}}""",
            StrategicMergePatch
                .Apply(
                    Object("""{"spec":{"selector":{"matchLabels":{"a":"1"}}}}"""),
                    Object("""{"spec":{"selector":{"matchLabels":{"b":"2"}}}}"""),
                    "PodDisruptionBudget"
                )
                .Value
        );
        Same(
            """{"status":{"conditions":[{"type":"Ready","status":"False","reason":"x"},{"type":"DiskPressure","status":"False"}]}}""",
            StrategicMergePatch
                .Apply(
                    Object(
                        """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"x"},{"type":"DiskPressure","status":"False"}]}}"""
                    ),
                    Object("""{"status":{"conditions":[{"type":"Ready","status":"False"}]}}"""),
                    "Node"
                )
                .Value
        );
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", "merge key: name")]
    [InlineData("""{"spec":{"$patch":"vanish"}}""", "not a $patch directive")]
    [InlineData("""{"spec":{"$retainKeys":["a"],"b":1}}""", "lacks \"b\"")]
    [InlineData(
        """{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"b"}]}}""",
        "the order of containers lacks"
    )]
    [InlineData("""{"spec":{"containers":["a"]}}""", "expected objects")]
    public void A_strategic_patch_that_makes_no_sense_is_an_error(string patch, string error) =>
        Assert.Contains(
            error,
            StrategicMergePatch.Apply(Object("""{"spec":{"containers":[{"name":"a"}]}}"""), Object(patch), "Pod").Error
        );

    private static JsonObject Object(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static void Same(string expected, JsonNode? actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual?.ToJsonString());
}

using Tenon.Api.Json;
using Tenon.Api.Schemas;

namespace Tenon.Simulation.Tests.ControlPlane;

/// <summary>The rules that definitions carry, asked by the server.</summary>
public sealed class DefinitionRuleTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Pools = "/apis/karpenter.sh/v1/nodepools";
    private const string Claims = "/apis/karpenter.sh/v1/nodeclaims";
    private const string Class =
        "\"nodeClassRef\":{\"group\":\"karpenter.kwok.sh\",\"kind\":\"KWOKNodeClass\",\"name\":\"default\"}";

    private static Box WithOurs()
    {
        var box = new Box();
        foreach (var definition in CustomResources.All)
            box.Post(Definitions, ApiJson.WriteText(definition)).Expect(201);
        return box;
    }

    [Fact]
    public void A_bare_pool_is_stored_with_the_defaults_of_its_definition()
    {
        var made = WithOurs().Post(Pools, Pool("")).Expect(201);
        Assert.Equal("0s", made.Text("spec.disruption.consolidateAfter"));
        Assert.Equal("WhenEmptyOrUnderutilized", made.Text("spec.disruption.consolidationPolicy"));
        Assert.Equal("10%", made.Text("spec.disruption.budgets.0.nodes"));
        Assert.Equal("720h", made.Text("spec.template.spec.expireAfter"));
    }

    [Theory]
    [InlineData(
        ""","replicas":1,"weight":2""",
        "spec: Invalid value: \"object\": 'weight' is not supported on static NodePools"
    )]
    [InlineData(
        ""","disruption":{"budgets":[{"nodes":"1","schedule":"@daily"}]}""",
        "spec.disruption.budgets: Invalid value: \"array\": 'schedule' must be set with 'duration'"
    )]
    [InlineData(
        ""","disruption":{"consolidateAfter":"1d"}""",
        "spec.disruption.consolidateAfter: Invalid value: \"1d\""
    )]
    [InlineData(""","weight":101""", "spec.weight: Invalid value: 101")]
    public void A_pool_that_breaks_a_rule_is_refused_with_the_rules_words(string more, string words)
    {
        var refused = WithOurs().Post(Pools, Pool(more)).Expect(422);
        Assert.Contains(words, refused.Message);
    }

    [Fact]
    public void Transition_rules_hold_between_two_versions()
    {
        var box = WithOurs();
        box.Post(Pools, Pool("")).Expect(201);
        Assert.Contains(
            "cannot transition between static and dynamic",
            box.Merge($"{Pools}/p", """{"spec":{"replicas":1}}""").Expect(422).Message
        );
        box.Merge($"{Pools}/p", """{"spec":{"template":{"spec":{"nodeClassRef":{"name":"other"}}}}}""").Expect(200);
        Assert.Contains(
            "kind is immutable",
            box.Merge($"{Pools}/p", """{"spec":{"template":{"spec":{"nodeClassRef":{"kind":"Other"}}}}}""")
                .Expect(422)
                .Message
        );

        box.Post(Claims, $$$"""{"metadata":{"name":"c"},"spec":{"requirements":[],{{{Class}}}}}""").Expect(201);
        box.Merge($"{Claims}/c", """{"metadata":{"labels":{"a":"b"}}}""").Expect(200);
        Assert.Contains(
            "spec is immutable",
            box.Merge($"{Claims}/c", """{"spec":{"expireAfter":"1h"}}""").Expect(422).Message
        );
    }

    [Fact]
    public void A_definition_whose_rule_is_no_expression_is_refused()
    {
        var refused = new Box()
            .Post(
                Definitions,
                """
                {"metadata":{"name":"toys.play.io"},"spec":{"group":"play.io","names":{"kind":"Toy","plural":"toys"},"scope":"Cluster","versions":[
                 {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-validations":[{"rule":"self ="}]}}}]}}
                """
            )
            .Expect(422);
        Assert.Contains(
            "spec.versions[0].schema.openAPIV3Schema.x-kubernetes-validations[0].rule: Invalid value: \"self =\": compilation failed",
            refused.Message
        );
    }

    [Fact]
    public void A_simulated_node_class_is_ready_from_the_start() =>
        Assert.Equal(
            "True",
            WithOurs()
                .Post(
                    "/apis/karpenter.kwok.sh/v1alpha1/kwoknodeclasses",
                    """{"metadata":{"name":"default"},"spec":{}}"""
                )
                .Expect(201)
                .Text("status.conditions.0.status")
        );

    private static string Pool(string more) =>
        $$$"""{"metadata":{"name":"p"},"spec":{"template":{"spec":{"requirements":[],{{{Class}}}}}{{{more}}}}}""";
}

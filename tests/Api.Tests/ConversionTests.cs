using System.Text.Json.Nodes;
using Tenon.Api.Cel;
using Tenon.Api.Conversion;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Api.Rules;
using Tenon.Api.Schemas;
using Tenon.Api.Yaml;

namespace Tenon.Api.Tests;

public sealed class ConversionTests
{
    private const string OldPool = """
        apiVersion: karpenter.sh/v1beta1
        kind: NodePool
        metadata: {name: legacy}
        spec:
          weight: 10
          limits: {cpu: 1000}
          template:
            metadata: {labels: {team: a}}
            spec:
              nodeClassRef: {apiVersion: karpenter.k8s.aws/v1beta1, kind: EC2NodeClass, name: default}
              kubelet: {maxPods: 42}
              resources: {requests: {cpu: 1}}
              requirements:
              - {key: kubernetes.io/arch, operator: In, values: [amd64]}
          disruption:
            consolidationPolicy: WhenUnderutilized
            expireAfter: 200h
        """;

    private const string OldClass = """
        apiVersion: karpenter.k8s.aws/v1beta1
        kind: EC2NodeClass
        metadata: {name: default}
        spec: {amiFamily: AL2, role: r}
        """;

    [Fact]
    public void An_old_pool_and_its_class_become_what_the_articles_say_they_should()
    {
        var result = Convert(OldPool, OldClass);
        Assert.Empty(result.Faults);
        Same(
            """
            apiVersion: karpenter.sh/v1
            kind: NodePool
            metadata: {name: legacy}
            spec:
              weight: 10
              limits: {cpu: 1000}
              template:
                metadata: {labels: {team: a}}
                spec:
                  nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
                  expireAfter: 200h
                  requirements:
                  - {key: kubernetes.io/arch, operator: In, values: [amd64]}
              disruption:
                consolidationPolicy: WhenEmptyOrUnderutilized
                consolidateAfter: 0s
                budgets: [{nodes: "10%"}]
            """,
            result.Objects[0].Object
        );
        Same(
            """
            apiVersion: karpenter.k8s.aws/v1
            kind: EC2NodeClass
            metadata: {name: default}
            spec: {role: r, amiSelectorTerms: [{alias: al2@latest}], metadataOptions: {httpPutResponseHopLimit: 2}, kubelet: {maxPods: 42}}
            """,
            result.Objects[1].Object
        );
        Assert.Contains(result.Objects[0].Notes, note => note.Path == "spec.template.spec.expireAfter");
        Assert.All(result.Objects.SelectMany(each => each.Notes), note => Assert.NotEmpty(note.What));
    }

    [Theory]
    [InlineData(
        "disruption: {consolidationPolicy: WhenUnderutilized, consolidateAfter: Never}",
        "WhenEmptyOrUnderutilized",
        "Never",
        "720h"
    )]
    [InlineData(
        "disruption: {consolidationPolicy: WhenEmpty, consolidateAfter: 30s, expireAfter: Never}",
        "WhenEmpty",
        "30s",
        "Never"
    )]
    [InlineData("disruption: {consolidationPolicy: WhenEmpty}", "WhenEmpty", "Never", "720h")]
    [InlineData("disruption: {}", "WhenEmptyOrUnderutilized", "0s", "720h")]
    [InlineData("", "WhenEmptyOrUnderutilized", "0s", "720h")]
    public void What_was_meant_about_disruption_is_kept(string disruption, string policy, string after, string expiry)
    {
        var pool = ApiJson.Parse<NodePool>(Assert.Single(Convert(Pool(disruption)).Objects).Object.ToJsonString());
        Assert.Equal(policy, pool.Spec.Disruption!.ConsolidationPolicy);
        Assert.Equal(after, pool.Spec.Disruption.ConsolidateAfter.ToString());
        Assert.Equal(expiry, pool.Spec.Template.Spec.ExpireAfter.ToString());
        Assert.Equal("10%", Assert.Single(pool.Spec.Disruption.Budgets!).Nodes);
        Assert.Equal(
            ("karpenter.k8s.aws", "EC2NodeClass"),
            (pool.Spec.Template.Spec.NodeClassRef.Group, pool.Spec.Template.Spec.NodeClassRef.Kind)
        );
        Assert.Empty(NodePoolRules.Validate(pool, null));
    }

    [Fact]
    public void Budgets_that_were_given_stay_and_a_duration_nobody_can_read_is_a_fault()
    {
        var kept = Convert(Pool("disruption: {budgets: [{nodes: \"0\", schedule: \"@daily\", duration: 1h}]}"));
        Assert.Equal(
            """[{"nodes":"0","schedule":"@daily","duration":"1h"}]""",
            kept.Objects[0].Object["spec"]!["disruption"]!["budgets"]!.ToJsonString()
        );
        var fault = Assert.Single(Convert(Pool("disruption: {expireAfter: 1hfoo}")).Faults);
        Assert.Equal((0, "spec.disruption.expireAfter"), (fault.Source, fault.Path));
    }

    [Fact]
    public void Pools_that_disagree_about_the_kubelet_get_classes_of_their_own()
    {
        var other = OldPool.Replace("name: legacy", "name: other").Replace("maxPods: 42", "maxPods: 110");
        var silent = Pool("");
        var result = Convert(OldPool, other, silent, OldClass);
        var names = result
            .Objects.Take(3)
            .Select(each => each.Object["spec"]!["template"]!["spec"]!["nodeClassRef"]!["name"]!.GetValue<string>())
            .ToList();
        Assert.StartsWith("default-", names[0]);
        Assert.StartsWith("default-", names[1]);
        Assert.Equal("default", names[2]);
        Assert.NotEqual(names[0], names[1]);
        var classes = result
            .Objects.Skip(3)
            .ToDictionary(each => each.Object["metadata"]!["name"]!.GetValue<string>(), each => each.Object);
        Assert.Equal(42, classes[names[0]]["spec"]!["kubelet"]!["maxPods"]!.GetValue<int>());
        Assert.Equal(110, classes[names[1]]["spec"]!["kubelet"]!["maxPods"]!.GetValue<int>());
        Assert.Null(classes["default"]["spec"]!["kubelet"]);
        Assert.Equal(2, result.Objects.Count(each => each.Source == -1));
    }

    [Fact]
    public void Kubelet_settings_without_their_class_stay_in_the_annotation()
    {
        var pool = Assert.Single(Convert(OldPool).Objects);
        Assert.Equal(
            """{"maxPods":42}""",
            pool.Object["metadata"]!["annotations"]![
                "compatibility.karpenter.sh/v1beta1-kubelet-conversion"
            ]!.GetValue<string>()
        );
        Assert.Contains(pool.Notes, note => note.What.Contains("convert it together", StringComparison.Ordinal));
    }

    [Fact]
    public void A_provisioner_with_its_template_becomes_a_pool_with_its_class()
    {
        var result = Convert(
            """
            apiVersion: karpenter.sh/v1alpha5
            kind: Provisioner
            metadata: {name: default, annotations: {karpenter.sh/do-not-consolidate: "true"}}
            spec:
              labels: {team: a}
              requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]
              limits: {resources: {cpu: "100"}}
              providerRef: {name: default}
              consolidation: {enabled: true}
              ttlSecondsUntilExpired: 3600
              kubeletConfiguration: {maxPods: 20, containerRuntime: containerd}
            """,
            """
            apiVersion: karpenter.k8s.aws/v1alpha1
            kind: AWSNodeTemplate
            metadata: {name: default}
            spec: {subnetSelector: {karpenter.sh/discovery: "a,b"}, securityGroupSelector: {aws-ids: "sg-1, sg-2"}, amiFamily: Bottlerocket, instanceProfile: p}
            """
        );
        Assert.Empty(result.Faults);
        Same(
            """
            apiVersion: karpenter.sh/v1
            kind: NodePool
            metadata: {name: default, annotations: {karpenter.sh/do-not-disrupt: "true"}}
            spec:
              limits: {cpu: "100"}
              template:
                metadata: {labels: {team: a}}
                spec:
                  nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
                  expireAfter: 3600s
                  requirements:
                  - {key: karpenter.sh/capacity-type, operator: In, values: [spot]}
                  - {key: kubernetes.io/os, operator: In, values: [linux]}
                  - {key: kubernetes.io/arch, operator: In, values: [amd64]}
                  - {key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m, r]}
                  - {key: karpenter.k8s.aws/instance-generation, operator: Gt, values: ["2"]}
              disruption: {consolidationPolicy: WhenEmptyOrUnderutilized, consolidateAfter: 0s, budgets: [{nodes: "10%"}]}
            """,
            result.Objects[0].Object
        );
        Same(
            """
            apiVersion: karpenter.k8s.aws/v1
            kind: EC2NodeClass
            metadata: {name: default}
            spec:
              instanceProfile: p
              subnetSelectorTerms: [{tags: {karpenter.sh/discovery: a}}, {tags: {karpenter.sh/discovery: b}}]
              securityGroupSelectorTerms: [{id: sg-1}, {id: sg-2}]
              amiSelectorTerms: [{alias: bottlerocket@latest}]
              metadataOptions: {httpPutResponseHopLimit: 2}
              kubelet: {maxPods: 20}
            """,
            result.Objects[1].Object
        );
    }

    [Theory]
    [InlineData("ttlSecondsAfterEmpty: 30", "WhenEmpty", "30s", "Never")]
    [InlineData("ttlSecondsUntilExpired: 60", "WhenEmpty", "Never", "60s")]
    [InlineData("consolidation: {enabled: false}", "WhenEmpty", "Never", "Never")]
    public void The_clocks_of_a_provisioner_are_kept(string field, string policy, string after, string expiry)
    {
        var result = Convert(
            $"{{apiVersion: karpenter.sh/v1alpha5, kind: Provisioner, metadata: {{name: p}}, spec: {{provider: {{subnetSelector: {{a: b}}}}, {field}}}}}"
        );
        Assert.Equal(
            ["NodePool", "EC2NodeClass"],
            result.Objects.Select(each => each.Object["kind"]!.GetValue<string>())
        );
        var pool = ApiJson.Parse<NodePool>(result.Objects[0].Object.ToJsonString());
        Assert.Equal(
            (policy, after),
            (pool.Spec.Disruption!.ConsolidationPolicy, pool.Spec.Disruption.ConsolidateAfter.ToString())
        );
        Assert.Equal(expiry, pool.Spec.Template.Spec.ExpireAfter.ToString());
        Assert.Equal("p", pool.Spec.Template.Spec.NodeClassRef.Name);
    }

    [Theory]
    [InlineData(
        "{amiFamily: AL2023, amiSelectorTerms: [{id: ami-1}]}",
        """{"amiFamily":"AL2023","amiSelectorTerms":[{"id":"ami-1"}],"metadataOptions":{"httpPutResponseHopLimit":2}}"""
    )]
    [InlineData(
        "{amiFamily: Custom, metadataOptions: {httpPutResponseHopLimit: 1}}",
        """{"amiFamily":"Custom","metadataOptions":{"httpPutResponseHopLimit":1}}"""
    )]
    [InlineData("{}", """{"metadataOptions":{"httpPutResponseHopLimit":2},"amiFamily":"Custom"}""")]
    public void Image_families_keep_their_meaning(string spec, string expected)
    {
        var converted = Assert
            .Single(
                Convert(
                    $"{{apiVersion: karpenter.k8s.aws/v1beta1, kind: EC2NodeClass, metadata: {{name: a}}, spec: {spec}}}"
                ).Objects
            )
            .Object;
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(expected), converted["spec"]),
            converted["spec"]!.ToJsonString()
        );
    }

    [Fact]
    public void Ubuntu_asks_for_its_images_and_says_what_was_changed()
    {
        var converted = Assert.Single(
            Convert(
                "{apiVersion: karpenter.k8s.aws/v1beta1, kind: EC2NodeClass, metadata: {name: a}, spec: {amiFamily: Ubuntu}}"
            ).Objects
        );
        Assert.Equal(
            "amiFamily,blockDeviceMappings,incompatible",
            converted.Object["metadata"]!["annotations"]![
                "compatibility.karpenter.k8s.aws/v1beta1-ubuntu"
            ]!.GetValue<string>()
        );
        Assert.Contains(converted.Notes, note => note.What.Contains("ami-placeholder", StringComparison.Ordinal));
    }

    [Fact]
    public void Converting_twice_changes_nothing_and_other_objects_pass_through()
    {
        var once = Convert(
            OldPool,
            OldClass,
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: y}}",
            "{apiVersion: karpenter.azure.com/v1alpha2, kind: AKSNodeClass, metadata: {name: a}, spec: {}}"
        );
        Assert.Empty(once.Objects[2].Notes);
        Assert.Equal("karpenter.azure.com/v1beta1", once.Objects[3].Object["apiVersion"]!.GetValue<string>());
        var twice = Migration.Convert([.. once.Objects.Select(each => each.Object)], NodeClassDefaults.Aws);
        Assert.Equal(once.Objects.Length, twice.Objects.Length);
        Assert.All(twice.Objects, each => Assert.Empty(each.Notes));
        Assert.All(
            once.Objects.Zip(twice.Objects),
            pair => Assert.True(JsonNode.DeepEquals(pair.First.Object, pair.Second.Object))
        );
    }

    [Fact]
    public void The_file_for_people_says_why_above_each_field_and_reads_back_to_the_same_objects()
    {
        var set = Convert(OldPool, OldClass);
        var text = ConvertedText.Of(set);
        Assert.Contains("      # moved here from spec.disruption\n      expireAfter: 200h\n", text);
        Assert.Contains("# spec.template.spec.kubelet: belongs to the node class now\n", text);
        Assert.Contains("---\n", text);
        var read = YamlText.Parse(text);
        Assert.All(
            set.Objects.Zip(read),
            pair => Assert.True(JsonNode.DeepEquals(pair.First.Object, pair.Second.Value), text)
        );
        Assert.DoesNotContain(
            "#",
            ConvertedText.Of(Migration.Convert([.. set.Objects.Select(each => each.Object)], NodeClassDefaults.Aws))
        );
    }

    [Fact]
    public void A_claim_takes_the_expiry_of_its_pool()
    {
        const string Claim = """
            {apiVersion: karpenter.sh/v1beta1, kind: NodeClaim, metadata: {name: c, labels: {karpenter.sh/nodepool: legacy}},
             spec: {nodeClassRef: {name: default}, requirements: []}}
            """;
        Assert.Equal("200h", Convert(OldPool, Claim).Objects[1].Object["spec"]!["expireAfter"]!.GetValue<string>());
        Assert.Equal("720h", Convert(Claim).Objects[0].Object["spec"]!["expireAfter"]!.GetValue<string>());
    }

    [Fact]
    public void What_comes_out_passes_the_rules_of_the_definition()
    {
        var rules = SchemaRules.Compile(CustomResources.NodePool.Spec.Versions[0].Schema!.OpenApiV3Schema!, out _);
        foreach (
            var old in (string[])
                [
                    OldPool,
                    Pool("disruption: {consolidationPolicy: WhenEmpty, consolidateAfter: 30s}"),
                    Pool("weight: 3"),
                ]
        )
            Assert.Empty(rules.Check(Convert(old).Objects[0].Object, null));
    }

    [Fact]
    public void The_webhook_goes_up_and_down_again_without_loss_of_what_it_keeps()
    {
        var old = Object(OldPool);
        var up = WebhookConversion.Convert(old, "karpenter.sh/v1", NodeClassDefaults.Aws, _ => null, out var fault);
        Assert.Null(fault);
        Assert.Equal("[]", up!["spec"]!["disruption"]!["budgets"]!.ToJsonString());
        Assert.Equal("0s", up["spec"]!["disruption"]!["consolidateAfter"]!.GetValue<string>());
        var down = WebhookConversion.Convert(up, "karpenter.sh/v1beta1", NodeClassDefaults.Aws, _ => null, out fault);
        Assert.Null(fault);
        ((JsonObject)old["spec"]!["template"]!["spec"]!).Remove("resources");
        ((JsonObject)down!["spec"]!["disruption"]!).Remove("budgets");
        Same(old.ToJsonString(), down);
        WebhookConversion.Convert(old, "karpenter.sh/v2", NodeClassDefaults.Aws, _ => null, out fault);
        Assert.Contains("cannot be converted", fault);
    }

    [Fact]
    public void The_webhook_gives_a_claim_its_pools_expiry()
    {
        var claim = Object(
            "{apiVersion: karpenter.sh/v1beta1, kind: NodeClaim, metadata: {labels: {karpenter.sh/nodepool: p}}, spec: {nodeClassRef: {name: d}}}"
        );
        var up = WebhookConversion.Convert(
            claim,
            "karpenter.sh/v1",
            NodeClassDefaults.Kwok,
            name => name == "p" ? "5h" : null,
            out _
        );
        Assert.Equal("5h", up!["spec"]!["expireAfter"]!.GetValue<string>());
        Assert.Equal("KWOKNodeClass", up["spec"]!["nodeClassRef"]!["kind"]!.GetValue<string>());
    }

    private static string Pool(string more) =>
        $$"""
            apiVersion: karpenter.sh/v1beta1
            kind: NodePool
            metadata: {name: p}
            spec:
              template:
                spec: {nodeClassRef: {name: default}, requirements: []}
              {{more}}
            """;

    private static ConvertedSet Convert(params string[] texts) =>
        Migration.Convert([.. texts.Select(Object)], NodeClassDefaults.Aws);

    private static JsonObject Object(string yaml)
    {
        var document = Assert.Single(YamlText.Parse(yaml));
        Assert.Null(document.Error);
        return (JsonObject)document.Value!;
    }

    /// <summary>The same object, whatever the order of its fields.</summary>
    private static void Same(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(Object(expected), actual), YamlWriter.Write(actual));
}

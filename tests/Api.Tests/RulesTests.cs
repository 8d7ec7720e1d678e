using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api.Autoscaling;
using Tenon.Api.Cel;
using Tenon.Api.Core;
using Tenon.Api.Extensions;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Api.Schemas;
using Tenon.Foundation.Random;

namespace Tenon.Api.Tests;

public sealed class RulesTests
{
    private static readonly NodePool Sound = new()
    {
        Metadata = new ObjectMeta { Name = "default" },
        Spec = new NodePoolSpec
        {
            Template = new NodeClaimTemplate
            {
                Spec = new NodeClaimTemplateSpec
                {
                    NodeClassRef = new NodeClassReference
                    {
                        Group = "karpenter.kwok.sh",
                        Kind = "KWOKNodeClass",
                        Name = "default",
                    },
                    Requirements =
                    [
                        new()
                        {
                            Key = WellKnownLabels.CapacityType,
                            Operator = "In",
                            Values = ["spot", "on-demand"],
                        },
                    ],
                },
            },
        },
    };

    [Fact]
    public void A_bare_pool_gets_the_defaults_of_the_schema()
    {
        var pool = NodePoolRules.Default(Sound);
        Assert.Equal("720h", pool.Spec.Template.Spec.ExpireAfter.ToString());
        Assert.Equal("0s", pool.Spec.Disruption!.ConsolidateAfter.ToString());
        Assert.Equal("WhenEmptyOrUnderutilized", pool.Spec.Disruption.ConsolidationPolicy);
        Assert.Equal("10%", Assert.Single(pool.Spec.Disruption.Budgets!).Nodes);
        Assert.Empty(NodePoolRules.Validate(pool, null));
        Assert.Empty(
            NodePoolRules
                .Default(Pool(spec => spec with { Disruption = new() { Budgets = [] } }))
                .Spec.Disruption!.Budgets!
        );
        Assert.Equal(
            "10%",
            NodePoolRules
                .Default(Pool(spec => spec with { Disruption = new() { Budgets = [new()] } }))
                .Spec.Disruption!.Budgets![0]
                .Nodes
        );
        Assert.Equal(
            CapacityBufferRules.ActiveCapacity,
            CapacityBufferRules.Default(new CapacityBuffer()).Spec.ProvisioningStrategy
        );
        Assert.Equal("720h", NodeClaimRules.Default(new NodeClaim()).Spec.ExpireAfter.ToString());
    }

    public static TheoryData<string, NodePool, NodePool?> Broken() =>
        new()
        {
            { "NP-1: spec", Pool(spec => spec with { Replicas = 1 }), Sound },
            { "NP-2: spec", Pool(spec => spec with { Replicas = 1, Limits = ResourceList.Parse(("cpu", "1")) }), null },
            { "NP-3: spec", Pool(spec => spec with { Replicas = 1, Weight = 5 }), null },
            { "NP-4: spec.template.metadata.labels", Labelled("fookarpenter.sh/x"), null },
            { "NP-4: spec.template.metadata.labels", Labelled("karpenter.sh"), null },
            { "NP-5: spec.template.metadata.labels", Labelled("karpenter.sh/nodepool"), null },
            { "NP-6: spec.template.metadata.labels", Labelled("kubernetes.io/hostname"), null },
            {
                "NP-7: spec.template.spec.requirements[0].key",
                Requiring(new() { Key = "karpenter.sh/nodepool", Operator = "Exists" }),
                null
            },
            {
                "NP-7: spec.template.spec.requirements[0].key",
                Requiring(new() { Key = "karpenter.sh/custom", Operator = "Exists" }),
                null
            },
            { "NP-8: spec.template.spec.requirements", Requiring(new() { Key = "a", Operator = "In" }), null },
            {
                "NP-9: spec.template.spec.requirements",
                Requiring(
                    new()
                    {
                        Key = "a",
                        Operator = "Gt",
                        Values = ["-1"],
                    }
                ),
                null
            },
            {
                "NP-9: spec.template.spec.requirements",
                Requiring(
                    new()
                    {
                        Key = "a",
                        Operator = "Lte",
                        Values = ["1", "2"],
                    }
                ),
                null
            },
            {
                "NP-10: spec.template.spec.requirements",
                Requiring(
                    new()
                    {
                        Key = "a",
                        Operator = "In",
                        Values = ["1"],
                        MinValues = 2,
                    }
                ),
                null
            },
            {
                "NP-11: spec.template.spec.nodeClassRef",
                Referring(
                    new()
                    {
                        Group = "other",
                        Kind = "KWOKNodeClass",
                        Name = "x",
                    }
                ),
                Sound
            },
            {
                "NP-11: spec.template.spec.nodeClassRef",
                Referring(
                    new()
                    {
                        Group = "karpenter.kwok.sh",
                        Kind = "Other",
                        Name = "x",
                    }
                ),
                Sound
            },
            { "NP-12: spec.template.spec.nodeClassRef.name", Referring(new() { Group = "a", Kind = "B" }), null },
            {
                "NP-13: spec.disruption.budgets",
                Pool(spec => spec with { Disruption = new() { Budgets = [new() { Schedule = "@daily" }] } }),
                null
            },
        };

    [Theory, MemberData(nameof(Broken))]
    public void A_pool_that_breaks_a_rule_is_refused_at_that_field(string rule, NodePool pool, NodePool? old) =>
        Assert.Equal(
            rule[(rule.IndexOf(' ', StringComparison.Ordinal) + 1)..],
            Assert.Single(NodePoolRules.Validate(pool, old)).Path
        );

    [Fact]
    public void A_node_classes_name_may_change_and_a_static_pool_may_limit_its_nodes()
    {
        Assert.Empty(
            NodePoolRules.Validate(Referring(Sound.Spec.Template.Spec.NodeClassRef with { Name = "other" }), Sound)
        );
        Assert.Empty(
            NodePoolRules.Validate(
                Pool(spec => spec with { Replicas = 1, Limits = ResourceList.Parse(("nodes", "3")) }),
                null
            )
        );
    }

    [Fact]
    public void What_only_the_controller_checks_is_said_in_upstreams_words()
    {
        Assert.Empty(NodePoolRules.Check(Sound, LabelVocabulary.Core));
        Check("invalid key name \"a b\" in labels, \"name part must consist of", Labelled("a b"));
        Check("invalid value: -x for label[a], a valid label must be", Labelled("a", "-x"));
        Check("invalid key name \"karpenter.sh/nodepool\" in labels, restricted", Labelled("karpenter.sh/nodepool"));
        Check(
            "invalid value: no valid values found in [x y] for karpenter.sh/capacity-type, expected one of: map[on-demand:{} reserved:{} spot:{}], got: [x y] in requirements, restricted",
            Requiring(
                new()
                {
                    Key = WellKnownLabels.CapacityType,
                    Operator = "In",
                    Values = ["x", "y"],
                }
            )
        );
        Check(
            "not enough valid values found in [spot x] for karpenter.sh/capacity-type, expected at least 2 valid values from: [on-demand reserved spot], got: 1",
            Requiring(
                new()
                {
                    Key = WellKnownLabels.CapacityType,
                    Operator = "In",
                    Values = ["spot", "x"],
                    MinValues = 2,
                }
            )
        );
        Check(
            "key a has an unsupported operator Near not in [DoesNotExist Exists Gt Gte In Lt Lte NotIn]",
            Requiring(new() { Key = "a", Operator = "Near" })
        );
        Check(
            "using label sub.karpenter.sh/x is not allowed as it might interfere with the internal provisioning logic; specify a well known label: [karpenter.sh/capacity-type ",
            Requiring(new() { Key = "sub.karpenter.sh/x", Operator = "Exists" })
        );
        Check(
            "or a custom label that does not use a restricted domain: [karpenter.sh]",
            Requiring(new() { Key = "kubernetes.io/hostname", Operator = "Exists" })
        );
        Check("key a with operator In must have a value defined", Requiring(new() { Key = "a", Operator = "In" }));
        Check(
            "key a with operator Gt must have a single positive integer value",
            Requiring(
                new()
                {
                    Key = "a",
                    Operator = "Gt",
                    Values = ["x"],
                }
            )
        );
        Check(
            "invalid key: \"karpenter.sh/nodepool\" in requirements, restricted",
            Requiring(new() { Key = WellKnownLabels.NodePool, Operator = "Exists" })
        );
        Check(
            "duplicate taint Key/Effect pair a=NoSchedule",
            Tainted(
                [new() { Key = "a", Effect = "NoSchedule" }],
                [
                    new()
                    {
                        Key = "a",
                        Value = "other",
                        Effect = "NoSchedule",
                    },
                ]
            )
        );
        Check("invalid value: \"Never\" in startupTaints", Tainted([], [new() { Key = "a", Effect = "Never" }]));
    }

    [Fact]
    public void Old_label_names_are_read_as_the_new_ones_and_a_mixed_capacity_type_passes()
    {
        Assert.Empty(
            NodePoolRules.Check(
                Requiring(
                    new()
                    {
                        Key = "beta.kubernetes.io/arch",
                        Operator = "In",
                        Values = ["arm64"],
                    }
                ),
                LabelVocabulary.Core
            )
        );
        Assert.Empty(
            NodePoolRules.Check(
                Requiring(
                    new()
                    {
                        Key = WellKnownLabels.CapacityType,
                        Operator = "In",
                        Values = ["spot", "x"],
                    }
                ),
                LabelVocabulary.Core
            )
        );
        Assert.Empty(
            NodePoolRules.Check(
                Requiring(new() { Key = "fookarpenter.sh/x", Operator = "Exists" }),
                LabelVocabulary.Core
            )
        );
        Assert.Empty(
            NodePoolRules.Check(
                Requiring(new() { Key = WellKnownLabels.KwokInstanceCpu, Operator = "Exists" }),
                LabelVocabulary.Kwok
            )
        );
        Assert.NotEmpty(
            NodePoolRules.Check(
                Requiring(new() { Key = "karpenter.kwok.sh/other", Operator = "Exists" }),
                LabelVocabulary.Kwok
            )
        );
    }

    [Fact]
    public void Claims_are_fixed_and_may_name_their_pool()
    {
        var claim = new NodeClaim
        {
            Spec = new NodeClaimSpec
            {
                NodeClassRef = Sound.Spec.Template.Spec.NodeClassRef,
                Requirements =
                [
                    new()
                    {
                        Key = WellKnownLabels.NodePool,
                        Operator = "In",
                        Values = ["a"],
                    },
                ],
            },
        };
        Assert.Empty(NodeClaimRules.Validate(claim, claim with { Status = new NodeClaimStatus { NodeName = "x" } }));
        Assert.Equal(
            "spec",
            Assert.Single(NodeClaimRules.Validate(claim, claim with { Spec = claim.Spec with { Taints = [] } })).Path
        );
    }

    [Fact]
    public void Overlays_and_buffers_are_checked()
    {
        Assert.Empty(
            NodeOverlayRules.Validate(
                new NodeOverlay
                {
                    Spec = new() { Price = "0.5", Weight = 10_000 },
                }
            )
        );
        foreach (var good in (string[])["+0.5", "-43", "+150%", "-10%", "-100%", "-.5"])
            Assert.Empty(NodeOverlayRules.Validate(new NodeOverlay { Spec = new() { PriceAdjustment = good } }));
        foreach (var bad in (string[])["0.5", "-150%", "+", "5%", "+5%%", "-5.%"])
            Assert.Equal(
                "spec.priceAdjustment",
                Assert
                    .Single(NodeOverlayRules.Validate(new NodeOverlay { Spec = new() { PriceAdjustment = bad } }))
                    .Path
            );
        Assert.Equal(
            "spec",
            Assert
                .Single(
                    NodeOverlayRules.Validate(
                        new NodeOverlay
                        {
                            Spec = new() { Price = "1", PriceAdjustment = "+1" },
                        }
                    )
                )
                .Path
        );
        Assert.Equal(
            "spec.capacity",
            Assert
                .Single(
                    NodeOverlayRules.Validate(
                        new NodeOverlay { Spec = new() { Capacity = ResourceList.Parse(("cpu", "1")) } }
                    )
                )
                .Path
        );
        Assert.Equal(
            ["invalid capacity: pods in resource, restricted"],
            NodeOverlayRules.Check(
                new NodeOverlay { Spec = new() { Capacity = ResourceList.Parse(("pods", "1"), ("x/y", "1")) } },
                LabelVocabulary.Core
            )
        );
        Assert.Equal(
            "spec",
            Assert
                .Single(
                    CapacityBufferRules.Validate(
                        new CapacityBuffer { Spec = new() { PodTemplateRef = new() { Name = "a" } } }
                    )
                )
                .Path
        );
        Assert.Empty(
            CapacityBufferRules.Validate(
                new CapacityBuffer
                {
                    Spec = new()
                    {
                        PodTemplateRef = new() { Name = "a" },
                        Replicas = 0,
                    },
                }
            )
        );
        Assert.Empty(CapacityBufferRules.Validate(new CapacityBuffer()));
    }

    [Fact]
    public void Heavier_pools_come_first_and_equal_ones_by_name_backwards()
    {
        NodePool Named(string name, int? weight) =>
            Sound with
            {
                Metadata = new() { Name = name },
                Spec = Sound.Spec with { Weight = weight },
            };
        Assert.Equal(
            ["heavy", "light", "b", "a"],
            ((NodePool[])[Named("a", null), Named("light", 1), Named("b", null), Named("heavy", 9)])
                .Order(NodePoolRules.ByWeight)
                .Select(pool => pool.Metadata.Name)
        );
    }

    [Fact]
    public void The_rules_in_the_definition_and_the_rules_in_code_agree_on_random_pools()
    {
        var rules = SchemaRules.Compile(
            CustomResources.NodePool.Spec.Versions[0].Schema!.OpenApiV3Schema!,
            out var faults
        );
        Assert.Empty(faults);
        var dice = new Prng(42);
        var refused = 0;
        NodePool? old = null;
        for (var i = 0; i < 2_000; i++)
        {
            var pool = NodePoolRules.Default(RandomPool(dice));
            var before = dice.Chance(500_000) ? old : null;
            var byCel = rules
                .Check(Json(pool), before is null ? null : Json(before))
                .Select(error => error.Path)
                .ToHashSet();
            var byCode = NodePoolRules.Validate(pool, before).Select(error => error.Path).ToHashSet();
            Assert.True(
                byCel.SetEquals(byCode),
                $"CEL: {string.Join(' ', byCel)}\ncode: {string.Join(' ', byCode)}\n{ApiJson.WriteText(pool)}"
            );
            if (byCode.Count > 0)
                refused++;
            old = pool;
        }
        Assert.InRange(refused, 200, 1_900);
    }

    [Theory]
    [InlineData("nodeclaims.karpenter.sh")]
    [InlineData("nodeoverlays.karpenter.sh")]
    [InlineData("capacitybuffers.autoscaling.x-k8s.io")]
    [InlineData("kwoknodeclasses.karpenter.kwok.sh")]
    public void Every_rule_of_every_definition_compiles(string name)
    {
        SchemaRules.Compile(
            CustomResources.All.Single(each => each.Metadata.Name == name).Spec.Versions[0].Schema!.OpenApiV3Schema!,
            out var faults
        );
        Assert.Empty(faults);
    }

    private static NodePool RandomPool(Prng dice)
    {
        string[] keys =
        [
            "a",
            "karpenter.sh/capacity-type",
            "karpenter.sh/x",
            "xkarpenter.sh/y",
            "karpenter.sh/nodepool",
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
            "karpenter.kwok.sh/instance-cpu",
            "karpenter.kwok.sh/z",
            "example.com/b",
            "c",
            "d",
        ];
        string[] operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"];
        string[] values = ["1", "0", "-1", "x", "+5", "99"];
        string Key() => dice.Chance(700_000) ? keys[dice.Pick([0, 1, 6, 7, 9, 10, 11])] : dice.Pick(keys);
        List<string> Values() => [.. Enumerable.Range(0, dice.Next(4)).Select(_ => dice.Pick(values))];
        return Pool(spec =>
            spec with
            {
                Replicas = dice.Chance(300_000) ? dice.Next(5) : null,
                Weight = dice.Chance(300_000) ? dice.Next(1, 101) : null,
                Limits = dice.Chance(300_000)
                    ? ResourceList.From(
                        ((string[])["nodes", "cpu", "memory"])
                            .Take(dice.Next(3))
                            .Select(name => KeyValuePair.Create(name, Quantity.FromUnits(1)))
                    )
                    : null,
                Disruption = new Disruption
                {
                    Budgets =
                    [
                        .. Enumerable
                            .Range(0, dice.Next(3))
                            .Select(_ => new Budget
                            {
                                Nodes = dice.Next(100).ToString(CultureInfo.InvariantCulture),
                                Schedule = dice.Chance(300_000) ? "@daily" : null,
                                Duration = dice.Chance(300_000) ? GoDuration.Parse("1h") : null,
                            }),
                    ],
                },
                Template = new NodeClaimTemplate
                {
                    Metadata = new()
                    {
                        Labels = Enumerable
                            .Range(0, dice.Next(3))
                            .Select(_ => Key())
                            .Distinct()
                            .ToDictionary(key => key, _ => "v"),
                    },
                    Spec = spec.Template.Spec with
                    {
                        NodeClassRef = new()
                        {
                            Group =
                                dice.Chance(50_000) ? ""
                                : dice.Chance(100_000) ? "other"
                                : "g",
                            Kind = dice.Chance(50_000) ? "" : "K",
                            Name = dice.Pick(["a", "b"]),
                        },
                        Requirements =
                        [
                            .. Enumerable
                                .Range(0, dice.Next(4))
                                .Select(_ => new NodeRequirement
                                {
                                    Key = Key(),
                                    Operator = dice.Pick(operators),
                                    Values = Values(),
                                    MinValues = dice.Chance(300_000) ? dice.Next(1, 4) : null,
                                }),
                        ],
                    },
                },
            }
        );
    }

    private static JsonNode Json(NodePool pool) => JsonNode.Parse(ApiJson.WriteText(pool))!;

    private static void Check(string part, NodePool pool) =>
        Assert.Contains(part, NodePoolRules.Message(NodePoolRules.Check(pool, LabelVocabulary.Core)));

    private static NodePool Pool(Func<NodePoolSpec, NodePoolSpec> change) => Sound with { Spec = change(Sound.Spec) };

    private static NodePool Template(Func<NodeClaimTemplateSpec, NodeClaimTemplateSpec> change) =>
        Pool(spec => spec with { Template = spec.Template with { Spec = change(spec.Template.Spec) } });

    private static NodePool Requiring(NodeRequirement requirement) =>
        Template(spec => spec with { Requirements = [requirement] });

    private static NodePool Referring(NodeClassReference reference) =>
        Template(spec => spec with { NodeClassRef = reference });

    private static NodePool Tainted(IReadOnlyList<Taint> taints, IReadOnlyList<Taint> startupTaints) =>
        Template(spec => spec with { Taints = taints, StartupTaints = startupTaints });

    private static NodePool Labelled(string key, string value = "x") =>
        Pool(spec =>
            spec with
            {
                Template = spec.Template with
                {
                    Metadata = new() { Labels = new Dictionary<string, string> { [key] = value } },
                },
            }
        );
}

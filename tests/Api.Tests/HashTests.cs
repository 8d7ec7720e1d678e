using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Rules;

namespace Tenon.Api.Tests;

/// <summary>The numbers that fleets bought by Karpenter carry in their annotations.</summary>
public sealed class HashTests
{
    private static readonly NodeClaimTemplateSpec BaseSpec = new()
    {
        NodeClassRef = new NodeClassReference
        {
            Group = "karpenter.k8s.aws",
            Kind = "EC2NodeClass",
            Name = "default",
        },
        ExpireAfter = NillableDuration.Parse("720h"),
    };

    private static readonly Taint Gpu = new()
    {
        Key = "dedicated",
        Value = "gpu",
        Effect = "NoSchedule",
    };
    private static readonly Taint Init = new()
    {
        Key = "example.com/init",
        Value = "true",
        Effect = "NoSchedule",
    };
    private static readonly Taint Bare = new() { Key = "a", Effect = "NoExecute" };

    [Fact]
    public void Primitive_values_hash_as_fnv_1()
    {
        Assert.Equal(14695981039346656037UL, StructHash.Text(""));
        Assert.Equal(12638153115695167422UL, StructHash.Text("a"));
        Assert.Equal(17307646073972311821UL, StructHash.Text("NodeClaimTemplate"));
    }

    [Fact]
    public void The_base_template_and_its_expiry_hash_as_upstream()
    {
        Same("6821555240594823858", BaseSpec);
        Same("6821555240594823858", BaseSpec with { ExpireAfter = NillableDuration.Parse("43200m") });
        Same("17369979337536258260", BaseSpec with { ExpireAfter = NillableDuration.Never });
        Same("15640125381500602090", BaseSpec with { ExpireAfter = NillableDuration.Parse("0s") });
        Same("14948894070871102041", BaseSpec with { TerminationGracePeriod = GoDuration.Parse("1h") });
        Same("10356118934572431967", BaseSpec with { TerminationGracePeriod = GoDuration.Parse("0s") });
    }

    [Fact]
    public void Labels_and_annotations_hash_as_upstream_and_empty_ones_count()
    {
        Same("1617844334411263980", BaseSpec, new() { Labels = new Dictionary<string, string> { ["team"] = "a" } });
        Same(
            "5627087481429355208",
            BaseSpec,
            new()
            {
                Labels = new Dictionary<string, string> { ["team"] = "a", ["env"] = "prod" },
                Annotations = new Dictionary<string, string> { ["example.com/owner"] = "me" },
            }
        );
        Same("1287117484082965808", BaseSpec, new() { Labels = new Dictionary<string, string>() });
    }

    [Fact]
    public void Taints_hash_as_upstream_in_any_order_and_an_empty_list_counts()
    {
        Same("13579916569126205748", BaseSpec with { Taints = [Gpu] });
        Same("317083258640840573", BaseSpec with { Taints = [Gpu, Bare] });
        Same("317083258640840573", BaseSpec with { Taints = [Bare, Gpu] });
        Same("17700736223175069915", BaseSpec with { Taints = [] });
        Same("7015868040280707106", BaseSpec with { StartupTaints = [Init] });
    }

    [Fact]
    public void Other_node_classes_and_everything_together_hash_as_upstream()
    {
        Same(
            "12745407319442031341",
            BaseSpec with
            {
                NodeClassRef = new()
                {
                    Group = "karpenter.kwok.sh",
                    Kind = "KWOKNodeClass",
                    Name = "default",
                },
            }
        );
        Same(
            "10684441112471014376",
            BaseSpec with
            {
                NodeClassRef = new()
                {
                    Group = "karpenter.azure.com",
                    Kind = "AKSNodeClass",
                    Name = "default",
                },
            }
        );
        Same(
            "2052084497405707472",
            BaseSpec with
            {
                ExpireAfter = NillableDuration.Parse("168h"),
                TerminationGracePeriod = GoDuration.Parse("30m"),
                Taints = [Gpu],
                StartupTaints = [Init],
            },
            new()
            {
                Labels = new Dictionary<string, string> { ["team"] = "a" },
                Annotations = new Dictionary<string, string> { ["example.com/owner"] = "me" },
            }
        );
    }

    [Fact]
    public void Requirements_limits_weight_and_disruption_do_not_count()
    {
        var pool = Pool(BaseSpec with { Requirements = [new() { Key = "a", Operator = "Exists" }] });
        pool = pool with
        {
            Spec = pool.Spec with { Weight = 5, Limits = ResourceList.Parse(("cpu", "1")), Disruption = new() },
        };
        Assert.Equal("6821555240594823858", NodePoolHash.Of(pool));
    }

    private static void Same(string expected, NodeClaimTemplateSpec spec, NodeClaimTemplateMeta? meta = null) =>
        Assert.Equal(expected, NodePoolHash.Of(Pool(spec, meta)));

    private static NodePool Pool(NodeClaimTemplateSpec spec, NodeClaimTemplateMeta? meta = null) =>
        new()
        {
            Spec = new NodePoolSpec
            {
                Template = new NodeClaimTemplate { Metadata = meta ?? new(), Spec = spec },
            },
        };
}

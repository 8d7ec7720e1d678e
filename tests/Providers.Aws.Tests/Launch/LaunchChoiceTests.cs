using Tenon.Api.Karpenter;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Providers.Aws.Launch;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Tests.Launch;

public sealed class LaunchChoiceTests
{
    private static readonly LabelSet WellKnown = LabelSet.WellKnown.With(Ec2Labels.All);

    private static InstanceType Type(string name, params (string CapacityType, long Micros)[] prices)
    {
        var pool = new RequirementPool();
        var facts = Ec2Facts.Find(name)!;
        return new InstanceType
        {
            Name = name,
            Requirements = RequirementSet.Of([
                .. Ec2Shape.Labels(facts, "us-west-2", pool),
                pool.In("topology.kubernetes.io/zone", "a"),
                pool.In("karpenter.sh/capacity-type", [.. prices.Select(it => it.CapacityType)]),
            ]),
            Capacity = Ec2Shape.Capacity(facts, Ec2Shape.Settings.Default),
            Overhead = Ec2Shape.Overhead(facts, Ec2Shape.Settings.Default),
            Offerings =
            [
                .. prices.Select(it => new Offering
                {
                    Requirements = RequirementSet.Of(
                        pool.In("topology.kubernetes.io/zone", "a"),
                        pool.In("karpenter.sh/capacity-type", it.CapacityType)
                    ),
                    Price = new HourlyPrice(it.Micros),
                    Available = true,
                }),
            ],
        };
    }

    private static NodeClaim Claim(int? minValues = null, params string[] capacityTypes) =>
        new()
        {
            Spec = new NodeClaimSpec
            {
                Requirements =
                [
                    new NodeRequirement
                    {
                        Key = "karpenter.sh/capacity-type",
                        Operator = "In",
                        Values = capacityTypes,
                    },
                    new NodeRequirement
                    {
                        Key = "node.kubernetes.io/instance-type",
                        Operator = "Exists",
                        Values = [],
                        MinValues = minValues,
                    },
                ],
            },
        };

    private static LaunchChoice? Choose(NodeClaim claim, bool strict, params InstanceType[] types) =>
        LaunchChoices.For(claim, [.. types], WellKnown, strict);

    [Fact]
    public void Bare_metal_and_accelerators_are_bought_only_for_want_of_anything_else()
    {
        var (plain, metal, gpu) = (
            Type("m5.large", ("on-demand", 96_000)),
            Type("m5.metal", ("on-demand", 10)),
            Type("g4dn.xlarge", ("on-demand", 20))
        );
        Assert.Equal(
            ["m5.large"],
            Choose(Claim(null, "on-demand"), true, plain, metal, gpu)!.Types.Select(type => type.Name)
        );
        Assert.Equal(
            ["m5.metal", "g4dn.xlarge"],
            Choose(Claim(null, "on-demand"), true, metal, gpu)!.Types.Select(type => type.Name)
        );
    }

    [Fact]
    public void Spot_that_costs_more_than_the_cheapest_on_demand_machine_is_left_out()
    {
        var choice = Choose(
            Claim(null, "on-demand", "spot"),
            true,
            Type("m5.large", ("on-demand", 96_000), ("spot", 30_000)),
            Type("m5.4xlarge", ("spot", 200_000))
        )!;
        Assert.Equal("spot", choice.CapacityType);
        Assert.Equal(["m5.large"], choice.Types.Select(type => type.Name));
    }

    [Fact]
    public void The_capacity_type_is_the_first_that_can_be_had()
    {
        var type = Type("m5.large", ("on-demand", 96_000), ("spot", 30_000));
        Assert.Equal("spot", Choose(Claim(null, "on-demand", "spot"), true, type)!.CapacityType);
        Assert.Equal("on-demand", Choose(Claim(null, "on-demand"), true, type)!.CapacityType);
        Assert.Null(Choose(Claim(null, "reserved"), true, type));
    }

    [Fact]
    public void Only_the_sixty_cheapest_types_are_asked_for()
    {
        var types = Ec2Facts
            .Usable.Where(type => type is { BareMetal: false, GpuCount: null, AcceleratorCount: null })
            .Take(100)
            .Select((type, at) => Type(type.Name, ("on-demand", 1_000_000 - at)))
            .ToArray();
        var choice = Choose(Claim(null, "on-demand"), true, types)!;
        Assert.Equal(types.TakeLast(60).Select(type => type.Name), choice.Types.Select(type => type.Name).Reverse());
    }

    [Fact]
    public void Too_few_different_values_are_a_lack_of_capacity_unless_relaxed()
    {
        var types = new[] { Type("m5.large", ("on-demand", 1)), Type("c5.large", ("on-demand", 2)) };
        Assert.Null(Choose(Claim(3, "on-demand"), true, types));
        Assert.NotNull(Choose(Claim(3, "on-demand"), false, types));
        Assert.NotNull(Choose(Claim(2, "on-demand"), true, types));
    }
}

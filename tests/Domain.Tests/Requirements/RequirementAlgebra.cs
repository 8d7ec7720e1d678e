using Tenon.Domain.Requirements;

namespace Tenon.Domain.Tests.Requirements;

public sealed class RequirementAlgebra
{
    private static readonly string[] Probes =
    [
        "A",
        "B",
        "C",
        "-5",
        "0",
        "1",
        "2",
        "5",
        "8",
        "9",
        "10",
        "12",
        "19",
        "30",
        "x1",
    ];

    private static readonly Requirement[] Table =
    [
        Requirement.Exists("key"),
        Requirement.DoesNotExist("key"),
        Requirement.In("key", "A"),
        Requirement.In("key", "B"),
        Requirement.In("key", "A", "B"),
        Requirement.NotIn("key", "A"),
        Requirement.In("key", "1"),
        Requirement.In("key", "9"),
        Requirement.In("key", "1", "9"),
        Requirement.NotIn("key", "1", "2"),
        Requirement.Gt("key", 1),
        Requirement.Gt("key", 9),
        Requirement.Lt("key", 1),
        Requirement.Lt("key", 9),
    ];

    [Fact]
    public void Both_at_once_allow_exactly_what_each_allows()
    {
        foreach (var a in Table)
        foreach (var b in Table)
        foreach (var probe in Probes)
            Assert.True(a.Intersect(b).Has(probe) == (a.Has(probe) && b.Has(probe)), $"({a}) and ({b}) at {probe}");
    }

    [Fact]
    public void The_larger_minimum_survives_even_when_nothing_else_does()
    {
        foreach (var a in Table)
        foreach (var b in Table)
        {
            Assert.Equal(2, a.WithMinValues(2).Intersect(b).MinValues);
            Assert.Equal(3, a.WithMinValues(2).Intersect(b.WithMinValues(3)).MinValues);
            Assert.Equal(3, a.Intersect(b.WithMinValues(3)).MinValues);
        }
    }

    [Fact]
    public void Overlap_is_a_non_empty_intersection_except_that_two_complements_always_overlap()
    {
        foreach (var a in Table)
        foreach (var b in Table)
        {
            var both = a.Intersect(b);
            var expected = both.Operator != Operator.DoesNotExist;
            Assert.True(expected == a.Overlaps(b), $"({a}) and ({b})");
        }
    }

    [Theory]
    [InlineData("key NotIn [2] >=2")]
    public void Excluded_values_outside_the_bounds_are_forgotten(string expected) =>
        Assert.Equal(expected, Requirement.NotIn("key", "1", "2").Intersect(Requirement.Gt("key", 1)).ToString());

    [Fact]
    public void Rendering_names_operator_values_bounds_and_minimum()
    {
        Assert.Equal("n Exists >=4 <=8", Requirement.Gte("n", 4).Intersect(Requirement.Lte("n", 8)).ToString());
        Assert.Equal(
            "k In [a b c d e and 2 others]",
            Requirement.In("k", "g", "f", "e", "d", "c", "b", "a").ToString()
        );
        Assert.Equal("k DoesNotExist", Requirement.DoesNotExist("k").ToString());
        Assert.Equal("k In [a] minValues 2", Requirement.In("k", "a").WithMinValues(2).ToString());
        Assert.Equal("n Exists >=10", Requirement.NotIn("n", "1", "2").Intersect(Requirement.Gt("n", 9)).ToString());
    }

    [Fact]
    public void Bounds_are_inclusive_and_beyond_the_largest_integer_there_is_nothing()
    {
        Assert.True(Requirement.Gte("n", 4).Has("4"));
        Assert.False(Requirement.Gt("n", 4).Has("4"));
        Assert.True(Requirement.Lte("n", 4).Has("004"));
        Assert.False(Requirement.Gte("n", 4).Has("four"));
        Assert.Equal(Operator.DoesNotExist, Requirement.Gt("n", long.MaxValue).Operator);
        var overflowed = Requirement.From(
            "n",
            "Gt",
            [long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            2
        );
        Assert.Null(overflowed.MinValues);
    }

    [Fact]
    public void Any_value_is_a_member_and_within_bounds()
    {
        Assert.Equal("a", Requirement.In("k", "b", "a").AnyValue());
        Assert.Equal("5", Requirement.Gt("k", 4).AnyValue());
        Assert.Equal("1", Requirement.NotIn("k", "0").AnyValue());
        Assert.Equal("", Requirement.DoesNotExist("k").AnyValue());
        Assert.Equal("", Requirement.Lt("k", 0).AnyValue());
    }

    [Theory]
    [InlineData("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone")]
    [InlineData("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region")]
    [InlineData("beta.kubernetes.io/arch", "kubernetes.io/arch")]
    [InlineData("beta.kubernetes.io/os", "kubernetes.io/os")]
    [InlineData("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type")]
    public void Deprecated_keys_become_current_ones(string old, string current)
    {
        Assert.Equal(current, Requirement.In(old, "v").Key);
        Assert.Equal(current, Requirement.From(old, "Gt", ["1"], 3).Key);
        Assert.True(RequirementSet.FromLabels([new(old, "v")]).Has(current));
    }
}

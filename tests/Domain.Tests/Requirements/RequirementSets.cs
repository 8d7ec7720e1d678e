using Tenon.Domain.Requirements;

namespace Tenon.Domain.Tests.Requirements;

public sealed class RequirementSets
{
    private const string Zone = "topology.kubernetes.io/zone";
    private static readonly RequirementSet Nothing = RequirementSet.Empty;

    [Fact]
    public void A_key_nobody_defined_is_refused_unless_its_absence_would_do()
    {
        Assert.Equal(
            "label \"foo\" does not have known values",
            Nothing.Compatible(RequirementSet.Of(Requirement.In("foo", "a")), LabelSet.WellKnown)
        );
        Assert.NotNull(Nothing.Compatible(RequirementSet.Of(Requirement.Exists("foo")), LabelSet.WellKnown));
        Assert.NotNull(Nothing.Compatible(RequirementSet.Of(Requirement.Gt("foo", 1)), LabelSet.WellKnown));
        Assert.Null(Nothing.Compatible(RequirementSet.Of(Requirement.NotIn("foo", "a")), LabelSet.WellKnown));
        Assert.Null(Nothing.Compatible(RequirementSet.Of(Requirement.DoesNotExist("foo")), LabelSet.WellKnown));
    }

    [Fact]
    public void A_well_known_key_may_be_undefined_only_where_the_machine_does_not_exist_yet()
    {
        var zone = RequirementSet.Of(Requirement.In(Zone, "a"));
        Assert.Null(Nothing.Compatible(zone, LabelSet.WellKnown));
        Assert.NotNull(Nothing.Compatible(zone, LabelSet.None));
    }

    [Fact]
    public void A_conflict_names_the_key_and_both_sides()
    {
        var pool = RequirementSet.Of(Requirement.In(Zone, "zone-1", "zone-2"));
        Assert.Equal(
            $"key {Zone}, {Zone} In [zone-9] not in {Zone} In [zone-1 zone-2]",
            pool.Compatible(RequirementSet.Of(Requirement.In(Zone, "zone-9")), LabelSet.WellKnown)
        );
    }

    [Fact]
    public void Two_requirements_that_tolerate_absence_agree()
    {
        foreach (var a in new[] { Requirement.NotIn("k", "a"), Requirement.DoesNotExist("k") })
        foreach (var b in new[] { Requirement.NotIn("k", "b"), Requirement.DoesNotExist("k") })
            Assert.Null(RequirementSet.Of(a).Compatible(RequirementSet.Of(b), LabelSet.None));
        Assert.NotNull(
            RequirementSet
                .Of(Requirement.DoesNotExist("k"))
                .Compatible(RequirementSet.Of(Requirement.Exists("k")), LabelSet.None)
        );
    }

    [Theory]
    [InlineData("zone", Zone)]
    [InlineData("topology.foo.io/zone", Zone)]
    [InlineData("kubernetes.io/zone", Zone)]
    public void A_misspelt_well_known_label_is_hinted_at(string wrong, string right) =>
        Assert.Equal(
            $"label \"{wrong}\" does not have known values (typo of \"{right}\"?)",
            Nothing.Compatible(RequirementSet.Of(Requirement.In(wrong, "a")), LabelSet.WellKnown)
        );

    [Fact]
    public void An_existing_custom_key_can_be_hinted_at() =>
        Assert.Contains(
            "(typo of \"example.com/team\"?)",
            RequirementSet
                .Of(Requirement.In("example.com/team", "x"))
                .Compatible(RequirementSet.Of(Requirement.In("team", "x")), LabelSet.None),
            StringComparison.Ordinal
        );

    [Fact]
    public void Rendering_is_sorted_and_hides_the_hostname() =>
        Assert.Equal(
            "a In [1], b Exists",
            RequirementSet
                .Of(Requirement.Exists("b"), Requirement.In("kubernetes.io/hostname", "h"), Requirement.In("a", "1"))
                .ToString()
        );

    [Fact]
    public void Two_bounds_are_written_as_two_entries_with_the_minimum_on_both()
    {
        var set = RequirementSet.Of(Requirement.Gte("n", 2), Requirement.Lte("n", 9).WithMinValues(3));
        var wire = NodeRequirements.ToWire(set);
        Assert.Equal(["Gte", "Lte"], wire.Select(it => it.Operator));
        Assert.All(wire, it => Assert.Equal(3, it.MinValues));
    }
}

using Tenon.Api.Karpenter;

namespace Tenon.Domain.Requirements;

/// <summary>Between the algebra and the requirements written on pools and claims.</summary>
public static class NodeRequirements
{
    public static RequirementSet From(IEnumerable<NodeRequirement> wire) =>
        RequirementSet.Of(wire.Select(it => Requirement.From(it.Key, it.Operator, it.Values, it.MinValues)));

    /// <summary>
    /// In key order. Two bounds become two entries, each with the minimum of distinct values; as upstream, values
    /// excluded besides a bound cannot be written and are lost.
    /// </summary>
    public static IReadOnlyList<NodeRequirement> ToWire(RequirementSet set)
    {
        var wire = new List<NodeRequirement>(set.Count);
        foreach (var member in set)
        {
            if (member.AtLeast is { } gte)
                wire.Add(Entry(member, "Gte", [Text(gte)]));
            if (member.AtMost is { } lte)
                wire.Add(Entry(member, "Lte", [Text(lte)]));
            if (member.AtLeast is null && member.AtMost is null)
                wire.Add(Entry(member, member.Operator.ToString(), member.Values));
        }
        return wire;
    }

    private static NodeRequirement Entry(Requirement member, string @operator, IReadOnlyList<string> values) =>
        new()
        {
            Key = member.Key,
            Operator = @operator,
            Values = values,
            MinValues = member.MinValues,
        };

    private static string Text(long bound) => bound.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

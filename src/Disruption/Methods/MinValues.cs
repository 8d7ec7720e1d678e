using System.Collections.Immutable;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;

namespace Tenon.Disruption.Methods;

/// <summary>Whether a list of types offers as many distinct values as a pool's <c>minValues</c> ask for.</summary>
public static class MinValues
{
    /// <summary>
    /// How many types from the front suffice; an error in upstream's words when all of them do not. An empty list asks
    /// for nothing.
    /// </summary>
    public static (int Count, string? Error) Needed(ImmutableArray<InstanceType> types, RequirementSet requirements)
    {
        if (types.IsEmpty || !requirements.HasMinValues)
            return (0, null);
        var wanted = new SortedDictionary<string, (int Minimum, HashSet<string> Seen)>(StringComparer.Ordinal);
        foreach (var member in requirements)
            if (member.MinValues is { } minimum)
                wanted[member.Key] = (minimum, new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < types.Length; i++)
        {
            foreach (var (key, (_, seen)) in wanted)
                seen.UnionWith(types[i].Requirements.Of(key).Values);
            if (wanted.Values.All(static it => it.Seen.Count >= it.Minimum))
                return (i + 1, null);
        }
        var missing = wanted.Where(static it => it.Value.Seen.Count < it.Value.Minimum).Select(static it => it.Key);
        return (
            types.Length,
            $"minValues requirement is not met for label(s) (label(s)=[{string.Join(' ', missing)}])"
        );
    }
}

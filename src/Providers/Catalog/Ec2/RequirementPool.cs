using Tenon.Domain.Requirements;

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// Thousands of types say few different things about themselves. One object for each of them saves most of the memory
/// and the time of making a catalogue. Made for one catalogue and let go with it; not for concurrent use.
/// </summary>
public sealed class RequirementPool
{
    private readonly Dictionary<(string Key, string Values), Requirement> _known = [];

    public Requirement In(string key, params IReadOnlyList<string> values)
    {
        var name = (key, values.Count == 1 ? values[0] : string.Join('\n', values));
        if (!_known.TryGetValue(name, out var known))
            _known.Add(name, known = Requirement.In(key, values));
        return known;
    }

    public Requirement None(string key)
    {
        // No label value contains a line break, so this name is nobody else's.
        if (!_known.TryGetValue((key, "\n"), out var known))
            _known.Add((key, "\n"), known = Requirement.DoesNotExist(key));
        return known;
    }

    /// <summary>DoesNotExist where nothing is known.</summary>
    public Requirement Known(string key, string? value) => value is null ? None(key) : In(key, value);

    public Requirement Known(string key, long? value) =>
        Known(key, value is { } number ? Ec2TypeFacts.Text(number) : null);
}

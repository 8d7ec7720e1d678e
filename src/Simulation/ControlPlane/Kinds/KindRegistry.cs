using System.Diagnostics.CodeAnalysis;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>
/// Every kind served now, in the order discovery lists them: built-in ones as declared, then custom ones by name.
/// </summary>
internal sealed class KindRegistry
{
    private readonly List<ApiKind> _all = [];
    private readonly Dictionary<(string Group, string Version, string Plural), ApiKind> _byPlural = [];

    /// <summary>
    /// Counts changes, so that what is derived from the kinds (discovery, OpenAPI) can be kept until the next one.
    /// </summary>
    public long Version { get; private set; }

    public IReadOnlyList<ApiKind> All => _all;

    public bool TryFind(string group, string version, string plural, [MaybeNullWhen(false)] out ApiKind kind) =>
        _byPlural.TryGetValue((group, version, plural), out kind);

    public ApiKind? OfKind(string group, string version, string kindName) =>
        _all.Find(kind => kind.Type.Kind == kindName && kind.Type.Group == group && kind.Type.Version == version);

    public void Add(ApiKind kind)
    {
        _byPlural[(kind.Type.Group, kind.Type.Version, kind.Type.Plural)] = kind;
        _all.RemoveAll(other =>
            other.Type.Group == kind.Type.Group
            && other.Type.Version == kind.Type.Version
            && other.Type.Plural == kind.Type.Plural
        );
        if (!kind.IsCustom)
            _all.Add(kind);
        else
        {
            var at = _all.FindIndex(other => other.IsCustom && CompareCustom(other, kind) > 0);
            _all.Insert(at < 0 ? _all.Count : at, kind);
        }
        Version++;
    }

    public void Remove(string group, string plural)
    {
        foreach (
            var kind in _all.Where(kind => kind.IsCustom && kind.Type.Group == group && kind.Type.Plural == plural)
                .ToArray()
        )
        {
            _all.Remove(kind);
            _byPlural.Remove((group, kind.Type.Version, plural));
            Version++;
        }
    }

    private static int CompareCustom(ApiKind a, ApiKind b)
    {
        var byGroup = string.CompareOrdinal(a.Type.Group, b.Type.Group);
        if (byGroup != 0)
            return byGroup;
        var byPlural = string.CompareOrdinal(a.Type.Plural, b.Type.Plural);
        return byPlural != 0 ? byPlural : string.CompareOrdinal(a.Type.Version, b.Type.Version);
    }
}

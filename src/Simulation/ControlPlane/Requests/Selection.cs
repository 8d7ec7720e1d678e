using Tenon.Api.Selectors;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>
/// What a list or a watch asks for: a namespace, labels, fields. Matched against the index, never against JSON.
/// </summary>
internal sealed class Selection
{
    private readonly string? _namespace;
    private readonly LabelQuery _labels;
    private readonly (int Field, string Value, bool Negated)[] _fields;
    private const int FieldName = -2;
    private const int FieldNamespace = -3;

    private Selection(string? ns, LabelQuery labels, (int Field, string Value, bool Negated)[] fields) =>
        (_namespace, _labels, _fields) = (ns, labels, fields);

    /// <summary>Everything of a kind and namespace matches: counts of what remains can be given.</summary>
    public bool IsPlain => _labels.IsEmpty && _fields.Length == 0;

    public string? Namespace => _namespace;

    public static Selection Of(ApiKind kind, string? ns, string? name, Query query)
    {
        var fields = new List<(int, string, bool)>();
        if (name is not null)
            fields.Add((FieldName, name, false));
        var asked =
            FieldSelector.Parse(query["fieldSelector"], out var error)
            ?? throw ApiError.BadRequest($"invalid field selector: {error}");
        foreach (var term in asked.Terms)
            fields.Add(Field(kind, term));
        return new Selection(ns, LabelQuery.Parse(query["labelSelector"] ?? ""), [.. fields]);
    }

    public bool Matches(StoredObject item)
    {
        if (_namespace is not null && item.Namespace != _namespace)
            return false;
        foreach (var (field, value, negated) in _fields)
        {
            var actual = field switch
            {
                FieldName => item.Name,
                FieldNamespace => item.Namespace,
                _ => item.Fields[field],
            };
            if (actual == value == negated)
                return false;
        }
        return _labels.IsEmpty || _labels.Matches(item.Labels);
    }

    private static (int, string, bool) Field(ApiKind kind, FieldTerm term)
    {
        var index = term.Path switch
        {
            "metadata.name" => FieldName,
            "metadata.namespace" => FieldNamespace,
            _ => kind.SelectableFields.IndexOf(term.Path),
        };
        return index != -1
            ? (index, term.Value, !term.Equal)
            : throw ApiError.BadRequest($"field label not supported: {term.Path}");
    }
}

internal static class ListSearch
{
    public static int IndexOf(this IReadOnlyList<string> list, string value)
    {
        for (var i = 0; i < list.Count; i++)
            if (list[i] == value)
                return i;
        return -1;
    }
}

using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Ownership;

/// <summary>
/// A set of field paths as a tree, in the notation of managedFields' <c>fieldsV1</c>: <c>f:name</c> for a field,
/// <c>k:{…}</c> for a list item by its keys, <c>v:…</c> for an item of a set, <c>.</c> for the node itself.
/// </summary>
internal sealed class FieldSet
{
    public SortedDictionary<string, FieldSet> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The path that leads here is in the set.</summary>
    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && Children.Count == 0;

    public FieldSet Child(string element)
    {
        if (!Children.TryGetValue(element, out var child))
            Children[element] = child = new FieldSet();
        return child;
    }

    public static FieldSet Parse(JsonObject fields)
    {
        var set = new FieldSet();
        foreach (var (element, inner) in fields)
        {
            if (element == ".")
            {
                set.IsMember = true;
                continue;
            }
            var child = Parse(inner as JsonObject ?? []);
            if (child.Children.Count == 0)
                child.IsMember = true;
            set.Children[element] = child;
        }
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && Children.Count > 0)
            json["."] = new JsonObject();
        foreach (var (element, child) in Children)
            json[element] = child.ToJson();
        return json;
    }

    public void Add(FieldSet other)
    {
        IsMember |= other.IsMember;
        foreach (var (element, child) in other.Children)
            Child(element).Add(child);
    }

    /// <summary>Takes the other's paths out, and with <paramref name="below"/> everything under them.</summary>
    public void Subtract(FieldSet other, bool below = false)
    {
        if (other.IsMember)
            IsMember = false;
        if (other.IsMember && below)
            Children.Clear();
        foreach (var (element, theirs) in other.Children)
            if (Children.TryGetValue(element, out var mine))
            {
                mine.Subtract(theirs, below);
                if (mine.IsEmpty)
                    Children.Remove(element);
            }
    }

    public FieldSet Intersect(FieldSet other)
    {
        var both = new FieldSet { IsMember = IsMember && other.IsMember };
        foreach (var (element, child) in Children)
            if (
                other.Children.TryGetValue(element, out var theirs)
                && child.Intersect(theirs) is { IsEmpty: false } common
            )
                both.Children[element] = common;
        return both;
    }

    public FieldSet Copy()
    {
        var copy = new FieldSet();
        copy.Add(this);
        return copy;
    }

    public bool SameAs(FieldSet other) =>
        IsMember == other.IsMember
        && Children.Count == other.Children.Count
        && Children.All(pair => other.Children.TryGetValue(pair.Key, out var theirs) && pair.Value.SameAs(theirs));

    /// <summary>Every path as conflicts name it: <c>.spec.template.spec.containers[name="c"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
            yield return prefix;
        foreach (var (element, child) in Children)
        foreach (var path in child.Paths(prefix + Show(element)))
            yield return path;
    }

    private static string Show(string element) =>
        element[..2] switch
        {
            "f:" => $".{element[2..]}",
            "k:" =>
                $"[{string.Join(",", ((JsonObject)JsonNode.Parse(element[2..])!).Select(pair =>
            $"{pair.Key}={System.Text.Encoding.UTF8.GetString(JsonBytes.Of(pair.Value!))}"))}]",
            _ => $"[={element[2..]}]",
        };
}

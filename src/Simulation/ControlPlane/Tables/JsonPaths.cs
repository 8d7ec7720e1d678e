using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>
/// The JSONPath that printer columns use: <c>.a.b</c>, <c>\.</c> inside a name, <c>[0]</c>, <c>[*]</c>, <c>['name']</c>
/// and
/// <c>[?(@.type=="Ready")]</c>.
/// </summary>
internal static class JsonPaths
{
    public static List<JsonNode> Find(JsonNode root, string path)
    {
        var found = new List<JsonNode> { root };
        var at = path.StartsWith('$') ? 1 : 0;
        while (at < path.Length && found.Count > 0)
            found = path[at] switch
            {
                '.' => Members(found, ReadName(path, ref at)),
                '[' => Bracket(found, ReadBracket(path, ref at)),
                _ => Members(found, ReadName(path, ref at)),
            };
        return found;
    }

    private static string ReadName(string path, ref int at)
    {
        if (path[at] == '.')
            at++;
        var name = new StringBuilder();
        while (at < path.Length && path[at] is not ('.' or '['))
        {
            if (path[at] == '\\' && at + 1 < path.Length)
                at++;
            name.Append(path[at++]);
        }
        return name.ToString();
    }

    private static string ReadBracket(string path, ref int at)
    {
        var end = path.IndexOf(path[at + 1] == '?' ? ")]" : "]", at, StringComparison.Ordinal);
        if (end < 0)
            end = path.Length - 1;
        var inner = path[(at + 1)..end];
        at = path.IndexOf(']', end) + 1;
        if (at == 0)
            at = path.Length;
        return inner;
    }

    private static List<JsonNode> Members(List<JsonNode> nodes, string name)
    {
        if (name.Length == 0)
            return nodes;
        if (name == "*")
            return Each(nodes);
        var found = new List<JsonNode>();
        foreach (var node in nodes)
            if (node is JsonObject item && item[name] is { } value)
                found.Add(value);
        return found;
    }

    private static List<JsonNode> Bracket(List<JsonNode> nodes, string inner)
    {
        if (inner == "*")
            return Each(nodes);
        if (inner.StartsWith("?(@", StringComparison.Ordinal))
            return Filter(nodes, inner[3..]);
        if (inner.Length > 1 && inner[0] is '\'' or '"')
            return Members(nodes, inner[1..^1]);
        if (!int.TryParse(inner, CultureInfo.InvariantCulture, out var index))
            return [];
        return
        [
            .. nodes
                .OfType<JsonArray>()
                .Where(list => index < list.Count && index >= -list.Count)
                .Select(list => list[index < 0 ? list.Count + index : index])
                .OfType<JsonNode>(),
        ];
    }

    private static List<JsonNode> Filter(List<JsonNode> nodes, string condition)
    {
        var equal = condition.IndexOf("==", StringComparison.Ordinal);
        var path = equal < 0 ? condition : condition[..equal].Trim();
        var wanted = equal < 0 ? null : condition[(equal + 2)..].Trim().Trim('"', '\'');
        return
        [
            .. Each(nodes)
                .Where(item => Find(item, path) is [var value, ..] && (wanted is null || Meta.Show(value) == wanted)),
        ];
    }

    private static List<JsonNode> Each(List<JsonNode> nodes)
    {
        var found = new List<JsonNode>();
        foreach (var node in nodes)
            found.AddRange(
                node switch
                {
                    JsonArray list => list.OfType<JsonNode>(),
                    JsonObject item => item.Select(pair => pair.Value).OfType<JsonNode>(),
                    _ => [],
                }
            );
        return found;
    }
}

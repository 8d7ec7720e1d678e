using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tenon.Api.Yaml;

/// <summary>One YAML document into JSON.</summary>
internal sealed class YamlReader
{
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private readonly Dictionary<AnchorName, int> _sizes = [];
    private int _values;
    private int _aliased;
    private int _depth;

    private YamlReader(string text) => _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));

    public static YamlDocument Read(string text, int firstLine)
    {
        var reader = new YamlReader(text);
        try
        {
            reader._parser.Consume<StreamStart>();
            if (reader._parser.Accept<StreamEnd>(out _))
                return new YamlDocument(null, firstLine, null);
            reader._parser.Consume<DocumentStart>();
            var line = Line(reader._parser.Current!, firstLine);
            var value = reader.Value();
            reader._parser.Consume<DocumentEnd>();
            if (!reader._parser.Accept<StreamEnd>(out var extra))
                return new YamlDocument(
                    null,
                    Line(reader._parser.Current!, firstLine),
                    "a second document starts without \"---\""
                );
            return new YamlDocument(value, line, null);
        }
        catch (Mistake mistake)
        {
            return new YamlDocument(null, firstLine + mistake.Line - 1, mistake.Message);
        }
        catch (YamlException bad)
        {
            return new YamlDocument(null, firstLine + (int)Math.Max(1, bad.Start.Line) - 1, Reason(bad));
        }
        catch (Exception fault) when (IsScannerFault(fault))
        {
            return new YamlDocument(
                null,
                firstLine + (int)(reader._parser.Current?.End.Line ?? 1) - 1,
                "this is not YAML"
            );
        }
    }

    /// <summary>For some broken texts the library's scanner throws what it throws for its own bugs.</summary>
    private static bool IsScannerFault(Exception fault) =>
        (fault is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException)
        && fault.Source == typeof(Parser).Assembly.GetName().Name;

    private JsonNode? Value()
    {
        _values++;
        switch (_parser.Current)
        {
            case AnchorAlias alias:
                _parser.MoveNext();
                return Unfold(alias);
            case Scalar scalar:
                _parser.MoveNext();
                var leaf = Leaf(scalar);
                Keep(scalar.Anchor, leaf, 1);
                return leaf;
            case SequenceStart start:
                return Nested(start, start.Anchor, List);
            case MappingStart start:
                return Nested(start, start.Anchor, Map);
            default:
                throw new Mistake(_parser.Current!, "expected a value");
        }
    }

    private JsonNode Nested(ParsingEvent start, AnchorName anchor, Func<JsonNode> read)
    {
        if (++_depth > YamlLimits.MaxDepth)
            throw new Mistake(start, $"more than {YamlLimits.MaxDepth} levels deep");
        var before = _values;
        _parser.MoveNext();
        var value = read();
        _parser.MoveNext();
        _depth--;
        Keep(anchor, value, _values - before + 1);
        return value;
    }

    private JsonArray List()
    {
        var list = new JsonArray();
        while (_parser.Current is not SequenceEnd)
            list.Add(Value());
        return list;
    }

    private JsonObject Map()
    {
        var map = new JsonObject();
        List<(ParsingEvent At, JsonNode? Value)>? merges = null;
        while (_parser.Current is not MappingEnd)
        {
            var at = _parser.Current!;
            var (key, isMerge) = Key();
            var value = Value();
            if (isMerge)
                (merges ??= []).Add((at, value));
            else if (!map.TryAdd(key, value))
                throw new Mistake(at, $"\"{key}\" is set twice");
        }
        foreach (var (at, value) in merges ?? [])
            Merge(map, value, at);
        return map;
    }

    private (string Key, bool IsMerge) Key()
    {
        if (_parser.Current is not Scalar scalar)
            throw new Mistake(_parser.Current!, "a key must be a plain word");
        _parser.MoveNext();
        Keep(scalar.Anchor, scalar.Value, 1);
        return (scalar.Value, scalar is { Value: "<<", Style: ScalarStyle.Plain });
    }

    /// <summary>The <c>&lt;&lt;</c> key: what the map has itself wins, then the earlier source.</summary>
    private static void Merge(JsonObject map, JsonNode? source, ParsingEvent at)
    {
        switch (source)
        {
            case JsonObject one:
                foreach (var (key, value) in one)
                    map.TryAdd(key, value?.DeepClone());
                break;
            case JsonArray many:
                foreach (var one in many)
                    if (one is JsonObject)
                        Merge(map, one, at);
                    else
                        throw new Mistake(at, "\"<<\" takes maps");
                break;
            default:
                throw new Mistake(at, "\"<<\" takes a map");
        }
    }

    private JsonNode? Unfold(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var value))
            throw new Mistake(alias, $"the anchor \"{alias.Value}\" is not defined");
        var size = _sizes[alias.Value];
        _values += size;
        _aliased += size;
        if (_aliased > YamlLimits.MaxAliasedValues)
            throw new Mistake(alias, $"aliases unfold into more than {YamlLimits.MaxAliasedValues} values");
        return value?.DeepClone();
    }

    private void Keep(AnchorName anchor, JsonNode? value, int size)
    {
        if (anchor.IsEmpty)
            return;
        _anchors[anchor] = value?.DeepClone();
        _sizes[anchor] = size;
    }

    private static JsonNode? Leaf(Scalar scalar)
    {
        if (
            scalar.Value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            && scalar.Value.EnumerateRunes().Contains(Rune.ReplacementChar)
        )
            throw new Mistake(scalar, "a text holds half a surrogate pair");
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag is "!" or "tag:yaml.org,2002:str")
            return JsonValue.Create(scalar.Value);
        if (scalar.Style != ScalarStyle.Plain && tag.Length == 0)
            return JsonValue.Create(scalar.Value);
        return YamlScalar.TryResolve(scalar.Value, out var value)
            ? value
            : throw new Mistake(scalar, $"{scalar.Value} has no place in JSON");
    }

    private static int Line(ParsingEvent at, int firstLine) => firstLine + (int)at.Start.Line - 1;

    /// <summary>The parser's words without its position, in one line.</summary>
    private static string Reason(YamlException bad)
    {
        var text = bad.InnerException?.Message ?? bad.Message;
        var colon = text.StartsWith('(') ? text.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (colon >= 0 ? text[(colon + 3)..] : text).ReplaceLineEndings(" ").TrimEnd('.');
    }

    /// <summary>Leaves the recursion; caught where reading starts.</summary>
    private sealed class Mistake(ParsingEvent at, string message) : Exception(message)
    {
        public int Line { get; } = (int)at.Start.Line;
    }
}

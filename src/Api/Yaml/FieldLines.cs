using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tenon.Api.Yaml;

/// <summary>
/// On which line of a file each field of a document stands. Made only when there is a fault to report, because it costs
/// a second reading. Paths are those of faults: <c>spec.template.spec.requirements[0].key</c>.
/// </summary>
public sealed class FieldLines
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private readonly int _firstLine;

    private FieldLines(int firstLine) => _firstLine = firstLine;

    /// <summary>Reads the document of a manifest that was read from this text.</summary>
    public static FieldLines Of(string text, Manifest manifest)
    {
        var (part, firstLine) = YamlText.PartAt(text, manifest.Line);
        var lines = new FieldLines(firstLine);
        try
        {
            var parser = new Parser(new Scanner(new StringReader(part), skipComments: true));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            lines.Value(parser, "", 0);
        }
        catch (YamlException)
        {
            // What was read until here is good enough to point at.
        }
        return lines;
    }

    /// <summary>The line of a field; of the nearest field around it where it is not written down.</summary>
    public int? Find(string path)
    {
        for (var at = path; at.Length > 0; at = Around(at))
            if (_lines.TryGetValue(at, out var line))
                return line;
        return null;
    }

    /// <summary><c>a.b[0]</c> of <c>a.b[0].c</c>, then <c>a.b</c>, then <c>a</c>.</summary>
    private static string Around(string path)
    {
        var end = Math.Max(path.LastIndexOf('.'), path.LastIndexOf('['));
        return end < 0 ? "" : path[..end];
    }

    private void Value(Parser parser, string path, int depth)
    {
        if (depth > YamlLimits.MaxDepth)
            throw new YamlException("too deep");
        switch (parser.Current)
        {
            case MappingStart:
                parser.MoveNext();
                while (parser.Current is not MappingEnd)
                {
                    var key = (parser.Current as Scalar)?.Value ?? "";
                    var field = path.Length == 0 ? key : $"{path}.{key}";
                    _lines.TryAdd(field, Line(parser));
                    parser.MoveNext();
                    Value(parser, field, depth + 1);
                }
                parser.MoveNext();
                break;
            case SequenceStart:
                parser.MoveNext();
                for (var i = 0; parser.Current is not SequenceEnd; i++)
                {
                    var item = $"{path}[{i}]";
                    _lines.TryAdd(item, Line(parser));
                    Value(parser, item, depth + 1);
                }
                parser.MoveNext();
                break;
            default:
                parser.MoveNext();
                break;
        }
    }

    private int Line(Parser parser) => _firstLine + (int)parser.Current!.Start.Line - 1;
}

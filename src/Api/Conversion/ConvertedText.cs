using System.Text;
using Tenon.Api.Yaml;

namespace Tenon.Api.Conversion;

/// <summary>
/// Converted objects as a file for people: each change has its reason as a comment above the field it concerns.
/// </summary>
public static class ConvertedText
{
    /// <summary>Documents in the set's order. An object that did not change has no comments.</summary>
    public static string Of(ConvertedSet set)
    {
        var text = new StringBuilder();
        foreach (var converted in set.Objects)
        {
            if (text.Length > 0)
                text.Append("---\n");
            Append(text, converted);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, ConvertedObject converted)
    {
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var notes in converted.Notes.GroupBy(note => note.Path, StringComparer.Ordinal))
        {
            var words = OneLine(string.Join("; ", notes.Select(note => note.What).Distinct(StringComparer.Ordinal)));
            // What is gone, or concerns the whole object, is said at the top.
            if (notes.Key.Length > 0 && YamlWriter.Has(converted.Object, notes.Key))
                comments[notes.Key] = words;
            else
                text.Append("# ").Append(notes.Key.Length == 0 ? words : $"{notes.Key}: {words}").Append('\n');
        }
        text.Append(YamlWriter.Write(converted.Object, comments));
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}

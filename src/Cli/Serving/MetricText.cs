using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Tenon.Cli.Serving;

/// <summary>The Prometheus text format, version 0.0.4.</summary>
sealed class MetricText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A value longer than this is cut: it is hostile, and no dashboard shows it.</summary>
    public const int LongestValue = 1024;

    readonly StringBuilder _text = new();

    /// <summary>
    /// Names of ours are written down as they appear; those of the platform (<c>dotnet.gc.collections</c>) get the
    /// format's letters and, for a counter, its suffix.
    /// </summary>
    public static string Name(Instrument instrument)
    {
        var name = Identifier(instrument.Name);
        var isCounter = instrument.GetType().Name.Contains("Counter", StringComparison.Ordinal);
        var isSum = isCounter && !instrument.GetType().Name.Contains("UpDown", StringComparison.Ordinal);
        return isSum && instrument.Name.Contains('.', StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>Labels by name, escaped, as they stand between the braces; empty for none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.IsEmpty)
            return "";
        var sorted = labels.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(Identifier(name)).Append("=\"");
            Escape(text, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            text.Append('"');
        }
        return text.ToString();
    }

    public void Head(string name, string type, string help)
    {
        _text.Append("# HELP ").Append(name).Append(' ');
        foreach (var letter in help)
            _text.Append(
                letter is '\n' or '\r' ? ' '
                : letter is '\\' ? '/'
                : letter
            );
        _text.Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <param name="extra">One more label, written last: <c>le</c> or <c>quantile</c>.</param>
    public void Sample(string name, string labels, double value, string extra = "")
    {
        _text.Append(name);
        if (labels.Length + extra.Length > 0)
        {
            _text.Append('{').Append(labels);
            if (labels.Length > 0 && extra.Length > 0)
                _text.Append(',');
            _text.Append(extra).Append('}');
        }
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

    public override string ToString() => _text.ToString();

    static void Escape(StringBuilder text, string value)
    {
        for (var i = 0; i < value.Length && i < LongestValue; i++)
            switch (value[i])
            {
                case '\\':
                    text.Append("\\\\");
                    break;
                case '"':
                    text.Append("\\\"");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case var high
                    when char.IsHighSurrogate(high) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]):
                    text.Append(high).Append(value[++i]);
                    break;
                // Half a character is no text, and would break the page's encoding.
                case var half when char.IsSurrogate(half):
                    text.Append('\uFFFD');
                    break;
                case var letter:
                    text.Append(letter);
                    break;
            }
    }

    static string Identifier(string name)
    {
        if (name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_'))
            return name.Length > 0 && !char.IsAsciiDigit(name[0]) ? name : "_" + name;
        var fitting = string.Concat(name.Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return char.IsAsciiDigit(fitting[0]) ? "_" + fitting : fitting;
    }
}

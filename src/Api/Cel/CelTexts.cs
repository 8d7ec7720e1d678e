using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tenon.Api.Schemas;

namespace Tenon.Api.Cel;

/// <summary>
/// Texts and regular expressions. Places are counted in UTF-16 units; rules about plain ASCII see no difference.
/// </summary>
internal static class CelTexts
{
    public static CelValue? Test(CelValue[] a, Func<string, string, bool> test) =>
        a is [CelValue.Text text, CelValue.Text part] ? CelValue.Of(test(text.Value, part.Value)) : null;

    public static CelValue? Map(CelValue[] a, Func<string, string> map) =>
        a[0] is CelValue.Text text ? CelValue.Of(map(text.Value)) : null;

    public static string Ascii(string text, Func<char, char> change) =>
        string.Create(
            text.Length,
            (text, change),
            static (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = char.IsAscii(from.text[i]) ? from.change(from.text[i]) : from.text[i];
            }
        );

    public static CelValue? Matches(CelValue[] a, CelBudget budget)
    {
        if (a is not [CelValue.Text text, CelValue.Text pattern])
            return null;
        budget.Spend(1 + (long)text.Value.Length * pattern.Value.Length / 40);
        return GoPattern.TryCompile(pattern.Value, out var regex)
            ? CelValue.Of(regex.IsMatch(text.Value))
            : CelValue.Fail($"error parsing regexp: {pattern.Value}");
    }

    /// <summary>The first match, or the empty text.</summary>
    public static CelValue? Find(CelValue[] a, CelBudget budget)
    {
        if (a is not [CelValue.Text text, CelValue.Text pattern])
            return null;
        budget.Spend(1 + (long)text.Value.Length * pattern.Value.Length / 40);
        return GoPattern.TryCompile(pattern.Value, out var regex)
            ? CelValue.Of(regex.Match(text.Value).Value)
            : CelValue.Fail($"Illegal regex: {pattern.Value}");
    }

    public static CelValue? FindAll(CelValue[] a, CelBudget budget)
    {
        if (a[0] is not CelValue.Text text || a[1] is not CelValue.Text pattern)
            return null;
        var limit = a.Length == 2 ? -1 : (a[2] as CelValue.Int)?.Value;
        if (limit is null)
            return null;
        budget.Spend(1 + (long)text.Value.Length * pattern.Value.Length / 40);
        if (!GoPattern.TryCompile(pattern.Value, out var regex))
            return CelValue.Fail($"Illegal regex: {pattern.Value}");
        var matches = regex.Matches(text.Value).Select(match => CelValue.Of(match.Value));
        return new CelValue.List([.. limit < 0 ? matches : matches.Take((int)Math.Min(limit.Value, int.MaxValue))]);
    }

    public static CelValue? CharAt(CelValue[] a) =>
        a is [CelValue.Text text, CelValue.Int at]
            ? at.Value == text.Value.Length
                ? CelValue.Of("")
                : at.Value >= 0 && at.Value < text.Value.Length
                    ? CelValue.Of(text.Value[(int)at.Value].ToString())
                    : CelValue.Fail($"index out of range: {at.Value}")
            : null;

    public static CelValue? Substring(CelValue[] a)
    {
        if (a[0] is not CelValue.Text text || a[1] is not CelValue.Int start)
            return null;
        var end = a.Length == 2 ? text.Value.Length : (a[2] as CelValue.Int)?.Value;
        if (end is null)
            return null;
        return start.Value >= 0 && start.Value <= end && end <= text.Value.Length
            ? CelValue.Of(text.Value[(int)start.Value..(int)end.Value])
            : CelValue.Fail($"index out of range: {start.Value}");
    }

    public static CelValue? Replace(CelValue[] a)
    {
        if (a[0] is not CelValue.Text text || a[1] is not CelValue.Text old || a[2] is not CelValue.Text now)
            return null;
        if (a.Length == 3)
            return CelValue.Of(
                old.Value.Length == 0 ? text.Value : text.Value.Replace(old.Value, now.Value, StringComparison.Ordinal)
            );
        if (a[3] is not CelValue.Int limit)
            return null;
        var (result, at) = (text.Value, 0);
        for (var left = limit.Value; left != 0 && old.Value.Length > 0; left--)
        {
            at = result.IndexOf(old.Value, at, StringComparison.Ordinal);
            if (at < 0)
                break;
            result = result[..at] + now.Value + result[(at + old.Value.Length)..];
            at += now.Value.Length;
        }
        return CelValue.Of(result);
    }

    public static CelValue? Split(CelValue[] a)
    {
        if (a[0] is not CelValue.Text text || a[1] is not CelValue.Text separator)
            return null;
        var limit = a.Length == 2 ? -1 : (a[2] as CelValue.Int)?.Value;
        if (limit is null)
            return null;
        if (limit == 0)
            return new CelValue.List([]);
        var parts =
            separator.Value.Length == 0
                ? [.. text.Value.Select(c => c.ToString())]
                : text.Value.Split(
                    separator.Value,
                    limit < 0 ? int.MaxValue : (int)Math.Min(limit.Value, int.MaxValue)
                );
        return new CelValue.List([.. parts.Select(CelValue.Of)]);
    }

    public static CelValue? Join(CelValue[] a)
    {
        var separator = a.Length == 1 ? "" : (a[1] as CelValue.Text)?.Value;
        if (a[0] is not CelValue.List list || separator is null || list.Items.Any(item => item is not CelValue.Text))
            return null;
        return CelValue.Of(string.Join(separator, list.Items.Select(CelFunctions.Show)));
    }

    public static CelValue? IndexOf(CelValue[] a)
    {
        if (a[0] is not CelValue.Text text || a[1] is not CelValue.Text part)
            return null;
        var start = a.Length == 2 ? 0 : (a[2] as CelValue.Int)?.Value;
        if (start is null)
            return null;
        return start >= 0 && start <= text.Value.Length
            ? CelValue.Of((long)text.Value.IndexOf(part.Value, (int)start.Value, StringComparison.Ordinal))
            : CelValue.Fail($"index out of range: {start}");
    }

    public static CelValue? LastIndexOf(CelValue[] a)
    {
        if (a is not [CelValue.Text text, CelValue.Text part])
            return null;
        return CelValue.Of((long)text.Value.LastIndexOf(part.Value, StringComparison.Ordinal));
    }

    /// <summary><c>"%s has %d".format([a, b])</c>, for messages.</summary>
    public static CelValue? Format(CelValue[] a)
    {
        if (a is not [CelValue.Text pattern, CelValue.List values])
            return null;
        var (text, next) = (new StringBuilder(), 0);
        for (var i = 0; i < pattern.Value.Length; i++)
        {
            var c = pattern.Value[i];
            if (c != '%' || i + 1 == pattern.Value.Length)
            {
                text.Append(c);
                continue;
            }
            var places = "";
            if (pattern.Value[++i] == '.')
                while (++i < pattern.Value.Length && char.IsAsciiDigit(pattern.Value[i]))
                    places += pattern.Value[i];
            if (i == pattern.Value.Length)
                return CelValue.Fail("could not parse formatting clause");
            if (pattern.Value[i] == '%')
                text.Append('%');
            else if (next == values.Items.Length)
                return CelValue.Fail($"index {next} out of range");
            else if (Clause(pattern.Value[i], places, values.Items[next++]) is { } shown)
                text.Append(shown);
            else
                return CelValue.Fail($"could not parse formatting clause: %{pattern.Value[i]}");
        }
        return CelValue.Of(text.ToString());
    }

    private static string? Clause(char clause, string places, CelValue value) =>
        (clause, value) switch
        {
            ('s', _) => CelFunctions.Show(value),
            ('d', CelValue.Int or CelValue.Uint) => CelFunctions.Show(value),
            ('f', CelValue.Double number) => number.Value.ToString(
                $"F{(places.Length == 0 ? "6" : places)}",
                CultureInfo.InvariantCulture
            ),
            ('f', CelValue.Int number) => ((double)number.Value).ToString(
                $"F{(places.Length == 0 ? "6" : places)}",
                CultureInfo.InvariantCulture
            ),
            ('x', CelValue.Int number) => number.Value.ToString("x", CultureInfo.InvariantCulture),
            ('X', CelValue.Int number) => number.Value.ToString("X", CultureInfo.InvariantCulture),
            _ => null,
        };
}

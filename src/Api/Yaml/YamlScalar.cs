using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Tenon.Api.Yaml;

/// <summary>
/// The type of a plain word: YAML 1.2's core schema, with the octal <c>0644</c> that manifests use for file modes.
/// <c>yes</c>, <c>on</c> and dates stay texts.
/// </summary>
internal static class YamlScalar
{
    private const int MaxDigits = 308;

    /// <summary>False for infinities and not-a-number, which JSON cannot hold.</summary>
    public static bool TryResolve(string text, out JsonNode? value)
    {
        value = null;
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return true;
            case "true" or "True" or "TRUE":
                value = JsonValue.Create(true);
                return true;
            case "false" or "False" or "FALSE":
                value = JsonValue.Create(false);
                return true;
            case ".inf"
            or ".Inf"
            or ".INF"
            or "+.inf"
            or "+.Inf"
            or "+.INF"
            or "-.inf"
            or "-.Inf"
            or "-.INF"
            or ".nan"
            or ".NaN"
            or ".NAN":
                return false;
        }
        value = Integer(text) ?? Float(text) ?? JsonValue.Create(text);
        return true;
    }

    /// <summary>Whether the word, written plainly, would be read as anything but the text itself.</summary>
    public static bool IsAmbiguous(string text) =>
        !TryResolve(text, out var value)
        || value is null
        || value.GetValueKind() != System.Text.Json.JsonValueKind.String
        || text.ToLowerInvariant() is "yes" or "no" or "on" or "off" or "y" or "n";

    private static JsonValue? Integer(string text)
    {
        var digits = text.AsSpan();
        var negative = digits[0] == '-';
        if (digits[0] is '-' or '+')
            digits = digits[1..];
        if (digits.IsEmpty || digits.Length > MaxDigits || !char.IsAsciiDigit(digits[0]))
            return null;
        var (radix, skip) = digits switch
        {
            ['0', 'x', _, ..] => (16, 2),
            ['0', 'o', _, ..] => (8, 2),
            ['0', 'b', _, ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        var number = BigInteger.Zero;
        foreach (var c in digits[skip..])
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
                return null;
            number = number * radix + digit;
        }
        if (negative)
            number = -number;
        return number >= long.MinValue && number <= ulong.MaxValue
            ? Number(number.ToString(CultureInfo.InvariantCulture))
            : Number(((double)number).ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>As read from JSON, so that it can be asked for as any type of number that holds it.</summary>
    private static JsonValue Number(string json) => JsonNode.Parse(json)!.AsValue();

    private static JsonValue? Float(string text)
    {
        var hasDigit = false;
        foreach (var c in text)
        {
            hasDigit |= char.IsAsciiDigit(c);
            if (!char.IsAsciiDigit(c) && c is not ('.' or 'e' or 'E' or '+' or '-'))
                return null;
        }
        return
            hasDigit
            && text.Length <= MaxDigits
            && text[0] is not ('e' or 'E')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? Number(number.ToString("R", CultureInfo.InvariantCulture))
            : null;
    }
}

using System.Globalization;
using System.Text.Json.Serialization;
using Tenon.Api.Json;

namespace Tenon.Api.Core;

/// <summary>A number, or a text such as <c>25%</c>.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    private readonly string? _text;
    private readonly int _number;

    private IntOrString(int number, string? text)
    {
        _number = number;
        _text = text;
    }

    public static IntOrString FromInt(int number) => new(number, null);

    public static IntOrString FromText(string text) => new(0, text);

    /// <summary>The text, or null when it is a number.</summary>
    public string? Text => _text;

    /// <summary>The number, or null when it is a text.</summary>
    public int? Number => _text is null ? _number : null;

    /// <summary>
    /// The number itself, or the percentage of <paramref name="total"/>, rounded up or down. Null when the text is not
    /// a whole percentage.
    /// </summary>
    public int? Scaled(int total, bool roundUp)
    {
        if (_text is null)
            return _number;
        if (
            _text.Length < 2
            || _text[^1] != '%'
            || !int.TryParse(
                _text.AsSpan(0, _text.Length - 1),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var percent
            )
        )
            return null;
        var product = (long)percent * total;
        var down = product >= 0 ? product / 100 : -((-product + 99) / 100);
        return checked((int)(roundUp && product % 100 != 0 ? down + 1 : down));
    }

    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;

namespace Tenon.Api.Cel;

internal enum CelTokenKind
{
    End,
    Name,
    Int,
    Uint,
    Double,
    Text,
    Sign,
}

/// <param name="Text">The sign, the name, or the meaning of the literal.</param>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, int At);

/// <summary>An expression's words.</summary>
internal sealed class CelLexer(string source)
{
    private static readonly string[] Signs =
    [
        "==",
        "!=",
        "<=",
        ">=",
        "&&",
        "||",
        ".?",
        "[?",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "!",
        "?",
        ":",
        ",",
        ".",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
    ];

    private int _at;

    /// <exception cref="CelSyntaxException">A literal that does not end, or a character that has no
    /// meaning.</exception>
    public List<CelToken> Read()
    {
        var tokens = new List<CelToken>();
        while (true)
        {
            Blank();
            var token = Next();
            tokens.Add(token);
            if (token.Kind == CelTokenKind.End)
                return tokens;
        }
    }

    private CelToken Next()
    {
        var start = _at;
        if (_at == source.Length)
            return new CelToken(CelTokenKind.End, "", start);
        var c = source[_at];
        if (TryText(out var text))
            return new CelToken(CelTokenKind.Text, text, start);
        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (_at < source.Length && (char.IsAsciiLetterOrDigit(source[_at]) || source[_at] == '_'))
                _at++;
            return new CelToken(CelTokenKind.Name, source[start.._at], start);
        }
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1])))
            return Number(start);
        foreach (var sign in Signs)
            if (source.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal))
            {
                // ".?" and "[?" are optional access only before a name or an index, "a ? [b] : c" has a space or a
                // bracket first.
                _at += sign.Length;
                return new CelToken(CelTokenKind.Sign, sign, start);
            }
        throw new CelSyntaxException($"unexpected '{c}'", start);
    }

    private CelToken Number(int start)
    {
        if (source.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            _at += 2;
            while (_at < source.Length && char.IsAsciiHexDigit(source[_at]))
                _at++;
            if (
                !ulong.TryParse(
                    source.AsSpan(start + 2, _at - start - 2),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var hex
                )
            )
                throw new CelSyntaxException("a number that is none", start);
            return Suffixed(hex.ToString(CultureInfo.InvariantCulture), start);
        }
        Digits();
        var isDouble = false;
        if (_at + 1 < source.Length && source[_at] == '.' && char.IsAsciiDigit(source[_at + 1]))
        {
            isDouble = true;
            _at++;
            Digits();
        }
        if (_at < source.Length && source[_at] is 'e' or 'E')
        {
            isDouble = true;
            _at++;
            if (_at < source.Length && source[_at] is '+' or '-')
                _at++;
            Digits();
        }
        var text = source[start.._at];
        return isDouble ? new CelToken(CelTokenKind.Double, text, start) : Suffixed(text, start);
    }

    private CelToken Suffixed(string digits, int start)
    {
        if (_at == source.Length || source[_at] is not ('u' or 'U'))
            return new CelToken(CelTokenKind.Int, digits, start);
        _at++;
        return new CelToken(CelTokenKind.Uint, digits, start);
    }

    private void Digits()
    {
        while (_at < source.Length && char.IsAsciiDigit(source[_at]))
            _at++;
    }

    private bool TryText(out string text)
    {
        text = "";
        var at = _at;
        var raw = source[at] is 'r' or 'R';
        if (raw)
            at++;
        if (at >= source.Length || source[at] is not ('"' or '\''))
            return false;
        var quote = source[at].ToString();
        if (source.AsSpan(at).StartsWith($"{quote}{quote}{quote}", StringComparison.Ordinal))
            quote = $"{quote}{quote}{quote}";
        at += quote.Length;
        var plain = new StringBuilder();
        while (!source.AsSpan(at).StartsWith(quote, StringComparison.Ordinal))
        {
            if (at >= source.Length || (quote.Length == 1 && source[at] == '\n'))
                throw new CelSyntaxException("a text that does not end", _at);
            if (source[at] == '\\' && !raw)
                at = Escape(at + 1, plain);
            else
                plain.Append(source[at++]);
        }
        _at = at + quote.Length;
        text = plain.ToString();
        return true;
    }

    /// <summary>Reads one escape and gives the place behind it.</summary>
    private int Escape(int at, StringBuilder plain)
    {
        if (at >= source.Length)
            throw new CelSyntaxException("a text that does not end", _at);
        var c = source[at++];
        var digits = c switch
        {
            'x' or 'X' => 2,
            'u' => 4,
            'U' => 8,
            >= '0' and <= '3' => 2,
            _ => 0,
        };
        if (digits == 0)
        {
            plain.Append(
                c switch
                {
                    'a' => '\a',
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\v',
                    '\\' or '?' or '"' or '\'' or '`' => c,
                    _ => throw new CelSyntaxException($"'\\{c}' means nothing", at - 2),
                }
            );
            return at;
        }
        var octal = char.IsAsciiDigit(c);
        var start = octal ? at - 1 : at;
        var end = Math.Min(source.Length, at + digits);
        try
        {
            plain.Append(char.ConvertFromUtf32(Convert.ToInt32(source[start..end], octal ? 8 : 16)));
        }
        catch (Exception bad) when (bad is FormatException or ArgumentException or OverflowException)
        {
            throw new CelSyntaxException("an escape that is none", at - 2);
        }
        return end;
    }

    private void Blank()
    {
        while (_at < source.Length)
            if (char.IsWhiteSpace(source[_at]))
                _at++;
            else if (source.AsSpan(_at).StartsWith("//", StringComparison.Ordinal))
                while (_at < source.Length && source[_at] != '\n')
                    _at++;
            else
                return;
    }
}

/// <summary>Leaves the parser; <see cref="CelProgram.TryCompile"/> turns it into a value.</summary>
internal sealed class CelSyntaxException(string message, int at) : Exception($"{message} at character {at + 1}");

using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Names;

namespace Tenon.Api.Selectors;

/// <summary>The text form of label selectors, as kubectl's <c>-l</c> takes it.</summary>
internal sealed class SelectorReader(string text)
{
    private const string Special = "=!,()<>";
    private int _at;
    private string? _error;

    public ImmutableArray<SelectorTerm> Read(out string? error)
    {
        var terms = ImmutableArray.CreateBuilder<SelectorTerm>();
        do
        {
            if (Term() is { } term)
                terms.Add(term);
        } while (_error is null && Accept(","));
        Blank();
        if (_error is null && _at < text.Length)
            Fail($"unexpected \"{text[_at..]}\"");
        error = _error;
        return terms.ToImmutable();
    }

    private SelectorTerm? Term()
    {
        var absent = Accept("!");
        var key = Word();
        if (key.Length == 0)
            return Fail("a label key is missing");
        if (Syntax.QualifiedName(key) is { } fault)
            return Fail($"key \"{key}\": {fault}");
        if (absent)
            return new SelectorTerm(key, Operators.DoesNotExist, []);
        if (Accept("==") || Accept("="))
            return One(key, Operators.In);
        if (Accept("!="))
            return One(key, Operators.NotIn);
        if (Accept(">"))
            return Bound(key, Operators.Gt);
        if (Accept("<"))
            return Bound(key, Operators.Lt);
        Blank();
        if (_at == text.Length || text[_at] == ',')
            return new SelectorTerm(key, Operators.Exists, []);
        return Word() switch
        {
            "in" => Set(key, Operators.In),
            "notin" => Set(key, Operators.NotIn),
            "gt" => Bound(key, Operators.Gt),
            "lt" => Bound(key, Operators.Lt),
            var word => Fail($"\"{word}\" is not an operator"),
        };
    }

    private SelectorTerm? One(string key, string op)
    {
        var value = Word();
        return Syntax.LabelValue(value) is { } fault
            ? Fail($"value \"{value}\": {fault}")
            : new SelectorTerm(key, op, [value]);
    }

    private SelectorTerm? Bound(string key, string op)
    {
        var value = Word();
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? new SelectorTerm(key, op, [value])
            : Fail($"value \"{value}\" must be an integer");
    }

    private SelectorTerm? Set(string key, string op)
    {
        if (!Accept("("))
            return Fail("expected '('");
        var values = new SortedSet<string>(StringComparer.Ordinal);
        do
        {
            var value = Word();
            if (Syntax.LabelValue(value) is { } fault)
                return Fail($"value \"{value}\": {fault}");
            values.Add(value);
        } while (Accept(","));
        return Accept(")") ? new SelectorTerm(key, op, [.. values]) : Fail("expected ')'");
    }

    private string Word()
    {
        Blank();
        var start = _at;
        while (
            _at < text.Length && !char.IsWhiteSpace(text[_at]) && !Special.Contains(text[_at], StringComparison.Ordinal)
        )
            _at++;
        return text[start.._at];
    }

    private bool Accept(string token)
    {
        Blank();
        if (!text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal))
            return false;
        _at += token.Length;
        return true;
    }

    private void Blank()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private SelectorTerm? Fail(string message)
    {
        _error ??= $"label selector \"{text}\": {message}";
        return null;
    }
}

using System.Collections.Immutable;
using System.Globalization;

namespace Tenon.Api.Cel;

/// <summary>The grammar of the expression language, top down; macros are taken apart here.</summary>
internal sealed class CelParser
{
    private const int MaxDepth = 250;
    private static readonly string[] LoopMacros = ["all", "exists", "exists_one", "existsOne", "filter", "map"];
    private static readonly string[] Namespaces = ["cel", "optional", "sets", "math"];

    private readonly List<CelToken> _tokens;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _at;
    private int _depth;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    /// <param name="names">Every name the expression mentions, bound or free.</param>
    /// <exception cref="CelSyntaxException">The text is no expression.</exception>
    public static CelNode Parse(string source, out IReadOnlySet<string> names)
    {
        var parser = new CelParser(new CelLexer(source).Read());
        var node = parser.Expression();
        if (parser.Current.Kind != CelTokenKind.End)
            throw parser.Unexpected();
        names = parser._names;
        return node;
    }

    private CelToken Current => _tokens[_at];

    private CelNode Expression()
    {
        if (++_depth > MaxDepth)
            throw new CelSyntaxException("nested too deeply", Current.At);
        var condition = Either();
        if (Accept("?"))
        {
            var then = Either();
            Expect(":");
            condition = new CelNode.Choice(condition, then, Expression());
        }
        _depth--;
        return condition;
    }

    private CelNode Either()
    {
        var left = Both();
        while (Accept("||"))
            left = new CelNode.Or(left, Both());
        return left;
    }

    private CelNode Both()
    {
        var left = Relation();
        while (Accept("&&"))
            left = new CelNode.And(left, Relation());
        return left;
    }

    private CelNode Relation()
    {
        var left = Sum();
        while (true)
        {
            var op =
                Current is { Kind: CelTokenKind.Sign, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" }
                || Current is { Kind: CelTokenKind.Name, Text: "in" }
                    ? Current.Text
                    : null;
            if (op is null)
                return left;
            _at++;
            left = Invoke(op, left, Sum());
        }
    }

    private CelNode Sum()
    {
        var left = Product();
        while (Current is { Kind: CelTokenKind.Sign, Text: "+" or "-" })
        {
            var op = _tokens[_at++].Text;
            left = Invoke(op, left, Product());
        }
        return left;
    }

    private CelNode Product()
    {
        var left = Unary();
        while (Current is { Kind: CelTokenKind.Sign, Text: "*" or "/" or "%" })
        {
            var op = _tokens[_at++].Text;
            left = Invoke(op, left, Unary());
        }
        return left;
    }

    private CelNode Unary()
    {
        if (++_depth > MaxDepth)
            throw new CelSyntaxException("nested too deeply", Current.At);
        try
        {
            if (Accept("!"))
                return Invoke("!_", Unary());
            if (!Accept("-"))
                return Member();
            if (Current.Kind is CelTokenKind.Int)
            {
                // The smallest number has no positive counterpart, so the sign belongs to the literal.
                var token = _tokens[_at++];
                return Members(Whole("-" + token.Text, token.At));
            }
            return Invoke("-_", Unary());
        }
        finally
        {
            _depth--;
        }
    }

    private CelNode Member() => Members(Primary());

    private CelNode Members(CelNode target)
    {
        while (true)
        {
            if (Accept(".?"))
                target = new CelNode.Select(target, Name(), IsOptional: true);
            else if (Accept("."))
            {
                var name = Name();
                target = Accept("(") ? Method(target, name) : new CelNode.Select(target, name, IsOptional: false);
            }
            else if (Current is { Kind: CelTokenKind.Sign, Text: "[" or "[?" })
            {
                var isOptional = _tokens[_at++].Text == "[?";
                var index = Expression();
                Expect("]");
                target = new CelNode.Index(target, index, isOptional);
            }
            else
                return target;
        }
    }

    private CelNode Primary()
    {
        var token = Current;
        if (Accept("("))
            return Closed(Expression(), ")");
        if (Accept("["))
            return new CelNode.ListOf(Sequence("]", Expression));
        if (Accept("{"))
            return new CelNode.MapOf(
                Sequence(
                    "}",
                    () =>
                    {
                        var key = Expression();
                        Expect(":");
                        return (key, Expression());
                    }
                )
            );
        Accept(".");
        token = Current;
        _at++;
        switch (token.Kind)
        {
            case CelTokenKind.Text:
                return new CelNode.Constant(CelValue.Of(token.Text));
            case CelTokenKind.Int:
                return Whole(token.Text, token.At);
            case CelTokenKind.Uint
                when ulong.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                return new CelNode.Constant(new CelValue.Uint(number));
            case CelTokenKind.Double
                when double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return new CelNode.Constant(new CelValue.Double(number));
            case CelTokenKind.Name:
                return Word(token);
            default:
                _at--;
                throw Unexpected();
        }
    }

    private CelNode Word(CelToken token)
    {
        switch (token.Text)
        {
            case "true":
                return new CelNode.Constant(CelValue.True);
            case "false":
                return new CelNode.Constant(CelValue.False);
            case "null":
                return new CelNode.Constant(CelValue.Null.Value);
            case "in":
                _at--;
                throw Unexpected();
        }
        if (!Accept("("))
        {
            _names.Add(token.Text);
            return new CelNode.Name(token.Text);
        }
        var arguments = Sequence(")", Expression);
        if (token.Text != "has")
            return new CelNode.Call(token.Text, arguments);
        return arguments is [CelNode.Select { IsOptional: false } field]
            ? new CelNode.Has(field.Target, field.Field)
            : throw new CelSyntaxException("has() takes a field", token.At);
    }

    private CelNode Method(CelNode target, string name)
    {
        var at = Current.At;
        var arguments = Sequence(")", Expression);
        if (target is CelNode.Name space && Namespaces.Contains(space.Text))
            return space.Text == "cel" && name == "bind" && arguments is [CelNode.Name bound, var value, var rest]
                ? new CelNode.Bind(bound.Text, value, rest)
                : new CelNode.Call($"{space.Text}.{name}", arguments);
        if (LoopMacros.Contains(name) && arguments.Length is 2 or 3)
        {
            if (arguments[0] is not CelNode.Name variable)
                throw new CelSyntaxException($"{name}() binds a name first", at);
            if (arguments.Length == 3 && name != "map")
                throw new CelSyntaxException($"{name}() takes two parts", at);
            return new CelNode.Loop(
                name,
                target,
                variable.Text,
                arguments.Length == 3 ? arguments[1] : null,
                arguments[^1]
            );
        }
        if (name is "optMap" or "optFlatMap" && arguments is [CelNode.Name inner, var body])
            return new CelNode.OptMap(target, inner.Text, body, name == "optFlatMap");
        return new CelNode.Call(name, [target, .. arguments]);
    }

    private ImmutableArray<T> Sequence<T>(string end, Func<T> item)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        while (!Accept(end))
        {
            items.Add(item());
            if (Accept(","))
                continue;
            Expect(end);
            break;
        }
        return items.ToImmutable();
    }

    private static CelNode.Constant Whole(string text, int at) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new CelNode.Constant(CelValue.Of(number))
            : throw new CelSyntaxException("a number that is too large", at);

    private CelNode Closed(CelNode inner, string end)
    {
        Expect(end);
        return inner;
    }

    private static CelNode.Call Invoke(string function, params ReadOnlySpan<CelNode> arguments) =>
        new(function, [.. arguments]);

    private string Name()
    {
        if (Current.Kind != CelTokenKind.Name)
            throw Unexpected();
        return _tokens[_at++].Text;
    }

    private bool Accept(string sign)
    {
        if (Current.Kind != CelTokenKind.Sign || Current.Text != sign)
            return false;
        _at++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!Accept(sign))
            throw Unexpected($", expected '{sign}'");
    }

    private CelSyntaxException Unexpected(string hint = "") =>
        new(
            Current.Kind == CelTokenKind.End
                ? $"the expression ends too early{hint}"
                : $"unexpected '{Current.Text}'{hint}",
            Current.At
        );
}

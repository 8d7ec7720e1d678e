using System.Collections.Immutable;

namespace Tenon.Api.Cel;

/// <summary>An expression, taken apart.</summary>
internal abstract record CelNode
{
    private CelNode() { }

    public sealed record Constant(CelValue Value) : CelNode;

    public sealed record Name(string Text) : CelNode;

    /// <summary><c>target.field</c>, or <c>target.?field</c>.</summary>
    public sealed record Select(CelNode Target, string Field, bool IsOptional) : CelNode;

    /// <summary><c>target[index]</c>, or <c>target[?index]</c>.</summary>
    public sealed record Index(CelNode Target, CelNode At, bool IsOptional) : CelNode;

    /// <summary><c>has(target.field)</c>.</summary>
    public sealed record Has(CelNode Target, string Field) : CelNode;

    /// <summary>A function, with the value before the dot as its first argument when it is called that way.</summary>
    public sealed record Call(string Function, ImmutableArray<CelNode> Arguments) : CelNode;

    public sealed record And(CelNode Left, CelNode Right) : CelNode;

    public sealed record Or(CelNode Left, CelNode Right) : CelNode;

    public sealed record Choice(CelNode Condition, CelNode Then, CelNode Else) : CelNode;

    public sealed record ListOf(ImmutableArray<CelNode> Items) : CelNode;

    public sealed record MapOf(ImmutableArray<(CelNode Key, CelNode Value)> Entries) : CelNode;

    /// <summary><c>range.all(x, body)</c> and its relatives; a filter only for the three-part <c>map</c>.</summary>
    public sealed record Loop(string Macro, CelNode Range, string Variable, CelNode? Filter, CelNode Body) : CelNode;

    /// <summary><c>cel.bind(name, value, body)</c>, and the body of <c>optMap</c>.</summary>
    public sealed record Bind(string Variable, CelNode Value, CelNode Body) : CelNode;

    /// <summary><c>optional.optMap(x, body)</c>, or <c>optFlatMap</c>.</summary>
    public sealed record OptMap(CelNode Target, string Variable, CelNode Body, bool IsFlat) : CelNode;
}

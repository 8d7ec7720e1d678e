using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Cel;

/// <summary>
/// A value of the expression language. An error is a value too: logic may absorb it, everything else hands it on.
/// </summary>
public abstract record CelValue
{
    private CelValue() { }

    /// <summary>The name of the type, as messages print it.</summary>
    public abstract string TypeName { get; }

    public static readonly CelValue True = new Bool(true);
    public static readonly CelValue False = new Bool(false);

    public sealed record Null : CelValue
    {
        public static readonly Null Value = new();
        public override string TypeName => "null_type";
    }

    public sealed record Bool(bool Value) : CelValue
    {
        public override string TypeName => "bool";
    }

    public sealed record Int(long Value) : CelValue
    {
        public override string TypeName => "int";
    }

    public sealed record Uint(ulong Value) : CelValue
    {
        public override string TypeName => "uint";
    }

    public sealed record Double(double Value) : CelValue
    {
        public override string TypeName => "double";
    }

    public sealed record Text(string Value) : CelValue
    {
        public override string TypeName => "string";
    }

    /// <param name="Keys">What tells the items apart: null for a plain list, empty for a set, field names for a
    /// list-map.</param>
    public sealed record List(ImmutableArray<CelValue> Items, ImmutableArray<string>? Keys = null) : CelValue
    {
        public override string TypeName => "list";
    }

    /// <summary>Keys are texts, numbers or truth values; entries are listed in the order in which they came.</summary>
    public sealed record Map(IReadOnlyDictionary<CelValue, CelValue> Entries) : CelValue
    {
        public override string TypeName => "map";
    }

    public sealed record Duration(GoDuration Value) : CelValue
    {
        public override string TypeName => "google.protobuf.Duration";
    }

    public sealed record Timestamp(DateTimeOffset Value) : CelValue
    {
        public override string TypeName => "google.protobuf.Timestamp";
    }

    public sealed record Amount(Quantity Value) : CelValue
    {
        public override string TypeName => "kubernetes.Quantity";
    }

    /// <summary>A value that may be missing: <c>self.?field</c>.</summary>
    public sealed record Optional(CelValue? Value) : CelValue
    {
        public override string TypeName => "optional_type";
    }

    /// <summary>The type of a value, as <c>type(x)</c> gives it.</summary>
    public sealed record TypeOf(string Name) : CelValue
    {
        public override string TypeName => "type";
    }

    public sealed record Error(string Message) : CelValue
    {
        public override string TypeName => "error";
    }

    public static CelValue Of(bool value) => value ? True : False;

    public static CelValue Of(string value) => new Text(value);

    public static CelValue Of(long value) => new Int(value);

    public static CelValue Fail(string message) => new Error(message);
}

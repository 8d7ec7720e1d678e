using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace Tenon.Api.Cel;

/// <summary>The table of functions and operators; what they do is in the files beside this one.</summary>
internal static class CelFunctions
{
    private delegate CelValue? Body(CelValue[] arguments, CelBudget budget);

    /// <param name="Body">Gives null when no form of the function takes these types.</param>
    private sealed record Function(string Name, int Min, int Max, Body Body);

    private static readonly Function[] Operators =
    [
        new("==", 2, 2, static (a, b) => CelValue.Of(CelEquality.Same(a[0], a[1], b))),
        new("!=", 2, 2, static (a, b) => CelValue.Of(!CelEquality.Same(a[0], a[1], b))),
        new("<", 2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order < 0) : null),
        new("<=", 2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order <= 0) : null),
        new(">", 2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order > 0) : null),
        new(">=", 2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order >= 0) : null),
        new("in", 2, 2, CelLists.In),
        new("+", 2, 2, static (a, _) => CelArithmetic.Add(a[0], a[1])),
        new("-", 2, 2, static (a, _) => CelArithmetic.Subtract(a[0], a[1])),
        new("*", 2, 2, static (a, _) => CelArithmetic.Multiply(a[0], a[1])),
        new("/", 2, 2, static (a, _) => CelArithmetic.Divide(a[0], a[1])),
        new("%", 2, 2, static (a, _) => CelArithmetic.Modulo(a[0], a[1])),
        new("-_", 1, 1, static (a, _) => CelArithmetic.Negate(a[0])),
        new("!_", 1, 1, static (a, _) => a[0] is CelValue.Bool value ? CelValue.Of(!value.Value) : null),
    ];

    private static readonly Function[] Conversions =
    [
        new("size", 1, 1, static (a, _) => CelLists.Size(a[0])),
        new("type", 1, 1, static (a, _) => new CelValue.TypeOf(a[0].TypeName)),
        new("dyn", 1, 1, static (a, _) => a[0]),
        new("int", 1, 1, static (a, _) => CelConversions.ToInt(a[0])),
        new("uint", 1, 1, static (a, _) => CelConversions.ToUint(a[0])),
        new("double", 1, 1, static (a, _) => CelConversions.ToDouble(a[0])),
        new("string", 1, 1, static (a, _) => CelConversions.ToText(a[0])),
        new("bool", 1, 1, static (a, _) => CelConversions.ToBool(a[0])),
        new("duration", 1, 1, static (a, _) => CelConversions.ToDuration(a[0])),
        new("timestamp", 1, 1, static (a, _) => CelConversions.ToTimestamp(a[0])),
        new("getSeconds", 1, 1, static (a, _) => CelConversions.Part(a[0], 1_000_000_000, static time => time.Second)),
        new("getMinutes", 1, 1, static (a, _) => CelConversions.Part(a[0], 60_000_000_000, static time => time.Minute)),
        new("getHours", 1, 1, static (a, _) => CelConversions.Part(a[0], 3_600_000_000_000, static time => time.Hour)),
        new(
            "getMilliseconds",
            1,
            1,
            static (a, _) => CelConversions.Part(a[0], 1_000_000, static time => time.Millisecond)
        ),
        new("getFullYear", 1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => time.Year)),
        new("getMonth", 1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => time.Month - 1)),
        new("getDate", 1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => time.Day)),
        new("getDayOfWeek", 1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => (int)time.DayOfWeek)),
    ];

    private static readonly Function[] Texts =
    [
        new(
            "contains",
            2,
            2,
            static (a, _) => CelTexts.Test(a, static (text, part) => text.Contains(part, StringComparison.Ordinal))
        ),
        new(
            "startsWith",
            2,
            2,
            static (a, _) => CelTexts.Test(a, static (text, part) => text.StartsWith(part, StringComparison.Ordinal))
        ),
        new(
            "endsWith",
            2,
            2,
            static (a, _) => CelTexts.Test(a, static (text, part) => text.EndsWith(part, StringComparison.Ordinal))
        ),
        new("matches", 2, 2, CelTexts.Matches),
        new("find", 2, 2, CelTexts.Find),
        new("findAll", 2, 3, CelTexts.FindAll),
        new(
            "lowerAscii",
            1,
            1,
            static (a, _) => CelTexts.Map(a, static text => CelTexts.Ascii(text, char.ToLowerInvariant))
        ),
        new(
            "upperAscii",
            1,
            1,
            static (a, _) => CelTexts.Map(a, static text => CelTexts.Ascii(text, char.ToUpperInvariant))
        ),
        new("trim", 1, 1, static (a, _) => CelTexts.Map(a, static text => text.Trim())),
        new("charAt", 2, 2, static (a, _) => CelTexts.CharAt(a)),
        new("substring", 2, 3, static (a, _) => CelTexts.Substring(a)),
        new("replace", 3, 4, static (a, _) => CelTexts.Replace(a)),
        new("split", 2, 3, static (a, _) => CelTexts.Split(a)),
        new("join", 1, 2, static (a, _) => CelTexts.Join(a)),
        new("indexOf", 2, 3, static (a, b) => CelTexts.IndexOf(a) ?? CelLists.IndexOf(a, b, fromEnd: false)),
        new("lastIndexOf", 2, 3, static (a, b) => CelTexts.LastIndexOf(a) ?? CelLists.IndexOf(a, b, fromEnd: true)),
        new("format", 2, 2, static (a, _) => CelTexts.Format(a)),
    ];

    private static readonly Function[] Lists =
    [
        new("isSorted", 1, 1, static (a, _) => CelLists.IsSorted(a[0])),
        new("sum", 1, 1, static (a, _) => CelLists.Sum(a[0])),
        new("min", 1, 1, static (a, _) => CelLists.Extreme(a[0], -1)),
        new("max", 1, 1, static (a, _) => CelLists.Extreme(a[0], 1)),
        new(
            "reverse",
            1,
            1,
            static (a, _) => a[0] is CelValue.List list ? new CelValue.List([.. list.Items.Reverse()]) : null
        ),
        new("sets.contains", 2, 2, static (a, b) => CelLists.SetContains(a[0], a[1], b)),
        new("sets.equivalent", 2, 2, static (a, b) => CelLists.SetEquivalent(a[0], a[1], b)),
        new("sets.intersects", 2, 2, static (a, b) => CelLists.SetIntersects(a[0], a[1], b)),
    ];

    private static readonly Function[] Quantities =
    [
        new("quantity", 1, 1, static (a, _) => CelQuantities.Parse(a[0])),
        new("isQuantity", 1, 1, static (a, _) => CelQuantities.IsQuantity(a[0])),
        new(
            "sign",
            1,
            1,
            static (a, _) => a[0] is CelValue.Amount amount ? CelValue.Of((long)amount.Value.Sign) : null
        ),
        new("isInteger", 1, 1, static (a, _) => CelQuantities.IsInteger(a[0])),
        new("asInteger", 1, 1, static (a, _) => CelQuantities.AsInteger(a[0])),
        new(
            "asApproximateFloat",
            1,
            1,
            static (a, _) => a[0] is CelValue.Amount amount ? new CelValue.Double(amount.Value.ToDouble()) : null
        ),
        new(
            "compareTo",
            2,
            2,
            static (a, _) =>
                CelEquality.Compare(a[0], a[1]) is { } order && a[0] is CelValue.Amount
                    ? CelValue.Of((long)order)
                    : null
        ),
        new(
            "isGreaterThan",
            2,
            2,
            static (a, _) =>
                a[0] is CelValue.Amount && CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order > 0) : null
        ),
        new(
            "isLessThan",
            2,
            2,
            static (a, _) =>
                a[0] is CelValue.Amount && CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order < 0) : null
        ),
        new("add", 2, 2, static (a, _) => CelQuantities.Add(a[0], a[1], 1)),
        new("sub", 2, 2, static (a, _) => CelQuantities.Add(a[0], a[1], -1)),
    ];

    private static readonly Function[] Optionals =
    [
        new("optional.of", 1, 1, static (a, _) => new CelValue.Optional(a[0])),
        new("optional.none", 0, 0, static (_, _) => new CelValue.Optional(null)),
        new(
            "optional.ofNonZeroValue",
            1,
            1,
            static (a, _) => new CelValue.Optional(CelEquality.IsZero(a[0]) ? null : a[0])
        ),
        new(
            "hasValue",
            1,
            1,
            static (a, _) => a[0] is CelValue.Optional optional ? CelValue.Of(optional.Value is not null) : null
        ),
        new(
            "value",
            1,
            1,
            static (a, _) =>
                a[0] is CelValue.Optional optional
                    ? optional.Value ?? CelValue.Fail("optional.none() dereference")
                    : null
        ),
        new("orValue", 2, 2, static (a, _) => a[0] is CelValue.Optional optional ? optional.Value ?? a[1] : null),
        new(
            "or",
            2,
            2,
            static (a, _) =>
                a[0] is CelValue.Optional optional
                    ? optional.Value is null
                        ? a[1]
                        : a[0]
                    : null
        ),
    ];

    private static readonly FrozenDictionary<string, Function> Table = (
        (Function[])[.. Operators, .. Conversions, .. Texts, .. Lists, .. Quantities, .. Optionals]
    ).ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    public static CelValue Invoke(string function, CelValue[] arguments, CelBudget budget) =>
        Table[function].Body(arguments, budget)
        ?? CelValue.Fail(
            $"no such overload: {function}({string.Join(", ", arguments.Select(argument => argument.TypeName))})"
        );

    /// <summary>What the expression calls that does not exist; null when all is known.</summary>
    public static string? Unknown(CelNode node) =>
        node switch
        {
            CelNode.Call call => !Table.TryGetValue(call.Function, out var known)
                ? $"undeclared reference to '{call.Function}'"
            : call.Arguments.Length < known.Min || call.Arguments.Length > known.Max
                ? $"found no matching overload for '{call.Function}'"
            : First(call.Arguments),
            CelNode.Select select => Unknown(select.Target),
            CelNode.Index index => Unknown(index.Target) ?? Unknown(index.At),
            CelNode.Has has => Unknown(has.Target),
            CelNode.And and => Unknown(and.Left) ?? Unknown(and.Right),
            CelNode.Or or => Unknown(or.Left) ?? Unknown(or.Right),
            CelNode.Choice choice => Unknown(choice.Condition) ?? Unknown(choice.Then) ?? Unknown(choice.Else),
            CelNode.ListOf list => First(list.Items),
            CelNode.MapOf map => First([.. map.Entries.SelectMany(entry => (CelNode[])[entry.Key, entry.Value])]),
            CelNode.Loop loop => Unknown(loop.Range)
                ?? (loop.Filter is null ? null : Unknown(loop.Filter))
                ?? Unknown(loop.Body),
            CelNode.Bind bind => Unknown(bind.Value) ?? Unknown(bind.Body),
            CelNode.OptMap map => Unknown(map.Target) ?? Unknown(map.Body),
            _ => null,
        };

    /// <summary>A value as messages print it.</summary>
    public static string Show(CelValue value) =>
        value switch
        {
            CelValue.Text text => text.Value,
            CelValue.Int number => number.Value.ToString(CultureInfo.InvariantCulture),
            CelValue.Uint number => number.Value.ToString(CultureInfo.InvariantCulture),
            CelValue.Double number => number.Value.ToString("R", CultureInfo.InvariantCulture),
            CelValue.Bool truth => truth.Value ? "true" : "false",
            CelValue.Null => "null",
            CelValue.Duration duration => duration.Value.ToString(),
            CelValue.Timestamp time => Json.WireTime.Seconds(time.Value),
            CelValue.Amount amount => amount.Value.ToString(),
            CelValue.TypeOf type => type.Name,
            CelValue.List list => $"[{string.Join(", ", list.Items.Select(Show))}]",
            CelValue.Map map =>
                $"{{{string.Join(", ", map.Entries.Select(entry => $"{Show(entry.Key)}: {Show(entry.Value)}"))}}}",
            CelValue.Error error => error.Message,
            _ => value.TypeName,
        };

    private static string? First(ImmutableArray<CelNode> nodes)
    {
        foreach (var node in nodes)
            if (Unknown(node) is { } unknown)
                return unknown;
        return null;
    }
}

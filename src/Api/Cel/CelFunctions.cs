using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace Tenon.Api.Cel;

/// <summary>The table of functions and operators; what they do is in the files beside this one.</summary>
internal static class CelFunctions
{
    private delegate CelValue? Body(CelValue[] arguments, CelBudget budget);

    /// <summary>Null from a body means that no form of the function takes these types.</summary>
    private static readonly FrozenDictionary<string, (int Min, int Max, Body Body)> Table = new Dictionary<string, (int, int, Body)>
    {
        ["=="] = (2, 2, static (a, b) => CelValue.Of(CelEquality.Same(a[0], a[1], b))),
        ["!="] = (2, 2, static (a, b) => CelValue.Of(!CelEquality.Same(a[0], a[1], b))),
        ["<"] = (2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order < 0) : null),
        ["<="] = (2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order <= 0) : null),
        [">"] = (2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order > 0) : null),
        [">="] = (2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order >= 0) : null),
        ["in"] = (2, 2, CelLists.In),
        ["+"] = (2, 2, static (a, _) => CelArithmetic.Add(a[0], a[1])),
        ["-"] = (2, 2, static (a, _) => CelArithmetic.Subtract(a[0], a[1])),
        ["*"] = (2, 2, static (a, _) => CelArithmetic.Multiply(a[0], a[1])),
        ["/"] = (2, 2, static (a, _) => CelArithmetic.Divide(a[0], a[1])),
        ["%"] = (2, 2, static (a, _) => CelArithmetic.Modulo(a[0], a[1])),
        ["-_"] = (1, 1, static (a, _) => CelArithmetic.Negate(a[0])),
        ["!_"] = (1, 1, static (a, _) => a[0] is CelValue.Bool value ? CelValue.Of(!value.Value) : null),

        ["size"] = (1, 1, static (a, _) => CelLists.Size(a[0])),
        ["type"] = (1, 1, static (a, _) => new CelValue.TypeOf(a[0].TypeName)),
        ["dyn"] = (1, 1, static (a, _) => a[0]),
        ["int"] = (1, 1, static (a, _) => CelConversions.ToInt(a[0])),
        ["uint"] = (1, 1, static (a, _) => CelConversions.ToUint(a[0])),
        ["double"] = (1, 1, static (a, _) => CelConversions.ToDouble(a[0])),
        ["string"] = (1, 1, static (a, _) => CelConversions.ToText(a[0])),
        ["bool"] = (1, 1, static (a, _) => CelConversions.ToBool(a[0])),
        ["duration"] = (1, 1, static (a, _) => CelConversions.ToDuration(a[0])),
        ["timestamp"] = (1, 1, static (a, _) => CelConversions.ToTimestamp(a[0])),

        ["contains"] = (2, 2, static (a, _) => CelTexts.Test(a, static (text, part) => text.Contains(part, StringComparison.Ordinal))),
        ["startsWith"] = (2, 2, static (a, _) => CelTexts.Test(a, static (text, part) => text.StartsWith(part, StringComparison.Ordinal))),
        ["endsWith"] = (2, 2, static (a, _) => CelTexts.Test(a, static (text, part) => text.EndsWith(part, StringComparison.Ordinal))),
        ["matches"] = (2, 2, CelTexts.Matches),
        ["find"] = (2, 2, CelTexts.Find),
        ["findAll"] = (2, 3, CelTexts.FindAll),
        ["lowerAscii"] = (1, 1, static (a, _) => CelTexts.Map(a, static text => CelTexts.Ascii(text, char.ToLowerInvariant))),
        ["upperAscii"] = (1, 1, static (a, _) => CelTexts.Map(a, static text => CelTexts.Ascii(text, char.ToUpperInvariant))),
        ["trim"] = (1, 1, static (a, _) => CelTexts.Map(a, static text => text.Trim())),
        ["charAt"] = (2, 2, static (a, _) => CelTexts.CharAt(a)),
        ["substring"] = (2, 3, static (a, _) => CelTexts.Substring(a)),
        ["replace"] = (3, 4, static (a, _) => CelTexts.Replace(a)),
        ["split"] = (2, 3, static (a, _) => CelTexts.Split(a)),
        ["join"] = (1, 2, static (a, _) => CelTexts.Join(a)),
        ["indexOf"] = (2, 3, static (a, b) => CelTexts.IndexOf(a) ?? CelLists.IndexOf(a, b, fromEnd: false)),
        ["lastIndexOf"] = (2, 3, static (a, b) => CelTexts.LastIndexOf(a) ?? CelLists.IndexOf(a, b, fromEnd: true)),
        ["format"] = (2, 2, static (a, _) => CelTexts.Format(a)),

        ["isSorted"] = (1, 1, static (a, _) => CelLists.IsSorted(a[0])),
        ["sum"] = (1, 1, static (a, _) => CelLists.Sum(a[0])),
        ["min"] = (1, 1, static (a, _) => CelLists.Extreme(a[0], -1)),
        ["max"] = (1, 1, static (a, _) => CelLists.Extreme(a[0], 1)),
        ["reverse"] = (1, 1, static (a, _) => a[0] is CelValue.List list ? new CelValue.List([.. list.Items.Reverse()]) : null),
        ["sets.contains"] = (2, 2, static (a, b) => CelLists.SetContains(a[0], a[1], b)),
        ["sets.equivalent"] = (2, 2, static (a, b) => CelLists.SetEquivalent(a[0], a[1], b)),
        ["sets.intersects"] = (2, 2, static (a, b) => CelLists.SetIntersects(a[0], a[1], b)),

        ["quantity"] = (1, 1, static (a, _) => CelQuantities.Parse(a[0])),
        ["isQuantity"] = (1, 1, static (a, _) => CelQuantities.IsQuantity(a[0])),
        ["sign"] = (1, 1, static (a, _) => a[0] is CelValue.Amount amount ? CelValue.Of((long)amount.Value.Sign) : null),
        ["isInteger"] = (1, 1, static (a, _) => CelQuantities.IsInteger(a[0])),
        ["asInteger"] = (1, 1, static (a, _) => CelQuantities.AsInteger(a[0])),
        ["asApproximateFloat"] = (1, 1, static (a, _) => a[0] is CelValue.Amount amount ? new CelValue.Double(amount.Value.ToDouble()) : null),
        ["compareTo"] = (2, 2, static (a, _) => CelEquality.Compare(a[0], a[1]) is { } order && a[0] is CelValue.Amount ? CelValue.Of((long)order) : null),
        ["isGreaterThan"] = (2, 2, static (a, _) => a[0] is CelValue.Amount && CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order > 0) : null),
        ["isLessThan"] = (2, 2, static (a, _) => a[0] is CelValue.Amount && CelEquality.Compare(a[0], a[1]) is { } order ? CelValue.Of(order < 0) : null),
        ["add"] = (2, 2, static (a, _) => CelQuantities.Add(a[0], a[1], 1)),
        ["sub"] = (2, 2, static (a, _) => CelQuantities.Add(a[0], a[1], -1)),

        ["optional.of"] = (1, 1, static (a, _) => new CelValue.Optional(a[0])),
        ["optional.none"] = (0, 0, static (_, _) => new CelValue.Optional(null)),
        ["optional.ofNonZeroValue"] = (1, 1, static (a, _) => new CelValue.Optional(CelEquality.IsZero(a[0]) ? null : a[0])),
        ["hasValue"] = (1, 1, static (a, _) => a[0] is CelValue.Optional optional ? CelValue.Of(optional.Value is not null) : null),
        ["value"] = (1, 1, static (a, _) => a[0] is CelValue.Optional optional ? optional.Value ?? CelValue.Fail("optional.none() dereference") : null),
        ["orValue"] = (2, 2, static (a, _) => a[0] is CelValue.Optional optional ? optional.Value ?? a[1] : null),
        ["or"] = (2, 2, static (a, _) => a[0] is CelValue.Optional optional ? optional.Value is null ? a[1] : a[0] : null),

        ["getSeconds"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 1_000_000_000, static time => time.Second)),
        ["getMinutes"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 60_000_000_000, static time => time.Minute)),
        ["getHours"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 3_600_000_000_000, static time => time.Hour)),
        ["getMilliseconds"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 1_000_000, static time => time.Millisecond)),
        ["getFullYear"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => time.Year)),
        ["getMonth"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => time.Month - 1)),
        ["getDate"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => time.Day)),
        ["getDayOfWeek"] = (1, 1, static (a, _) => CelConversions.Part(a[0], 0, static time => (int)time.DayOfWeek)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static CelValue Invoke(string function, CelValue[] arguments, CelBudget budget) =>
        Table[function].Body(arguments, budget)
        ?? CelValue.Fail($"no such overload: {function}({string.Join(", ", arguments.Select(argument => argument.TypeName))})");

    /// <summary>What the expression calls that does not exist; null when all is known.</summary>
    public static string? Unknown(CelNode node) => node switch
    {
        CelNode.Call call => !Table.TryGetValue(call.Function, out var known) ? $"undeclared reference to '{call.Function}'"
            : call.Arguments.Length < known.Min || call.Arguments.Length > known.Max ? $"found no matching overload for '{call.Function}'"
            : First(call.Arguments),
        CelNode.Select select => Unknown(select.Target),
        CelNode.Index index => Unknown(index.Target) ?? Unknown(index.At),
        CelNode.Has has => Unknown(has.Target),
        CelNode.And and => Unknown(and.Left) ?? Unknown(and.Right),
        CelNode.Or or => Unknown(or.Left) ?? Unknown(or.Right),
        CelNode.Choice choice => Unknown(choice.Condition) ?? Unknown(choice.Then) ?? Unknown(choice.Else),
        CelNode.ListOf list => First(list.Items),
        CelNode.MapOf map => First([.. map.Entries.SelectMany(entry => (CelNode[])[entry.Key, entry.Value])]),
        CelNode.Loop loop => Unknown(loop.Range) ?? (loop.Filter is null ? null : Unknown(loop.Filter)) ?? Unknown(loop.Body),
        CelNode.Bind bind => Unknown(bind.Value) ?? Unknown(bind.Body),
        CelNode.OptMap map => Unknown(map.Target) ?? Unknown(map.Body),
        _ => null,
    };

    /// <summary>A value as messages print it.</summary>
    public static string Show(CelValue value) => value switch
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
        CelValue.Map map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{Show(entry.Key)}: {Show(entry.Value)}"))}}}",
        CelValue.Error error => error.Message,
        _ => value.TypeName,
    };

    private static string? First(ImmutableArray<CelNode> nodes)
    {
        foreach (var node in nodes)
            if (Unknown(node) is { } unknown) return unknown;
        return null;
    }
}

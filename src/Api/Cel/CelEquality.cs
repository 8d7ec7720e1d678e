using System.Numerics;

namespace Tenon.Api.Cel;

/// <summary>Equality between any two values, and order between values of kindred types.</summary>
internal static class CelEquality
{
    public static bool Same(CelValue a, CelValue b, CelBudget budget)
    {
        budget.Spend(1);
        switch (a, b)
        {
            case (CelValue.List left, CelValue.List right):
                return SameLists(left, right, budget);
            case (CelValue.Map left, CelValue.Map right):
                if (left.Entries.Count != right.Entries.Count)
                    return false;
                foreach (var (key, value) in left.Entries)
                    if (!right.Entries.TryGetValue(key, out var other) || !Same(value, other, budget))
                        return false;
                return true;
            case (CelValue.Optional left, CelValue.Optional right):
                return left.Value is null
                    ? right.Value is null
                    : right.Value is not null && Same(left.Value, right.Value, budget);
            case (CelValue.Int or CelValue.Uint or CelValue.Double, CelValue.Int or CelValue.Uint or CelValue.Double):
                return Compare(a, b) == 0;
            default:
                return a == b;
        }
    }

    /// <summary>Null when the two have no order.</summary>
    public static int? Compare(CelValue a, CelValue b) =>
        (a, b) switch
        {
            (CelValue.Int x, CelValue.Int y) => x.Value.CompareTo(y.Value),
            (CelValue.Double { Value: double.NaN }, _) or (_, CelValue.Double { Value: double.NaN }) => null,
            (CelValue.Double x, CelValue.Double y) => x.Value.CompareTo(y.Value),
            (CelValue.Double x, CelValue.Int or CelValue.Uint) => CompareDouble(x.Value, Whole(b)),
            (CelValue.Int or CelValue.Uint, CelValue.Double y) => -CompareDouble(y.Value, Whole(a)),
            (CelValue.Int or CelValue.Uint, CelValue.Int or CelValue.Uint) => Whole(a).CompareTo(Whole(b)),
            (CelValue.Text x, CelValue.Text y) => Math.Sign(string.CompareOrdinal(x.Value, y.Value)),
            (CelValue.Bool x, CelValue.Bool y) => x.Value.CompareTo(y.Value),
            (CelValue.Duration x, CelValue.Duration y) => x.Value.CompareTo(y.Value),
            (CelValue.Timestamp x, CelValue.Timestamp y) => x.Value.CompareTo(y.Value),
            (CelValue.Amount x, CelValue.Amount y) => x.Value.CompareTo(y.Value),
            _ => null,
        };

    public static bool IsZero(CelValue value) =>
        value switch
        {
            CelValue.Null
            or CelValue.Bool { Value: false }
            or CelValue.Int { Value: 0 }
            or CelValue.Uint { Value: 0 } => true,
            CelValue.Double { Value: 0 } or CelValue.Text { Value: "" } or CelValue.List { Items.IsEmpty: true } =>
                true,
            CelValue.Map map => map.Entries.Count == 0,
            _ => false,
        };

    /// <summary>Sets and list-maps are equal in any order, as the API server holds them.</summary>
    private static bool SameLists(CelValue.List a, CelValue.List b, CelBudget budget)
    {
        if (a.Items.Length != b.Items.Length)
            return false;
        var ordered = a.Keys is null && b.Keys is null;
        for (var i = 0; i < a.Items.Length; i++)
        {
            if (Same(a.Items[i], b.Items[i], budget))
                continue;
            if (ordered || !b.Items.Any(item => Same(a.Items[i], item, budget)))
                return false;
        }
        return true;
    }

    private static int CompareDouble(double a, BigInteger b)
    {
        if (double.IsInfinity(a))
            return Math.Sign(a);
        var order = new BigInteger(Math.Floor(a)).CompareTo(b);
        return order != 0 ? order
            : a > Math.Floor(a) ? 1
            : 0;
    }

    private static BigInteger Whole(CelValue value) =>
        value is CelValue.Int number ? number.Value : ((CelValue.Uint)value).Value;
}

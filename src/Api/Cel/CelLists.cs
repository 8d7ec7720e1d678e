namespace Tenon.Api.Cel;

/// <summary>Lists, maps and sets.</summary>
internal static class CelLists
{
    public static CelValue? Size(CelValue value) =>
        value switch
        {
            CelValue.Text text => CelValue.Of((long)text.Value.EnumerateRunes().Count()),
            CelValue.List list => CelValue.Of((long)list.Items.Length),
            CelValue.Map map => CelValue.Of((long)map.Entries.Count),
            _ => null,
        };

    public static CelValue? In(CelValue[] a, CelBudget budget) =>
        a[1] switch
        {
            CelValue.List list => CelValue.Of(Contains(list, a[0], budget)),
            CelValue.Map map => CelValue.Of(map.Entries.ContainsKey(a[0])),
            _ => null,
        };

    public static CelValue? IndexOf(CelValue[] a, CelBudget budget, bool fromEnd)
    {
        if (a is not [CelValue.List list, var wanted])
            return null;
        for (var i = 0; i < list.Items.Length; i++)
        {
            var at = fromEnd ? list.Items.Length - 1 - i : i;
            if (CelEquality.Same(list.Items[at], wanted, budget))
                return CelValue.Of((long)at);
        }
        return CelValue.Of(-1);
    }

    public static CelValue? IsSorted(CelValue value)
    {
        if (value is not CelValue.List list)
            return null;
        for (var i = 1; i < list.Items.Length; i++)
            switch (CelEquality.Compare(list.Items[i - 1], list.Items[i]))
            {
                case null:
                    return null;
                case > 0:
                    return CelValue.False;
            }
        return CelValue.True;
    }

    public static CelValue? Sum(CelValue value)
    {
        if (value is not CelValue.List list)
            return null;
        if (list.Items.IsEmpty)
            return CelValue.Of(0);
        CelValue? sum = list.Items[0];
        for (var i = 1; i < list.Items.Length && sum is not (null or CelValue.Error); i++)
            sum = sum is CelValue.Text or CelValue.List ? null : CelArithmetic.Add(sum, list.Items[i]);
        return sum;
    }

    public static CelValue? Extreme(CelValue value, int direction)
    {
        if (value is not CelValue.List list)
            return null;
        if (list.Items.IsEmpty)
            return CelValue.Fail(direction < 0 ? "min called on empty list" : "max called on empty list");
        var best = list.Items[0];
        foreach (var item in list.Items)
        {
            if (CelEquality.Compare(item, best) is not { } order)
                return null;
            if (order * direction > 0)
                best = item;
        }
        return best;
    }

    public static CelValue? SetContains(CelValue a, CelValue b, CelBudget budget) =>
        a is CelValue.List all && b is CelValue.List some
            ? CelValue.Of(some.Items.All(item => Contains(all, item, budget)))
            : null;

    public static CelValue? SetEquivalent(CelValue a, CelValue b, CelBudget budget) =>
        a is CelValue.List left && b is CelValue.List right
            ? CelValue.Of(
                right.Items.All(item => Contains(left, item, budget))
                    && left.Items.All(item => Contains(right, item, budget))
            )
            : null;

    public static CelValue? SetIntersects(CelValue a, CelValue b, CelBudget budget) =>
        a is CelValue.List left && b is CelValue.List right
            ? CelValue.Of(left.Items.Any(item => Contains(right, item, budget)))
            : null;

    private static bool Contains(CelValue.List list, CelValue wanted, CelBudget budget)
    {
        foreach (var item in list.Items)
            if (CelEquality.Same(item, wanted, budget))
                return true;
        return false;
    }
}

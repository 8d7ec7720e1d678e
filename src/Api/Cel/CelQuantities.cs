using Tenon.Api.Core;

namespace Tenon.Api.Cel;

/// <summary>Kubernetes' quantities in rules: <c>quantity('500m').isLessThan(quantity('1'))</c>.</summary>
internal static class CelQuantities
{
    public static CelValue? Parse(CelValue value) =>
        value is not CelValue.Text text ? null
        : Quantity.TryParse(text.Value, out var quantity) ? new CelValue.Amount(quantity)
        : CelValue.Fail($"\"{text.Value}\" is not a quantity");

    public static CelValue? IsQuantity(CelValue value) =>
        value is CelValue.Text text ? CelValue.Of(Quantity.TryParse(text.Value, out _)) : null;

    public static CelValue? IsInteger(CelValue value) =>
        value is CelValue.Amount amount ? CelValue.Of(IsWhole(amount.Value)) : null;

    public static CelValue? AsInteger(CelValue value) =>
        value is not CelValue.Amount amount ? null
        : IsWhole(amount.Value) ? CelValue.Of(amount.Value.ToUnits())
        : CelValue.Fail("cannot convert value to integer");

    public static CelValue? Add(CelValue a, CelValue b, int sign) =>
        (a, b) switch
        {
            (CelValue.Amount x, CelValue.Amount y) => new CelValue.Amount(
                sign > 0 ? x.Value + y.Value : x.Value - y.Value
            ),
            (CelValue.Amount x, CelValue.Int y) => new CelValue.Amount(
                sign > 0 ? x.Value + Quantity.FromUnits(y.Value) : x.Value - Quantity.FromUnits(y.Value)
            ),
            _ => null,
        };

    private static bool IsWhole(Quantity quantity) => Quantity.FromUnits(quantity.ToUnits()) == quantity;
}

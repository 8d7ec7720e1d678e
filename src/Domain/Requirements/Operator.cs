namespace Tenon.Domain.Requirements;

/// <summary>
/// How a requirement reads once it is normalised. Bounds belong to <see cref="Exists"/> and <see cref="NotIn"/>.
/// </summary>
public enum Operator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

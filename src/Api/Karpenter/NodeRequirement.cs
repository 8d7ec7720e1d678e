using Tenon.Api.Core;

namespace Tenon.Api.Karpenter;

/// <summary>
/// A requirement of a pool, claim or overlay; <c>Gte</c> and <c>Lte</c> exist here but not in pods' node affinity.
/// </summary>
public sealed record NodeRequirement : Wire
{
    public string Key
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Operator
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<string> Values
    {
        get;
        init => field = value ?? [];
    } = [];
    public int? MinValues { get; init; }
}

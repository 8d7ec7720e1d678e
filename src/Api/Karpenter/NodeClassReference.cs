using Tenon.Api.Core;

namespace Tenon.Api.Karpenter;

public sealed record NodeClassReference : Wire
{
    internal static readonly NodeClassReference Empty = new();

    public string Group
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Kind
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
}

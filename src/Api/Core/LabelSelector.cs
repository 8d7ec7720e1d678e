namespace Tenon.Api.Core;

/// <summary>An empty selector selects everything; an absent one selects nothing.</summary>
public sealed record LabelSelector : Wire
{
    internal static readonly LabelSelector Empty = new();

    public IReadOnlyDictionary<string, string> MatchLabels
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public IReadOnlyList<LabelSelectorRequirement> MatchExpressions
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record LabelSelectorRequirement : Wire
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
}

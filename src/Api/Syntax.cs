namespace Tenon.Api;

/// <summary>
/// Kubernetes' syntax of names, label keys and label values. Each check gives null, or upstream's words for what is
/// wrong.
/// </summary>
public static class Syntax
{
    public const int MaxNameLength = 63;
    public const int MaxSubdomainLength = 253;
    public const int MaxLabelValueLength = 63;

    private const string SubdomainFault =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelFault =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string NameFault =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueFault =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>An optional DNS prefix and a slash, then a name: label keys, annotation keys, taint keys.</summary>
    public static string? QualifiedName(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            if (text.IndexOf('/', slash + 1) >= 0)
                return "a qualified name "
                    + NameFault
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            if (slash == 0)
                return "prefix part must be non-empty";
            if (Subdomain(text[..slash]) is { } fault)
                return "prefix part " + fault;
            text = text[(slash + 1)..];
        }
        if (text.Length == 0)
            return "name part must be non-empty";
        if (text.Length > MaxNameLength)
            return "name part must be no more than 63 bytes";
        return IsLabelWord(text) ? null : "name part " + NameFault;
    }

    public static string? LabelValue(string text)
    {
        if (text.Length == 0)
            return null;
        if (text.Length > MaxLabelValueLength)
            return "must be no more than 63 bytes";
        return IsLabelWord(text) ? null : ValueFault;
    }

    public static string? Subdomain(string text)
    {
        if (text.Length > MaxSubdomainLength)
            return "must be no more than 253 bytes";
        foreach (var part in text.Split('.'))
            if (!IsDnsWord(part))
                return SubdomainFault;
        return null;
    }

    public static string? DnsLabel(string text) =>
        text.Length > MaxNameLength ? "must be no more than 63 bytes"
        : IsDnsWord(text) ? null
        : LabelFault;

    private static bool IsDnsWord(string text)
    {
        if (text.Length == 0 || text[0] == '-' || text[^1] == '-')
            return false;
        foreach (var c in text)
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                return false;
        return true;
    }

    private static bool IsLabelWord(string text)
    {
        if (!char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
            return false;
        foreach (var c in text)
            if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                return false;
        return true;
    }
}

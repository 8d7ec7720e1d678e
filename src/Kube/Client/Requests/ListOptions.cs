using System.Text;

namespace Tenon.Kube.Client.Requests;

/// <summary>
/// What to list. Selectors are in the wire's own syntax (<c>a=b,c in (d,e)</c>, <c>spec.nodeName=n1</c>).
/// </summary>
public sealed record ListOptions
{
    /// <summary>Objects in one page, as client-go asks for.</summary>
    public const int DefaultPageSize = 500;

    public static readonly ListOptions All = new();

    /// <summary>Null lists all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public int PageSize { get; init; } = DefaultPageSize;

    /// <summary>
    /// Null reads the newest state; <c>0</c> accepts the server's cache. Other values need <see
    /// cref="ResourceVersionMatch"/>.
    /// </summary>
    public string? ResourceVersion { get; init; }
    public string? ResourceVersionMatch { get; init; }

    public static ListOptions In(string ns) => new() { Namespace = ns };

    internal string Query(string? resume)
    {
        var query = new QueryText();
        query.Add("labelSelector", LabelSelector);
        query.Add("fieldSelector", FieldSelector);
        if (PageSize > 0)
            query.Add("limit", PageSize.ToString(System.Globalization.CultureInfo.InvariantCulture));
        // A continue token carries its own version; the server refuses both together.
        if (resume is null)
        {
            query.Add("resourceVersion", ResourceVersion);
            query.Add("resourceVersionMatch", ResourceVersionMatch);
        }
        else
        {
            query.Add("continue", resume);
        }
        return query.ToString();
    }
}

/// <summary>Builds <c>?a=b&amp;c=d</c>; absent values are left out.</summary>
internal sealed class QueryText
{
    private readonly StringBuilder _text = new();

    public QueryText Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public override string ToString() => _text.ToString();
}

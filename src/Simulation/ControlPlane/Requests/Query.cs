namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>The query part of a request path.</summary>
internal sealed class Query
{
    public static readonly Query Empty = new("");
    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public Query(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('&'))
        {
            var part = text[range];
            if (part.IsEmpty)
                continue;
            var cut = part.IndexOf('=');
            var key = Unescape(cut < 0 ? part : part[..cut]);
            _pairs.Add(new(key, cut < 0 ? "" : Unescape(part[(cut + 1)..])));
        }
    }

    /// <summary>The first value; null when absent.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var pair in _pairs)
                if (pair.Key == key)
                    return pair.Value;
            return null;
        }
    }

    public bool IsTrue(string key) => this[key] is "true" or "1" or "True" or "TRUE" or "t" or "T";

    public IEnumerable<string> All(string key) => _pairs.Where(pair => pair.Key == key).Select(pair => pair.Value);

    private static string Unescape(ReadOnlySpan<char> text) =>
        text.IndexOfAny('%', '+') < 0 ? text.ToString() : Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}

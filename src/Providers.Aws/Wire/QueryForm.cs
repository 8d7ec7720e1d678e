using System.Globalization;
using System.Text;

namespace Tenon.Providers.Aws.Wire;

/// <summary>
/// The form body of the EC2 query protocol: <c>Action=…&amp;Version=…&amp;Filter.1.Name=…</c>. Lists are flattened and
/// counted from one. Null values are not sent. Parameters stay in the order they were added, which makes bodies
/// comparable.
/// </summary>
public sealed class QueryForm
{
    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly string _prefix;

    public QueryForm(string action, string version)
    {
        _prefix = "";
        Add("Action", action).Add("Version", version);
    }

    private QueryForm(List<KeyValuePair<string, string>> fields, string prefix)
    {
        _fields = fields;
        _prefix = prefix;
    }

    /// <summary>What was added, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    public QueryForm Add(string name, string? value)
    {
        if (value is not null)
            _fields.Add(new(_prefix + name, value));
        return this;
    }

    public QueryForm Add(string name, bool? value) =>
        Add(
            name,
            value switch
            {
                true => "true",
                false => "false",
                null => null,
            }
        );

    public QueryForm Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>Name.1=a&amp;Name.2=b</c>.</summary>
    public QueryForm AddList(string name, IEnumerable<string> values)
    {
        var at = 0;
        foreach (var value in values)
            Add(string.Create(CultureInfo.InvariantCulture, $"{name}.{++at}"), value);
        return this;
    }

    /// <summary>One structure per item, each written below <c>Name.N.</c></summary>
    public QueryForm AddEach<T>(string name, IEnumerable<T> items, Action<QueryForm, T> write)
    {
        var at = 0;
        foreach (var item in items)
            write(Below(string.Create(CultureInfo.InvariantCulture, $"{name}.{++at}")), item);
        return this;
    }

    /// <summary>Writes a structure below <c>Name.</c> when there is one.</summary>
    public QueryForm AddPart<T>(string name, T? part, Action<QueryForm, T> write)
        where T : class
    {
        if (part is not null)
            write(Below(name), part);
        return this;
    }

    public QueryForm Below(string name) => new(_fields, $"{_prefix}{name}.");

    public byte[] ToBody() =>
        Encoding.UTF8.GetBytes(
            string.Join(
                '&',
                _fields.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}")
            )
        );

    /// <summary>For logs and goldens: one parameter a line, nothing escaped.</summary>
    public override string ToString() => string.Join('\n', _fields.Select(field => $"{field.Key}={field.Value}"));
}

using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Tenon.Providers.Catalog;

/// <summary>
/// A fact table embedded in this assembly, in the format that <c>eng/catalog/tables.cs</c> writes and describes: Brotli
/// over text, one line per column. A table that does not read is a broken build and throws.
/// </summary>
internal sealed class CompactTable
{
    /// <summary>Far above any table of ours; a larger one is not ours.</summary>
    private const int MostBytes = 4 << 20;

    private readonly Dictionary<string, string[]> _columns = new(StringComparer.Ordinal);

    private CompactTable(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 3 || lines[0] != "tcat 1" || !lines[1].StartsWith("rows ", StringComparison.Ordinal))
            throw new InvalidDataException("not a catalogue table");
        Rows = int.Parse(lines[1].AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture);
        foreach (var line in lines.AsSpan(2))
        {
            var cells = line.Split('\t');
            if (cells.Length != Rows + 1)
                throw new InvalidDataException($"column {cells[0]} has {cells.Length - 1} cells of {Rows}");
            _columns.Add(cells[0], cells[1..]);
            Columns = Columns.Add(cells[0]);
        }
    }

    public int Rows { get; }

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<string> Columns { get; } = [];

    public static CompactTable Embedded(string name)
    {
        using var packed =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"no embedded table {name}");
        using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
        using var text = new MemoryStream();
        brotli.CopyTo(text);
        if (text.Length > MostBytes)
            throw new InvalidDataException($"{name} is larger than {MostBytes} bytes");
        return new CompactTable(Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)));
    }

    public string[] Column(string name) => _columns[name];

    /// <summary>The cell as text; null when empty.</summary>
    public string? Text(string column, int row) => _columns[column][row] is { Length: > 0 } text ? text : null;

    /// <summary>The cell as a whole number; null when empty.</summary>
    public long? Number(string column, int row) =>
        Text(column, row) is { } text
            ? long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : null;

    public int Count(string column, int row) => (int)(Number(column, row) ?? 0);

    public bool Flag(string column, int row) => Text(column, row) == "true";
}

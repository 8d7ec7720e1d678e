using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tenon.Api.Core;

namespace Tenon.Cli.CommandLine;

/// <summary>How things look on a terminal and in JSON.</summary>
static class Terminal
{
    /// <summary>Width of tables where there is no terminal to ask.</summary>
    const int PipeWidth = 160;

    static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One JSON object on one line.</summary>
    public static string Json(Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonOptions))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Plain when piped, in colour on a terminal.</summary>
    public static void Write(TextWriter output, IRenderable content)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = PipeWidth;
        console.Write(content);
    }

    public static string Gibibytes(Quantity bytes) =>
        (bytes.ToDouble() / (1L << 30)).ToString("0.#", CultureInfo.InvariantCulture) + "Gi";

    public static string Money(decimal dollars) => dollars.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";
}

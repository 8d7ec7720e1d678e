using System.CommandLine;
using Tenon.Api.Yaml;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Planning;

namespace Tenon.Cli.Commands;

/// <summary>Everything that is wrong with a set of manifests, each fault with its file and line.</summary>
sealed class ValidateCommand : TenonCommand
{
    readonly Option<string[]> _files = Shared.Files();
    readonly Option<bool> _json = Shared.Json();

    public ValidateCommand()
        : base("validate", "Checks manifests and lists every fault with its file and line.")
    {
        Add(_files);
        Add(_json);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon validate -f examples/", "a folder"),
        ("helm template ./chart | tenon validate -f -", "what a chart renders"),
    ];

    int Run(ParseResult arguments)
    {
        var faults = new List<ManifestError>();
        var judge = new ManifestFaults();
        var count = 0;
        foreach (var (name, text) in ManifestSource.Texts(arguments.GetValue(_files) ?? []))
        {
            var file = Manifests.Expand(Manifests.Parse(text, name));
            faults.AddRange(file.Errors);
            count += file.Manifests.Length;
            faults.AddRange(judge.Of(file, text));
        }
        var output = arguments.InvocationConfiguration.Output;
        if (arguments.GetValue(_json))
            WriteJson(output, count, faults);
        else
            WriteText(output, count, faults);
        return faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    static void WriteText(TextWriter output, int count, List<ManifestError> faults)
    {
        foreach (var fault in faults)
            output.WriteLine(fault);
        output.WriteLine($"{count} objects, {faults.Count} faults");
    }

    static void WriteJson(TextWriter output, int count, List<ManifestError> faults) =>
        output.WriteLine(
            Terminal.Json(json =>
            {
                json.WriteNumber("objects", count);
                json.WriteStartArray("faults");
                foreach (var fault in faults)
                {
                    json.WriteStartObject();
                    json.WriteString("file", fault.File);
                    json.WriteNumber("line", fault.Line);
                    json.WriteString("reason", fault.Reason);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            })
        );
}

using System.CommandLine;
using Tenon.Api.Conversion;
using Tenon.Api.Yaml;
using Tenon.Cli.CommandLine;

namespace Tenon.Cli.Commands;

/// <summary>Manifests of earlier APIs as what is served now, with the reason for each change as a comment.</summary>
sealed class ConvertCommand : TenonCommand
{
    readonly Option<string[]> _files = Shared.Files();
    readonly Option<string> _provider = new("--provider")
    {
        Description = "Whose node class an old reference means that names only the class: aws, azure or kwok.",
        DefaultValueFactory = _ => "aws",
    };

    public ConvertCommand()
        : base("convert", "Rewrites manifests of earlier APIs (v1alpha5, v1beta1) as what is served now.")
    {
        Add(_files);
        _provider.AcceptOnlyFromAmong("aws", "azure", "kwok");
        Add(_provider);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon convert -f old/ > new.yaml", "a folder: pools together with their node classes"),
        ("kubectl get nodepools,ec2nodeclasses -o yaml | tenon convert -f -", "what a cluster holds"),
    ];

    int Run(ParseResult arguments)
    {
        var manifests = new List<Manifest>();
        var faults = new List<ManifestError>();
        foreach (var (name, text) in ManifestSource.Texts(arguments.GetValue(_files) ?? []))
        {
            var file = Manifests.Expand(Manifests.Parse(text, name));
            manifests.AddRange(file.Manifests);
            faults.AddRange(file.Errors);
        }
        var defaults = arguments.GetRequiredValue(_provider) switch
        {
            "azure" => NodeClassDefaults.Azure,
            "kwok" => NodeClassDefaults.Kwok,
            _ => NodeClassDefaults.Aws,
        };
        var set = Migration.Convert([.. manifests.Select(static manifest => manifest.Object)], defaults);
        foreach (var fault in set.Faults)
        {
            var manifest = manifests[fault.Source];
            faults.Add(
                new ManifestError(
                    manifest.File,
                    manifest.Line,
                    $"{manifest.Kind} {manifest.Name}: {fault.Path}: {fault.Reason}"
                )
            );
        }
        arguments.InvocationConfiguration.Output.Write(ConvertedText.Of(set));
        foreach (var fault in faults)
            arguments.InvocationConfiguration.Error.WriteLine(fault);
        return faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}

using Tenon.Api.Yaml;

namespace Tenon.Cli.Planning;

/// <summary>What is wrong with one object: its kind, the types of its fields, the rules of its kind.</summary>
static class ManifestFaults
{
    public static IEnumerable<ManifestError> Of(Manifest manifest)
    {
        if (Kinds.Fault(manifest) is { } unknown)
        {
            yield return Fault(manifest, unknown);
            yield break;
        }
        if (manifest.Name.Length == 0 && manifest.Object["metadata"]?["generateName"] is null)
            yield return Fault(manifest, "metadata.name is missing");
        if (Kinds.Read(manifest, out var mistyped) is null && mistyped is not null)
            yield return Fault(manifest, mistyped);
    }

    static ManifestError Fault(Manifest manifest, string reason) =>
        new(
            manifest.File,
            manifest.Line,
            $"{manifest.Kind} {(manifest.Namespace.Length > 0 ? manifest.Namespace + "/" : "")}{manifest.Name}: {reason}"
        );
}

using Tenon.Api.Rules;
using Tenon.Api.Yaml;

namespace Tenon.Cli.Planning;

/// <summary>
/// What is wrong with the objects of a file: their kinds, the types of their fields, the rules of their kinds, and what
/// an API server would refuse. Each fault carries the line of its field.
/// </summary>
sealed class ManifestFaults
{
    readonly TrialServer _trial = new();

    public IEnumerable<ManifestError> Of(ManifestFile file, string text)
    {
        foreach (var manifest in file.Manifests)
        {
            if (Of(manifest) is not [_, ..] faults)
                continue;
            var lines = FieldLines.Of(text, manifest);
            var told = faults.Select(fault => new ManifestError(
                manifest.File,
                lines.Find(Join(manifest.Place, fault.Path)) ?? manifest.Line,
                $"{Named(manifest)}: {(fault.Path.Length > 0 ? fault : fault.Message)}"
            ));
            foreach (var error in told.OrderBy(error => error.Line))
                yield return error;
        }
    }

    List<FieldError> Of(Manifest manifest)
    {
        if (Kinds.Fault(manifest) is { } unknown)
            return [new FieldError(unknown[..unknown.IndexOf(':', StringComparison.Ordinal)], After(unknown))];
        var faults = new List<FieldError>();
        if (manifest.Name.Length == 0 && manifest.Object["metadata"]?["generateName"] is null)
            faults.Add(new FieldError("metadata.name", "is missing; name the object"));
        var item = Kinds.Read(manifest, out var mistyped);
        if (mistyped is not null)
            faults.Add(new FieldError(mistyped[..mistyped.IndexOf(':', StringComparison.Ordinal)], After(mistyped)));
        else if (item is not null)
            faults.AddRange(Kinds.Faults(item));
        faults.AddRange(_trial.Faults(manifest).Where(refusal => !faults.Exists(fault => Same(fault, refusal))));
        return faults;
    }

    /// <summary>Two judges speak of one fault when their fields are the same, or one holds the other.</summary>
    static bool Same(FieldError a, FieldError b) =>
        a.Path.Length == 0
        || b.Path.Length == 0
        || a.Path.StartsWith(b.Path, StringComparison.Ordinal)
        || b.Path.StartsWith(a.Path, StringComparison.Ordinal);

    static string After(string fault) => fault[(fault.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();

    static string Join(string place, string path) => place.Length == 0 ? path : $"{place}.{path}";

    static string Named(Manifest manifest) =>
        $"{manifest.Kind} {(manifest.Namespace.Length > 0 ? manifest.Namespace + "/" : "")}{manifest.Name}";
}

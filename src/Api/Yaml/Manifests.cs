using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Yaml;

/// <summary>
/// Reads Kubernetes manifests: YAML or JSON, many documents to a file. Every mistake is a value with file, line and
/// reason. Limits are in <see cref="YamlLimits"/>.
/// </summary>
public static class Manifests
{
    private const int MaxListDepth = 8;

    public static ManifestFile Parse(string text, string fileName)
    {
        var manifests = ImmutableArray.CreateBuilder<Manifest>();
        var errors = ImmutableArray.CreateBuilder<ManifestError>();
        foreach (var document in YamlText.Parse(text))
        {
            if (document.Error is { } error)
                errors.Add(new ManifestError(fileName, document.Line, error));
            else if (document.Value is null)
                continue;
            else if (Fault(document.Value) is { } fault)
                errors.Add(new ManifestError(fileName, document.Line, fault));
            else
                manifests.Add(new Manifest((JsonObject)document.Value, fileName, document.Line));
        }
        return new ManifestFile(manifests.ToImmutable(), errors.ToImmutable());
    }

    /// <summary>
    /// Takes lists apart: each item of a <c>List</c> (or <c>PodList</c> …) becomes a manifest of its own, with the
    /// list's line. Items of a typed list that leave out their kind get it from the list.
    /// </summary>
    public static ManifestFile Expand(ManifestFile file)
    {
        var manifests = ImmutableArray.CreateBuilder<Manifest>(file.Manifests.Length);
        var errors = file.Errors.ToBuilder();
        foreach (var manifest in file.Manifests)
            Expand(manifest, manifests, errors, MaxListDepth);
        return new ManifestFile(manifests.ToImmutable(), errors.ToImmutable());
    }

    private static void Expand(
        Manifest manifest,
        ImmutableArray<Manifest>.Builder manifests,
        ImmutableArray<ManifestError>.Builder errors,
        int depth
    )
    {
        if (
            !manifest.Kind.EndsWith("List", StringComparison.Ordinal) || manifest.Object["items"] is not JsonArray items
        )
        {
            manifests.Add(manifest);
            return;
        }
        for (var i = 0; i < items.Count; i++)
        {
            var fault = depth == 0 ? "lists are nested too deeply" : null;
            if (items[i]?.DeepClone() is not JsonObject item)
                fault ??= "expected an object";
            else
            {
                if (manifest.Kind.Length > "List".Length)
                {
                    item.TryAdd("apiVersion", manifest.ApiVersion);
                    item.TryAdd("kind", manifest.Kind[..^"List".Length]);
                }
                fault ??= Fault(item);
                if (fault is null)
                    Expand(manifest with { Object = item, Place = Item(manifest, i) }, manifests, errors, depth - 1);
            }
            if (fault is not null)
                errors.Add(
                    new ManifestError(manifest.File, manifest.Line, $"item {i} of the {manifest.Kind}: {fault}")
                );
        }
    }

    private static string Item(Manifest list, int index) =>
        list.Place.Length == 0 ? $"items[{index}]" : $"{list.Place}.items[{index}]";

    private static string? Fault(JsonNode document)
    {
        if (document is not JsonObject manifest)
            return "expected an object with apiVersion and kind";
        foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind"])
            switch (manifest[field])
            {
                case null:
                    return $"{field} is missing";
                case JsonValue value
                    when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length > 0:
                    break;
                default:
                    return $"{field} must be a text";
            }
        return manifest["metadata"] is null or JsonObject ? null : "metadata must be an object";
    }
}

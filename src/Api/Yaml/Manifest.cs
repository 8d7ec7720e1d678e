using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Yaml;

/// <summary>One object of a file.</summary>
/// <param name="Line">Where it starts, from 1.</param>
public sealed record Manifest(JsonObject Object, string File, int Line)
{
    /// <summary>
    /// Where in its document the object stands: empty for the document itself, <c>items[3]</c> for an item of a list.
    /// </summary>
    public string Place { get; init; } = "";

    public string ApiVersion => Text(Object["apiVersion"]);
    public string Kind => Text(Object["kind"]);
    public string Name => Text((Object["metadata"] as JsonObject)?["name"]);
    public string Namespace => Text((Object["metadata"] as JsonObject)?["namespace"]);

    /// <summary><c>shop.yaml:12: Deployment shop/web</c></summary>
    public override string ToString() =>
        $"{File}:{Line}: {Kind} {(Namespace.Length == 0 ? "" : $"{Namespace}/")}{Name}";

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
}

/// <summary>Something in a file that is no manifest.</summary>
public sealed record ManifestError(string File, int Line, string Reason)
{
    public override string ToString() => $"{File}:{Line}: {Reason}";
}

/// <summary>What a file holds: a mistake in one document does not hide the others.</summary>
public sealed record ManifestFile(ImmutableArray<Manifest> Manifests, ImmutableArray<ManifestError> Errors);

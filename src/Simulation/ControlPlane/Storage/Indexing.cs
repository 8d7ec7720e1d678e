using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>
/// Reads an object's index out of its tree. Label texts repeat endlessly, so one copy of each is shared.
/// </summary>
internal sealed class Indexing
{
    /// <summary>Past this many distinct texts (hashes in label values, mostly) sharing starts afresh.</summary>
    private const int MaxShared = 65_536;

    private static readonly KeyValuePair<string, string>[] NoLabels = [];
    private readonly Dictionary<string, string> _shared = [];

    public ObjectIndex Of(ApiKind kind, JsonObject item, long revision)
    {
        var metadata = (JsonObject)item["metadata"]!;
        var fields = kind.SelectableFields.Count == 0 ? [] : new string[kind.SelectableFields.Count];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = Share(FieldOf(kind, item, kind.SelectableFields[i]));
        return new ObjectIndex(
            Share(Meta.Text(metadata, "namespace")),
            Meta.Text(metadata, "name"),
            Meta.Text(metadata, "uid"),
            revision,
            Labels(metadata["labels"] as JsonObject),
            fields
        );
    }

    private static string FieldOf(ApiKind kind, JsonObject item, string path)
    {
        var text = Meta.TextAt(item, path);
        if (text.Length > 0)
            return text;
        return path switch
        {
            "source" => Meta.TextAt(item, "source.component") is { Length: > 0 } component
                ? component
                : Meta.TextAt(item, "reportingComponent"),
            "spec.unschedulable" or "spec.hostNetwork" => "false",
            "status.successful" => Meta.TextAt(item, "status.succeeded") is { Length: > 0 } succeeded ? succeeded : "0",
            "status.replicas" when kind.Type.Kind is "ReplicaSet" or "ReplicationController" => "0",
            _ => "",
        };
    }

    private KeyValuePair<string, string>[] Labels(JsonObject? labels)
    {
        if (labels is null || labels.Count == 0)
            return NoLabels;
        var pairs = new KeyValuePair<string, string>[labels.Count];
        var at = 0;
        foreach (var (key, value) in labels)
            pairs[at++] = new(Share(key), Share(Meta.Show(value)));
        Array.Sort(pairs, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return pairs;
    }

    private string Share(string text)
    {
        if (_shared.TryGetValue(text, out var known))
            return known;
        if (_shared.Count >= MaxShared)
            _shared.Clear();
        _shared[text] = text;
        return text;
    }
}

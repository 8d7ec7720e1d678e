using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>
/// Names, labels, annotations, finalizers and owner references (source: apimachinery's validation package).
/// </summary>
internal static partial class MetadataRules
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static void Check(ApiKind kind, JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        var metadata = Meta.Of(item);
        if (old is null)
            Name(kind, Meta.Text(metadata, "name"), faults);
        Labels("metadata.labels", metadata["labels"] as JsonObject, faults);
        Annotations(metadata["annotations"] as JsonObject, faults);
        Owners(metadata["ownerReferences"] as JsonArray, faults);
        if (old is not null)
            Finalizers(old, metadata, faults);
    }

    public static void Labels(string field, JsonObject? labels, List<FieldFault> faults)
    {
        if (labels is null)
            return;
        foreach (var (key, value) in labels)
        {
            if (KeyFault(key) is { } keyFault)
                faults.Add(FieldFault.Invalid(field, key, keyFault));
            var text = Meta.Show(value);
            if (text.Length > 63)
                faults.Add(FieldFault.Invalid(field, text, "must be no more than 63 bytes"));
            else if (!LabelValue().IsMatch(text))
                faults.Add(FieldFault.Invalid(field, text, LabelValueWords));
        }
    }

    /// <summary>Null when the text is a qualified name: an optional DNS prefix, a slash, a name.</summary>
    public static string? KeyFault(string key)
    {
        var cut = key.IndexOf('/');
        var name = key[(cut + 1)..];
        if (cut == 0)
            return "prefix part must be non-empty";
        if (cut > 0 && (cut > 253 || !Subdomain().IsMatch(key[..cut])))
            return $"prefix part {SubdomainWords}";
        if (name.Length == 0)
            return "name part must be non-empty";
        if (name.Length > 63)
            return "name part must be no more than 63 bytes";
        return QualifiedName().IsMatch(name) ? null : $"name part {QualifiedWords}";
    }

    public static bool IsLabel(string text) => text.Length <= 63 && Label().IsMatch(text);

    private static void Name(ApiKind kind, string name, List<FieldFault> faults)
    {
        var why = kind.Names switch
        {
            NameRule.Label => name.Length > 63 ? "must be no more than 63 bytes"
            : Label().IsMatch(name) ? null
            : LabelWords,
            NameRule.DnsLabel1035 => name.Length > 63 ? "must be no more than 63 bytes"
            : Label1035().IsMatch(name) ? null
            : Label1035Words,
            NameRule.PathSegment => name is "." or ".." ? $"may not be '{name}'"
            : name.AsSpan().ContainsAny('/', '%') ? "may not contain '/'"
            : null,
            _ => name.Length > 253 ? "must be no more than 253 bytes"
            : Subdomain().IsMatch(name) ? null
            : SubdomainWords,
        };
        if (why is not null)
            faults.Add(FieldFault.Invalid("metadata.name", name, why));
    }

    private static void Annotations(JsonObject? annotations, List<FieldFault> faults)
    {
        if (annotations is null)
            return;
        var bytes = 0;
        foreach (var (key, value) in annotations)
        {
            if (KeyFault(key.ToLowerInvariant()) is { } why)
                faults.Add(FieldFault.Invalid("metadata.annotations", key, why));
            bytes += key.Length + Meta.Show(value).Length;
        }
        if (bytes > MaxAnnotationBytes)
            faults.Add(FieldFault.TooLong("metadata.annotations", MaxAnnotationBytes));
    }

    private static void Owners(JsonArray? owners, List<FieldFault> faults)
    {
        if (owners is null)
            return;
        var controllers = 0;
        for (var i = 0; i < owners.Count; i++)
        {
            if (owners[i] is not JsonObject owner)
                continue;
            foreach (var field in new[] { "apiVersion", "kind", "name", "uid" })
                if (Meta.Text(owner, field).Length == 0)
                    faults.Add(
                        FieldFault.Invalid(
                            $"metadata.ownerReferences[{i}].{field}",
                            "",
                            $"{(field == "apiVersion" ? "version" : field)} must not be empty"
                        )
                    );
            if (Meta.Flag(owner, "controller") == true)
                controllers++;
        }
        if (controllers > 1)
            faults.Add(
                FieldFault.Invalid(
                    "metadata.ownerReferences",
                    owners.DeepClone(),
                    "Only one reference can have Controller set to true."
                )
            );
    }

    private static void Finalizers(JsonObject old, JsonObject metadata, List<FieldFault> faults)
    {
        if (!Meta.IsDeleting(old))
            return;
        var before = Meta.Strings(Meta.Of(old)["finalizers"]).ToHashSet(StringComparer.Ordinal);
        var added = Meta.Strings(metadata["finalizers"]).Where(finalizer => !before.Contains(finalizer)).ToArray();
        if (added.Length == 0)
            return;
        faults.Add(
            FieldFault.Forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                    + string.Join(", ", added.Select(finalizer => $"\"{finalizer}\""))
                    + "}"
            )
        );
    }

    private const string SubdomainWords =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    public const string LabelWords =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string Label1035Words =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private const string LabelValueWords =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private const string QualifiedWords =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label1035();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex QualifiedName();
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Yaml;

namespace Tenon.Kube.Client.Config;

/// <summary>One kubeconfig file as it stands. Errors name the file, the line or the field.</summary>
internal sealed class KubeconfigFile
{
    private const long LongestFile = 16 * 1024 * 1024;
    private const string Remedy = "correct the file, or name another with --kubeconfig or KUBECONFIG";
    private readonly JsonObject _root;

    private KubeconfigFile(string path, JsonObject root) => (Path, _root) = (path, root);

    public string Path { get; }

    public string? CurrentContext =>
        _root["current-context"] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>() is { Length: > 0 } name
                ? name
                : null
            : null;

    public static KubeconfigFile Read(string path)
    {
        var documents = YamlText.Parse(ReadText(path));
        foreach (var document in documents)
            if (document.Error is { } error)
                throw Fault($"{path}:{document.Line}", "", $"not readable as YAML: {error}", Remedy);
        return documents.FirstOrDefault(document => document.Value is not null)?.Value switch
        {
            null => new KubeconfigFile(path, []),
            JsonObject root => new KubeconfigFile(path, root),
            _ => throw Fault(
                path,
                "",
                "not a kubeconfig: expected an object with clusters, contexts and users",
                Remedy
            ),
        };
    }

    /// <summary>The names in one of the lists <c>contexts</c>, <c>clusters</c>, <c>users</c>.</summary>
    public IEnumerable<string> Names(string list) => Entries(list).Select(entry => entry.Name);

    /// <summary>
    /// The body of a named entry: <c>contexts</c> have a <c>context</c>, <c>users</c> a <c>user</c> and so on.
    /// </summary>
    public KubeconfigEntry? Find(string list, string name)
    {
        foreach (var (found, entry, index) in Entries(list))
        {
            if (found != name)
                continue;
            var inner = list[..^1];
            return entry[inner] switch
            {
                JsonObject body => new KubeconfigEntry(this, $"{inner} \"{name}\"", body),
                null => new KubeconfigEntry(this, $"{inner} \"{name}\"", []),
                _ => throw Fault(Path, $"{list}[{index}].{inner}", "must be an object", Remedy),
            };
        }
        return null;
    }

    public static ConfigFaultException Fault(string source, string field, string message, string remedy) =>
        new(new ConfigFault(source, null, field, message, remedy));

    private IEnumerable<(string Name, JsonObject Entry, int Index)> Entries(string list)
    {
        if (_root[list] is null)
            yield break;
        if (_root[list] is not JsonArray array)
            throw Fault(Path, list, "must be a list", Remedy);
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is not JsonObject entry)
                throw Fault(Path, $"{list}[{i}]", "must be an object", Remedy);
            if (entry["name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String)
                throw Fault(Path, $"{list}[{i}].name", "must be a text", Remedy);
            yield return (name.GetValue<string>(), entry, i);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw Fault(path, "", "is a folder, not a kubeconfig file", Remedy);
            if (new FileInfo(path) is { Exists: true, Length: > LongestFile })
                throw Fault(path, "", $"is larger than {LongestFile} bytes", Remedy);
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault(
                path,
                "",
                "no such kubeconfig file",
                "create it, or name another with --kubeconfig or KUBECONFIG"
            );
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw Fault(path, "", $"cannot be read: {error.Message}", "check the permissions of the file");
        }
    }
}

/// <summary>
/// The body of a cluster, a user or a context, with the file it stands in: relative paths start from there.
/// </summary>
internal sealed class KubeconfigEntry(KubeconfigFile file, string name, JsonObject body)
{
    public KubeconfigFile File { get; } = file;
    public string Name { get; } = name;

    public string? Text(string field) =>
        body[field] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>()
                is { Length: > 0 } text
                ? text
                : null,
            _ => throw Fault(field, "must be a text", "correct the file"),
        };

    public bool Flag(string field) =>
        body[field] switch
        {
            null => false,
            JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False =>
                value.GetValue<bool>(),
            _ => throw Fault(field, "must be true or false", "correct the file"),
        };

    public KubeconfigEntry? Object(string field) =>
        body[field] switch
        {
            null => null,
            JsonObject inner => new KubeconfigEntry(File, $"{Name} {field}", inner),
            _ => throw Fault(field, "must be an object", "correct the file"),
        };

    public IReadOnlyList<string> Texts(string field) =>
        body[field] switch
        {
            null => [],
            JsonArray array =>
            [
                .. array.Select(
                    (item, i) =>
                        item is JsonValue value && value.GetValueKind() == JsonValueKind.String
                            ? value.GetValue<string>()
                            : throw Fault($"{field}[{i}]", "must be a text", "correct the file")
                ),
            ],
            _ => throw Fault(field, "must be a list", "correct the file"),
        };

    public IReadOnlyList<KubeconfigEntry> Objects(string field) =>
        body[field] switch
        {
            null => [],
            JsonArray array =>
            [
                .. array.Select(
                    (item, i) =>
                        item is JsonObject inner
                            ? new KubeconfigEntry(File, $"{Name} {field}[{i}]", inner)
                            : throw Fault($"{field}[{i}]", "must be an object", "correct the file")
                ),
            ],
            _ => throw Fault(field, "must be a list", "correct the file"),
        };

    /// <summary>The path in a field; a relative one starts at the kubeconfig's own folder.</summary>
    public string? PathIn(string field) =>
        Text(field) is { } path
            ? Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(File.Path)) ?? "/")
            : null;

    /// <summary>
    /// PEM from <c>x-data</c> (base64) or from the file that <c>x</c> names; the data wins, as in client-go.
    /// </summary>
    public (string Pem, string Field)? Pem(string field)
    {
        if (Text($"{field}-data") is { } data)
        {
            try
            {
                return (System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data)), $"{field}-data");
            }
            catch (FormatException)
            {
                throw Fault($"{field}-data", "is not base64", "paste the base64 of the PEM file, in one line");
            }
        }
        if (PathIn(field) is not { } path)
            return null;
        try
        {
            return (System.IO.File.ReadAllText(path), field);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Fault(field, $"{path} cannot be read: {error.Message}", "correct the path or the file's permissions");
        }
    }

    public ConfigFaultException Fault(string field, string message, string remedy) =>
        KubeconfigFile.Fault(File.Path, $"{Name}: {field}", message, remedy);
}

using Tenon.Api;
using Tenon.Api.Yaml;
using Tenon.Cli.Planning;

namespace Tenon.Cli.CommandLine;

/// <summary>
/// Reads what stands behind <c>-f</c>: files, folders (their .yaml, .yml and .json files, by name) and stdin.
/// </summary>
static class ManifestSource
{
    /// <summary>A manifest file larger than this is refused unread.</summary>
    public const long MostFileBytes = 256L << 20;

    static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <exception cref="UserFault">A path does not exist or cannot be read.</exception>
    public static IEnumerable<(string Name, string Text)> Texts(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            throw new UserFault("no input: name files, folders or - with -f", ExitCode.Usage);
        foreach (var path in paths)
        {
            if (path == "-")
                yield return ("stdin", Console.In.ReadToEnd());
            else
                foreach (var file in Files(path))
                    yield return (file, ReadText(file));
        }
    }

    /// <summary>Every object of every document, in order; the first fault ends it.</summary>
    /// <exception cref="UserFault">The text is not YAML, or a field of a known kind has the wrong type.</exception>
    public static List<Manifest> Read(IReadOnlyList<string> paths) =>
        [.. Texts(paths).SelectMany(file => Parse(file.Text, file.Name))];

    /// <summary>The objects that Tenon knows, typed, with the namespace kubectl would give them.</summary>
    public static List<IKubeObject> ReadTyped(IReadOnlyList<string> paths)
    {
        var objects = new List<IKubeObject>();
        foreach (var manifest in Read(paths))
        {
            if (Kinds.Fault(manifest) is { } fault)
                throw new UserFault($"{manifest}: {fault}");
            if (Kinds.Read(manifest, out fault) is { } item)
                objects.Add(item);
            else if (fault is not null)
                throw new UserFault($"{manifest}: {fault}");
        }
        return objects;
    }

    /// <summary>The objects of one text, lists taken apart.</summary>
    public static IEnumerable<Manifest> Parse(string text, string name)
    {
        var file = Manifests.Expand(Manifests.Parse(text, name));
        return file.Errors is [var first, ..] ? throw new UserFault(first.ToString()) : file.Manifests;
    }

    static List<string> Files(string path)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new UserFault($"{path}: no such file or folder");
        var files = Directory
            .EnumerateFiles(path)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0 ? files : throw new UserFault($"{path}: no .yaml, .yml or .json file in this folder");
    }

    static string ReadText(string file)
    {
        try
        {
            var size = new FileInfo(file).Length;
            return size <= MostFileBytes
                ? File.ReadAllText(file)
                : throw new UserFault($"{file}: {size} bytes, at most {MostFileBytes} are read");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserFault($"{file}: {failure.Message}");
        }
    }
}

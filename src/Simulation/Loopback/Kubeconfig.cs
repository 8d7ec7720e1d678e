namespace Tenon.Simulation.Loopback;

/// <summary>The file that points kubectl at the box.</summary>
internal static class Kubeconfig
{
    public static string Text(Uri server, string name) =>
        $"""
            apiVersion: v1
            kind: Config
            current-context: {name}
            clusters:
            - name: {name}
              cluster:
                server: {server.AbsoluteUri.TrimEnd('/')}
            users:
            - name: {name}
              user: {"{}"}
            contexts:
            - name: {name}
              context:
                cluster: {name}
                user: {name}
                namespace: default

            """;

    /// <summary>
    /// Replaces the file in one step, so that no reader meets half of it; only the owner may read it.
    /// </summary>
    public static void Write(string path, string text)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        var draft = Path.Combine(directory, $".{Path.GetFileName(path)}.new");
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options))
            writer.Write(text);
        File.Move(draft, path, overwrite: true);
    }
}

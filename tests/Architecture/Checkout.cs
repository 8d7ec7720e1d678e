using System.Reflection;

namespace Tenon.Architecture;

/// <summary>Where the sources and the built product are.</summary>
static class Checkout
{
    public static readonly string Root = FindRoot();

    public static readonly string[] PureSix = ["Foundation", "Api", "Domain", "Scheduling", "Disruption", "Insight"];

    /// <summary>The projects under src/, in ordinal order.</summary>
    public static IEnumerable<string> Projects =>
        Directory
            .GetDirectories(Path.Combine(Root, "src"))
            .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal);

    public static string AssemblyName(string project) => project == "Cli" ? "tenon" : $"Tenon.{project}";

    public static string AssemblyFile(string project) =>
        Path.Combine(AppContext.BaseDirectory, AssemblyName(project) + ".dll");

    public static Assembly Load(string project) => Assembly.LoadFrom(AssemblyFile(project));

    /// <summary>Files below the given folders, without what a build or a tool left there.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        folders
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            )
            .Where(file =>
                !Relative(file).Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules")
            )
            .Order(StringComparer.Ordinal);

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tenon.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("No Tenon.slnx above the test assembly.");
    }
}

using Tenon.Api.Yaml;
using Tenon.Cli.CommandLine;

namespace Tenon.Cli.Up;

/// <summary>The manifests of examples/, carried in the binary so that <c>tenon up</c> works anywhere.</summary>
static class ExampleShop
{
    const string Prefix = "examples/";

    public static List<Manifest> Manifests()
    {
        var assembly = typeof(ExampleShop).Assembly;
        var names = assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        return [.. names.SelectMany(name => ManifestSource.Parse(Text(assembly, name), name))];
    }

    static string Text(System.Reflection.Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

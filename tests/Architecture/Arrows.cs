using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tenon.Architecture;

/// <summary>
/// Dependencies point one way. The compiler records only what is really used, so that is what is checked.
/// </summary>
public sealed class Arrows
{
    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Foundation"] = [],
        ["Api"] = ["Foundation"],
        ["Domain"] = ["Api", "Foundation"],
        ["Scheduling"] = ["Domain", "Api", "Foundation"],
        ["Disruption"] = ["Scheduling", "Domain", "Api", "Foundation"],
        ["Insight"] = ["Domain", "Api", "Foundation"],
        ["Kube"] = ["Api", "Foundation"],
        ["Providers"] = ["Kube", "Domain", "Api", "Foundation"],
        ["Providers.Aws"] = ["Providers", "Kube", "Domain", "Api", "Foundation"],
        ["Controllers"] = ["Disruption", "Insight", "Scheduling", "Kube", "Providers", "Domain", "Api", "Foundation"],
        ["Simulation"] = ["Kube", "Providers", "Domain", "Api", "Foundation"],
        ["Dashboard"] = ["Insight", "Controllers", "Kube", "Domain", "Api", "Foundation"],
        ["Cli"] =
        [
            "Controllers",
            "Simulation",
            "Dashboard",
            "Providers",
            "Providers.Aws",
            "Disruption",
            "Insight",
            "Scheduling",
            "Kube",
            "Domain",
            "Api",
            "Foundation",
        ],
    };

    public static TheoryData<string> Projects() => [.. Checkout.Projects];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_uses_only_what_stands_to_its_right(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"src/{project} has no line in Arrows.Allowed: say what it may use.");
        var allowed = Allowed[project].Select(Checkout.AssemblyName).ToHashSet(StringComparer.Ordinal);
        var wrong = References(project).Where(IsOurs).Where(name => !allowed.Contains(name));
        Assert.Empty(wrong);
    }

    [Theory, MemberData(nameof(Projects))]
    public void Only_the_command_line_and_the_api_room_use_packages(string project)
    {
        string[] packages = project switch
        {
            "Cli" => ["System.CommandLine", "Spectre.Console", "YamlDotNet"],
            "Api" or "Kube" => ["YamlDotNet"],
            "Providers.Aws" => ["AWSSDK.Core", "AWSSDK.SecurityToken"],
            _ => [],
        };
        var foreign = References(project)
            .Where(name => !IsOurs(name) && !IsRuntime(name))
            .Except(packages, StringComparer.Ordinal);
        Assert.Empty(foreign);
    }

    [Fact]
    public void Nobody_but_the_loopback_server_the_dashboard_and_the_host_knows_a_web_server()
    {
        string[] mayServe = ["Simulation", "Dashboard", "Cli", "Controllers"];
        foreach (var project in Checkout.Projects.Except(mayServe))
            Assert.DoesNotContain(
                References(project),
                name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            );
    }

    static bool IsOurs(string name) => name == "tenon" || name.StartsWith("Tenon.", StringComparison.Ordinal);

    static bool IsRuntime(string name) =>
        name is "netstandard" or "mscorlib" or "System"
        || (name.StartsWith("System.", StringComparison.Ordinal) && name != "System.CommandLine")
        || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Net.Http.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal);

    static List<string> References(string project)
    {
        using var file = new PEReader(File.OpenRead(Checkout.AssemblyFile(project)));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata
                .AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
                .Order(StringComparer.Ordinal),
        ];
    }
}

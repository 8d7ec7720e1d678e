using System.Runtime.CompilerServices;
using Tenon.Providers.Catalog;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Nodes;
using Tenon.Simulation.Worlds;

namespace Tenon.Behaviours;

/// <summary>
/// One folder per case: manifests and steps in, journal out. A journal that changed on purpose is written anew by
/// running these tests with <c>TENON_GOLDEN=update</c>.
/// </summary>
public sealed class CaseTests
{
    public static TheoryData<string> Cases =>
        [.. Directory.GetDirectories(Folder()).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_journal_of_a_case_reads_as_written(string name)
    {
        var folder = Path.Combine(Folder(), name);
        var actual = string.Join('\n', Play(folder)) + "\n";
        var path = Path.Combine(folder, "journal.txt");
        if (Environment.GetEnvironmentVariable("TENON_GOLDEN") == "update")
            File.WriteAllText(path, actual);
        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", actual);
    }

    private static IEnumerable<string> Play(string folder)
    {
        using var world = new SimulatedWorld(
            new WorldOptions
            {
                Name = Path.GetFileName(folder),
                Seed = 11,
                Catalogue = ((CatalogueOutcome.Loaded)Catalogues.Load("generic")).Catalogue,
                Cloud = CloudOptions.Calm,
                Operator = TenonUnderTest.Main,
                TellsEvents = false,
                Kubelets = new KubeletOptions { ShowsCreating = false },
            }
        );
        Script.Play(world, folder, File.ReadAllLines(Path.Combine(folder, "steps.txt")));
        Assert.Empty(world.Oracles!.Violations);
        return [.. world.Journal.Lines];
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Cases");
}

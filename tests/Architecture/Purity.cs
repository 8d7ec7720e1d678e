using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tenon.Architecture;

/// <summary>The pure six take data and return data.</summary>
public sealed class Purity
{
    public static TheoryData<string> PureProjects() => [.. Checkout.PureSix];

    [Theory, MemberData(nameof(PureProjects))]
    public void A_pure_project_reaches_no_clock_file_socket_task_log_or_dice(string project) =>
        Assert.Empty(PurityScan.Violations(Checkout.AssemblyFile(project)));

    [Fact]
    public void The_detector_finds_what_is_planted_in_this_assembly()
    {
        // Without this, a detector that reads nothing would call everything pure.
        Assert.NotEmpty(Planted.Everything());
        var found = PurityScan.Violations(typeof(Purity).Assembly.Location);
        Assert.Contains("System.IO.File", found);
        Assert.Contains("System.DateTimeOffset.get_UtcNow", found);
        Assert.Contains("System.Diagnostics.Stopwatch", found);
        Assert.Contains("System.Random", found);
        Assert.Contains("System.Guid.NewGuid", found);
        Assert.Contains("System.TimeProvider", found);
        Assert.Contains("System.Threading.Tasks.Task", found);
        Assert.Contains("System.Environment.get_MachineName", found);
        Assert.Contains("System.IO.StreamReader(path)", found);
        Assert.Contains("System.Net.IPAddress", found);
        Assert.DoesNotContain("System.IO.MemoryStream", found);
        Assert.DoesNotContain("System.IO.StringReader", found);
    }

    [Theory, MemberData(nameof(PureProjects))]
    public void A_value_of_a_pure_project_cannot_be_changed_by_who_holds_it(string project)
    {
        var open = Checkout
            .Load(project)
            .GetExportedTypes()
            .Where(type => !type.IsEnum)
            .SelectMany(type => Setters(type).Concat(Fields(type)))
            .Where(member => !member.EndsWith(".Unknown", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.Empty(open);
    }

    [Fact]
    public void Records_are_immutable_everywhere()
    {
        var open = Checkout
            .Projects.Select(Checkout.Load)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetMethod("<Clone>$") is not null)
            .SelectMany(Setters)
            .Where(member => !member.EndsWith(".Unknown", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.Empty(open);
    }

    [Fact]
    public void The_immutability_check_sees_a_setter_and_a_field()
    {
        Assert.Equal(["MutableThing.Size"], Setters(typeof(MutableThing)));
        Assert.Equal(["MutableThing.Count"], Fields(typeof(MutableThing)));
    }

    static IEnumerable<string> Setters(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(property =>
                property.SetMethod is { IsPublic: true } set
                && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit))
            )
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => $"{type.Name}.{property.Name}");

    static IEnumerable<string> Fields(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(field => !field.IsInitOnly)
            .Select(field => $"{type.Name}.{field.Name}");

#pragma warning disable CS0649, CA1051 // Planted: the fields exist to be found.
    sealed class MutableThing
    {
        public int Count;
        public int Size { get; set; }
        public int Fixed { get; init; }
    }
#pragma warning restore CS0649, CA1051
}

/// <summary>One of each thing that the pure six may not touch.</summary>
static class Planted
{
    public static IEnumerable<object> Everything()
    {
        yield return File.Exists("nowhere");
        yield return DateTimeOffset.UtcNow;
        yield return System.Diagnostics.Stopwatch.GetTimestamp();
        yield return new Random(1);
        yield return Guid.NewGuid();
        yield return TimeProvider.System;
        yield return Task.CompletedTask;
        yield return Environment.MachineName;
        yield return (Func<string, TextReader>)(path => new StreamReader(path));
        yield return System.Net.IPAddress.Loopback;
        yield return new StringReader(string.Empty);
        yield return new MemoryStream();
    }
}

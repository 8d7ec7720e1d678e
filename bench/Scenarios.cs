using Tenon.Bench.Workloads;
using Tenon.Scheduling;

namespace Tenon.Bench;

/// <summary>A workload that can be made again and again.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Input">Makes it.</param>
/// <param name="KeepsSession">Each run may use what the run before it learnt, as a controller does.</param>
public sealed record Scenario(string Name, Func<SchedulingInput> Input, bool KeepsSession = false);

public static class Scenarios
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "reference-mix",
        "preferences",
        "preferences-ignored",
        "existing-nodes",
        "incremental",
        "lognormal",
        "daemon-heavy",
        "openb",
        "openb-uncapped",
    ];

    /// <summary>Made when first asked for, then shared: the objects never change.</summary>
    private static Func<SchedulingInput> Once(Func<SchedulingInput> make)
    {
        var lazy = new Lazy<SchedulingInput>(make);
        return () => lazy.Value;
    }

    public static Scenario? Find(string name, int? pods) =>
        name switch
        {
            "reference-mix" => new(name, () => ReferenceMix.Input(pods ?? 5000)),
            "preferences" => new(name, () => ReferenceMix.Preferences(pods ?? 4000, PreferencePolicy.Respect)),
            "preferences-ignored" => new(name, () => ReferenceMix.Preferences(pods ?? 4000, PreferencePolicy.Ignore)),
            "existing-nodes" => new(name, Once(() => ExistingNodes.Input(pods ?? 100_000, 10_000))),
            "incremental" => new(name, Once(() => ExistingNodes.OneMore(pods ?? 5000)), KeepsSession: true),
            "lognormal" => new(name, Once(() => CloudWorkloads.LogNormal(pods ?? 5000))),
            "daemon-heavy" => new(name, Once(() => CloudWorkloads.DaemonHeavy(pods ?? 5000))),
            "openb" => new(name, Once(() => CloudWorkloads.OpenB(pods, mostCores: 64))),
            "openb-uncapped" => new(name, Once(() => CloudWorkloads.OpenB(pods, mostCores: int.MaxValue))),
            _ => null,
        };
}

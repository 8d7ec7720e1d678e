using Tenon.Bench.Workloads;
using Tenon.Scheduling;

namespace Tenon.Bench;

/// <summary>A workload that can be made again and again.</summary>
public sealed record Scenario(string Name, Func<SchedulingInput> Input);

public static class Scenarios
{
    public static IReadOnlyList<string> Names { get; } = ["reference-mix", "preferences", "preferences-ignored"];

    public static Scenario? Find(string name, int? pods) => name switch
    {
        "reference-mix" => new(name, () => ReferenceMix.Input(pods ?? 5000)),
        "preferences" => new(name, () => ReferenceMix.Preferences(pods ?? 4000, PreferencePolicy.Respect)),
        "preferences-ignored" => new(name, () => ReferenceMix.Preferences(pods ?? 4000, PreferencePolicy.Ignore)),
        _ => null,
    };
}

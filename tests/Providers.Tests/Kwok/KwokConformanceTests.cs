using Tenon.Providers.Conformance;
using Tenon.Simulation.Cloud;

namespace Tenon.Providers.Tests.Kwok;

/// <summary>
/// The cases every provider must pass, against KWOK over Node objects, over a calm cloud and over an unreliable one.
/// </summary>
public sealed class KwokConformanceTests
{
    /// <summary>Cases that need a cloud which can run out: Node objects never do.</summary>
    private const string NeedsShortage = "When_nothing_is_left_the_launch_says_so_and_so_do_the_offerings";

    public static TheoryData<string> Cases => [.. ProviderConformance.Cases.Select(it => it.Name)];

    public static TheoryData<string> CasesOfNodeObjects =>
        [.. Cases.Select(it => it.Data).Where(it => it != NeedsShortage)];

    private static void Examine(KwokStage stage, string name)
    {
        using (stage)
            stage.Run(() =>
                ProviderConformance.Cases.Single(it => it.Name == name).ExamineAsync(stage, CancellationToken.None)
            );
    }

    [Theory]
    [MemberData(nameof(CasesOfNodeObjects))]
    public void Kwok_over_node_objects(string name) => Examine(KwokStage.OverNodeObjects(), name);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kwok_over_a_calm_cloud(string name) => Examine(KwokStage.OverCloud(), name);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kwok_over_a_slow_cloud_with_the_real_catalogue(string name) =>
        Examine(
            KwokStage.OverCloud(
                CloudOptions.Calm with
                {
                    AnswerTime = CloudOptions.Default.AnswerTime,
                },
                "aws:us-east-1"
            ),
            name
        );
}

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Tenon.Api.Names;

namespace Tenon.Controllers.Tests;

/// <summary>
/// Events and conditions say what upstream's say, so that dashboards made for Karpenter keep working.
/// </summary>
public sealed class GoldenWordTests
{
    [Fact]
    public void Every_reason_we_have_a_name_for_is_in_the_golden_file()
    {
        var golden = Golden();
        var unheardOf = Constants(typeof(EventReasons))
            .Where(reason => !golden.Exists(line => line.Reason.IsMatch(reason)))
            .ToList();
        Assert.Empty(unheardOf);
    }

    [Fact]
    public void Conditions_and_their_reasons_are_upstreams()
    {
        string[] claims =
        [
            "Launched",
            "Registered",
            "Initialized",
            "Consolidatable",
            "Drifted",
            "DisruptionReason",
            "Drained",
            "VolumesDetached",
            "InstanceTerminating",
            "ConsistentStateFound",
            "Ready",
            "ValidationSucceeded",
            "NodeClassReady",
            "NodeRegistrationHealthy",
        ];
        string[] reasons =
        [
            "AwaitingReconciliation",
            "UnhealthyDependents",
            "ReconcilingDependents",
            "NodePoolValidationFailed",
            "NodeClassNotFound",
            "NodeClassTerminating",
            "NodeClassReadinessUnknown",
            "RegistrationFailed",
            "LaunchFailed",
            "NodeNotFound",
            "NodeNotReady",
            "RegistrationHookPending",
            "MultipleNodesFound",
            "StartupTaintsExist",
            "KnownEphemeralTaintsExist",
            "ResourceNotRegistered",
            "DRADriverPoolsNotPublished",
            "NodePoolDrifted",
            "RequirementsDrifted",
            "InstanceTypeNotFound",
            "Draining",
            "AwaitingVolumeDetachment",
            "TerminationGracePeriodElapsed",
            "ConsistencyCheckFailed",
        ];
        Assert.Empty(claims.Except(Constants(typeof(ConditionTypes))));
        Assert.Empty(reasons.Except(Constants(typeof(ConditionReasons))));
    }

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields().Select(static it => (string)it.GetRawConstantValue()!);

    private static List<Line> Golden([CallerFilePath] string here = "") =>
        [
            .. File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "Golden", "events.txt"))
                .Where(static line => line.Length > 0 && line[0] != '#')
                .Select(static line => line.Split(' ', 4))
                .Select(static parts => new Line(
                    parts[0],
                    parts[1],
                    new Regex($"^({parts[2]})$"),
                    new Regex(parts[3])
                )),
        ];

    private sealed record Line(string Kind, string Type, Regex Reason, Regex Message);
}

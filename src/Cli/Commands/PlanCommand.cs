using System.CommandLine;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Planning;
using Tenon.Scheduling;

namespace Tenon.Cli.Commands;

/// <summary>Which machines would be bought for these manifests, and what that costs. Touches no cluster.</summary>
sealed class PlanCommand : TenonCommand
{
    readonly Option<string[]> _files = Shared.Files();
    readonly Option<string> _catalogue = Shared.Catalogue();
    readonly Option<bool> _json = Shared.Json();
    readonly Option<string> _policy = new("--policy")
    {
        Description = "best searches for a cheaper plan; greedy stops at the first.",
        DefaultValueFactory = _ => "best",
    };

    public PlanCommand()
        : base("plan", "Plans machines for manifests or for a dump of a cluster, without touching any.")
    {
        _policy.AcceptOnlyFromAmong("best", "greedy");
        Add(_files);
        Add(_catalogue);
        Add(_policy);
        Add(_json);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon plan -f examples/", "machines for the shop, with EC2's types and prices"),
        (
            "kubectl get pods,nodes,nodepools -A -o json | tenon plan -f -",
            "what the pending pods of a running cluster would get"
        ),
        ("tenon plan -f pods.yaml -f pools.yaml --catalog generic --json", "for a script"),
    ];

    int Run(ParseResult arguments)
    {
        var objects = ManifestSource.ReadTyped(arguments.GetValue(_files) ?? []);
        var catalogue = Shared.Open(arguments.GetRequiredValue(_catalogue));
        if (!objects.OfType<NodePool>().Any())
            arguments.InvocationConfiguration.Error.WriteLine(
                $"no NodePool among the manifests: planning with one that may buy anything, named {PlanQuestion.AssumedPool}"
            );
        var question = PlanQuestion.From(objects, catalogue, DateTimeOffset.UnixEpoch);
        var policy = arguments.GetValue(_policy) == "greedy" ? SolvePolicy.Greedy : SolvePolicy.Best;
        var answer = PlanAnswer.To(question, policy);
        var output = arguments.InvocationConfiguration.Output;
        if (arguments.GetValue(_json))
            PlanReport.WriteJson(output, answer);
        else
            PlanReport.WriteTable(output, answer);
        return answer.Result.AllPodsPlaced ? ExitCode.Ok : ExitCode.Failed;
    }
}

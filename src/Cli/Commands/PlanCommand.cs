using System.CommandLine;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Planning;
using Tenon.Scheduling.Lowering;

namespace Tenon.Cli.Commands;

/// <summary>Which machines would be bought for these manifests, and what that costs. Touches no cluster.</summary>
sealed class PlanCommand : TenonCommand
{
    readonly Option<string[]> _files = Shared.Files();
    readonly Option<string> _catalogue = Shared.Catalogue();
    readonly Option<bool> _json = Shared.Json();
    readonly Option<string> _policy = Solving.Policy();
    readonly Option<TimeSpan?> _budget = Solving.Budget();
    readonly Option<string?> _save = new("--save")
    {
        Description = "Also write the problem to this file, for 'tenon solve' and 'tenon explain --problem'.",
        HelpName = "FILE",
    };

    public PlanCommand()
        : base("plan", "Plans machines for manifests or for a dump of a cluster, without touching any.")
    {
        Add(_files);
        Add(_catalogue);
        Add(_policy);
        Add(_budget);
        Add(_save);
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
        (
            "tenon plan -f dump.json --budget 5s --save problem.json",
            "search for five seconds at most, keep the question"
        ),
    ];

    int Run(ParseResult arguments)
    {
        var objects = ManifestSource.ReadTyped(arguments.GetValue(_files) ?? []);
        var catalogue = Shared.Open(arguments.GetRequiredValue(_catalogue));
        if (!objects.OfType<NodePool>().Any())
            arguments.InvocationConfiguration.Error.WriteLine(
                $"no NodePool among the manifests: planning with one that may buy anything, named {PlanQuestion.AssumedPool}"
            );
        var lowered = Lowering.From(PlanQuestion.From(objects, catalogue, DateTimeOffset.UnixEpoch));
        if (arguments.GetValue(_save) is { } file)
            Solving.Save(lowered.Problem, file);
        var answer = PlanAnswer.To(lowered, Solving.PolicyOf(arguments, _policy), arguments.GetValue(_budget));
        return PlanReport.Write(arguments.InvocationConfiguration.Output, answer, arguments.GetValue(_json));
    }
}

using System.CommandLine;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Planning;

namespace Tenon.Cli.Commands;

/// <summary>Solves a saved problem: the same question gives the same plan, on any machine.</summary>
sealed class SolveCommand : TenonCommand
{
    readonly Argument<string> _problem = new("problem")
    {
        Description = "A problem.json, as 'tenon plan --save' writes it.",
        HelpName = "FILE",
    };
    readonly Option<bool> _json = Shared.Json();
    readonly Option<string> _policy = Solving.Policy();
    readonly Option<TimeSpan?> _budget = Solving.Budget();

    public SolveCommand()
        : base("solve", "Solves a saved problem again.")
    {
        Add(_problem);
        Add(_policy);
        Add(_budget);
        Add(_json);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon solve problem.json --json", "the plan, with the same planSha256 as when it was saved"),
        ("tenon solve problem.json --policy greedy", "what the first plan would have been"),
    ];

    int Run(ParseResult arguments)
    {
        var problem = Solving.Read(arguments.GetRequiredValue(_problem));
        var answer = PlanAnswer.To(problem, Solving.PolicyOf(arguments, _policy), arguments.GetValue(_budget));
        return PlanReport.Write(arguments.InvocationConfiguration.Output, answer, arguments.GetValue(_json));
    }
}

using System.CommandLine;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Planning;
using Tenon.Scheduling.Explain;
using Tenon.Scheduling.Lowering;
using Tenon.Scheduling.Model;

namespace Tenon.Cli.Commands;

/// <summary>Why a pod is where the plan puts it and not elsewhere; why a machine is what it is.</summary>
sealed class ExplainCommand : TenonCommand
{
    readonly Argument<string> _subject = new("subject")
    {
        Description =
            "pod/NAMESPACE/NAME (or pod/NAME in the default namespace), or nodeclaim/NAME of a planned machine.",
        HelpName = "pod/…|nodeclaim/…",
    };
    readonly Option<string[]> _files = Shared.Files();
    readonly Option<string> _catalogue = Shared.Catalogue();
    readonly Option<string?> _problem = new("--problem")
    {
        Description = "A problem saved by 'tenon plan --save', instead of manifests.",
        HelpName = "FILE",
    };
    readonly Option<string> _policy = Solving.Policy();
    readonly Option<bool> _all = new("--all") { Description = "List every place, not only the nearest of each kind." };
    readonly Option<bool> _json = Shared.Json();

    public ExplainCommand()
        : base("explain", "Says why a pod is here and not there, or what a planned machine is bought for.")
    {
        Add(_subject);
        Add(_files);
        Add(_catalogue);
        Add(_problem);
        Add(_policy);
        Add(_all);
        Add(_json);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon explain pod/shop/web-0 -f examples/", "where the first replica of web goes, and why not elsewhere"),
        (
            "tenon explain pod/shop/web-0 --problem problem.json --all",
            "the same for a saved problem, every place listed"
        ),
        ("tenon explain nodeclaim/general-1 -f examples/ --json", "one machine of the plan, for a script"),
    ];

    int Run(ParseResult arguments)
    {
        var answer = PlanAnswer.To(Question(arguments), Solving.PolicyOf(arguments, _policy), budget: null);
        var (output, json) = (arguments.InvocationConfiguration.Output, arguments.GetValue(_json));
        var subject = arguments.GetRequiredValue(_subject);
        switch (subject.Split('/'))
        {
            case ["pod", var name]:
                return Pod($"{Kinds.DefaultNamespace}/{name}");
            case ["pod", var space, var name]:
                return Pod($"{space}/{name}");
            case ["nodeclaim", var name]:
                var machine =
                    answer.Nodes.FirstOrDefault(it => it.Name == name)
                    ?? throw new UserFault(
                        $"the plan has no machine {name}; it has {Few(answer.Nodes.Select(it => it.Name))}"
                    );
                ExplainReport.Write(output, machine, json);
                return ExitCode.Ok;
            default:
                throw new UserFault($"'{subject}' is neither pod/… nor nodeclaim/…", ExitCode.Usage);
        }

        int Pod(string name)
        {
            var explanation =
                new Inspection(answer.Plan).Of(name)
                ?? throw new UserFault(
                    $"no pod {name} waits for a place; those are {Few(answer.Plan.Problem.Pods.Select(it => it.Name))}"
                );
            ExplainReport.Write(output, explanation, arguments.GetValue(_all), json);
            return explanation.Place is null ? ExitCode.Failed : ExitCode.Ok;
        }
    }

    Problem Question(ParseResult arguments)
    {
        if (arguments.GetValue(_problem) is { } file)
            return Solving.Read(file);
        var objects = ManifestSource.ReadTyped(arguments.GetValue(_files) ?? []);
        var catalogue = Shared.Open(arguments.GetRequiredValue(_catalogue));
        return Lowering.From(PlanQuestion.From(objects, catalogue, DateTimeOffset.UnixEpoch)).Problem;
    }

    static string Few(IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        return all.Count == 0
            ? "none"
            : string.Join(", ", all.Take(5)) + (all.Count > 5 ? $" and {all.Count - 5} more" : "");
    }
}

using System.CommandLine;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Controller;

namespace Tenon.Cli.Commands;

/// <summary>Tenon at work on a real cluster, in upstream's place.</summary>
sealed class ControllerCommand : TenonCommand
{
    const string CommandName = "controller";

    readonly Argument<string[]> _flags = new("flags") { Arity = ArgumentArity.ZeroOrMore, Hidden = true };

    public ControllerCommand()
        : base(CommandName, "Runs Tenon against a cluster until it is stopped.")
    {
        Add(_flags);
        SetAction(arguments => EventLoop.Run(() => RunAsync(arguments)));
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon controller --provider kwok --kubeconfig ~/.kube/config", "pretended machines in any cluster"),
        (
            "tenon controller --provider kwok --leader-election-namespace kube-system --log-level debug",
            "inside a pod, with its service account"
        ),
        ("tenon controller --disable-leader-election --batch-idle-duration 2s", "alone, and less hasty"),
    ];

    public override string Details => "Flags, each over its environment variable:\n" + ControllerFlags.Usage();

    /// <summary>
    /// The flags are upstream's, spelled as Go spells them; they are kept from the parser of the other commands.
    /// </summary>
    public static string[] Shield(string[] arguments) =>
        arguments is [CommandName, .. var flags] && !flags.Any(flag => flag is "--help" or "-help" or "-h" or "-?")
            ? [CommandName, "--", .. flags]
            : arguments;

    Task<int> RunAsync(ParseResult arguments) =>
        ControllerSession.RunAsync(
            ControllerFlags.Parse(arguments.GetValue(_flags) ?? [], Environment.GetEnvironmentVariable),
            arguments.InvocationConfiguration.Output,
            arguments.InvocationConfiguration.Error
        );
}

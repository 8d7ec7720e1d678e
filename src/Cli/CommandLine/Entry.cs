using System.CommandLine;
using System.CommandLine.Help;
using Tenon.Cli.Commands;

namespace Tenon.Cli.CommandLine;

/// <summary>From arguments to an exit code. The one place where a fault becomes a line on stderr.</summary>
static class Entry
{
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var parsed = Root().Parse(arguments.Length == 0 ? ["--help"] : ControllerCommand.Shield(arguments));
        if (parsed.Errors is [var first, ..])
        {
            var what = parsed.UnmatchedTokens is [var token, ..] ? $"'{token}' is not known here" : first.Message;
            var command =
                parsed.CommandResult.Command is RootCommand ? "tenon" : $"tenon {parsed.CommandResult.Command.Name}";
            error.WriteLine($"tenon: {Sentence(what)} See '{command} --help'.");
            return ExitCode.Usage;
        }
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, CancellationToken.None);
        }
        catch (UserFault fault)
        {
            error.WriteLine($"tenon: {Sentence(fault.Message)}");
            return fault.Code;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Ok;
        }
    }

    static RootCommand Root()
    {
        var root = new RootCommand("Tenon keeps a Kubernetes cluster at the right size for its pods.");
        root.Add(new ControllerCommand());
        root.Add(new ConvertCommand());
        root.Add(new DevCommand());
        root.Add(new ExplainCommand());
        root.Add(new PlanCommand());
        root.Add(new PriceCommand());
        root.Add(new SolveCommand());
        root.Add(new UpCommand());
        root.Add(new ValidateCommand());
        foreach (var help in root.Options.OfType<HelpOption>())
            if (help.Action is HelpAction usual)
                help.Action = new HelpWithExamples(usual);
        return root;
    }

    static string Sentence(string message) =>
        message.TrimEnd() is var text && (text.EndsWith('.') || text.EndsWith('?')) ? text : text + ".";
}

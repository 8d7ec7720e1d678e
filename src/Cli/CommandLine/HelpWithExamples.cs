using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Tenon.Cli.CommandLine;

/// <summary>The usual help, then the examples of the command that was asked about.</summary>
sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Who asks for help need not know what else the command wants.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not TenonCommand { Examples: [_, ..] examples } command)
            return code;
        var output = parseResult.InvocationConfiguration.Output;
        if (command.Details.Length > 0)
            output.WriteLine(command.Details);
        output.WriteLine("Examples:");
        foreach (var (line, purpose) in examples)
        {
            output.WriteLine($"  # {purpose}");
            output.WriteLine($"  {line}");
        }
        return code;
    }
}

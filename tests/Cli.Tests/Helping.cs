using System.Text.RegularExpressions;

namespace Tenon.Cli.Tests;

public sealed partial class Helping
{
    static IEnumerable<string> Commands() =>
        CommandLine().Matches(TenonBinary.Run("--help").Output).Select(match => match.Groups[1].Value);

    [Fact]
    public void Every_command_shows_how_it_is_used()
    {
        var commands = Commands().ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var help = TenonBinary.Run(command, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.True(
                help.Output.Contains($"  tenon {command}", StringComparison.Ordinal),
                $"no example for {command}:\n{help.Output}"
            );
        }
    }

    [Fact]
    public void An_unknown_command_is_a_usage_error_in_one_line()
    {
        var ran = TenonBinary.Run("frobnicate");
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("frobnicate", ran.Complaint);
        Assert.Contains("--help", ran.Complaint);
    }

    [Fact]
    public void An_unknown_option_is_a_usage_error_in_one_line()
    {
        var ran = TenonBinary.Run("price", "--colour", "blue");
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("--colour", ran.Complaint);
    }

    [Fact]
    public void The_version_is_one_line()
    {
        var ran = TenonBinary.Run("--version");
        Assert.Equal(0, ran.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", ran.Output);
    }

    // In the list of commands a name stands two columns in, followed by its description.
    [GeneratedRegex(@"(?m)^  ([a-z][a-z-]+) (?=.*\S)(?<=Commands:[\s\S]*)")]
    private static partial Regex CommandLine();
}

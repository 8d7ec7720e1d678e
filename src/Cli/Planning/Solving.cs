using System.CommandLine;
using System.CommandLine.Parsing;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Scheduling;
using Tenon.Scheduling.Model;

namespace Tenon.Cli.Planning;

/// <summary>What the commands that solve have in common: how far, how long, and problems in files.</summary>
static class Solving
{
    /// <summary>A problem file larger than this is refused unread.</summary>
    public const long MostFileBytes = 1L << 30;

    /// <summary>Nobody waits longer for a plan.</summary>
    static readonly TimeSpan LongestBudget = TimeSpan.FromHours(1);

    public static Option<string> Policy()
    {
        var policy = new Option<string>("--policy")
        {
            Description = "best searches for a cheaper plan; greedy stops at the first.",
            DefaultValueFactory = _ => "best",
        };
        policy.AcceptOnlyFromAmong("best", "greedy");
        return policy;
    }

    public static SolvePolicy PolicyOf(ParseResult arguments, Option<string> policy) =>
        arguments.GetValue(policy) == "greedy" ? SolvePolicy.Greedy : SolvePolicy.Best;

    public static Option<TimeSpan?> Budget() =>
        new("--budget")
        {
            Description =
                "Time to search for a cheaper plan, such as 5s or 500ms; the first plan is never cut short. "
                + "Without it the search ends by itself, and the plan is the same on every machine.",
            HelpName = "DURATION",
            CustomParser = Duration,
        };

    public static Problem Read(string file)
    {
        try
        {
            var size = new FileInfo(file).Length;
            if (size > MostFileBytes)
                throw new UserFault($"{file}: {size} bytes, at most {MostFileBytes} are read");
            return ProblemJson.Read(File.ReadAllBytes(file), out var fault)
                ?? throw new UserFault($"{file}: {fault ?? "not a problem"}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserFault($"{file}: {failure.Message}");
        }
    }

    public static void Save(Problem problem, string file)
    {
        try
        {
            File.WriteAllBytes(file, ProblemJson.Write(problem));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserFault($"{file}: {failure.Message}");
        }
    }

    static TimeSpan? Duration(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (
            GoDuration.TryParse(text, out var duration)
            && duration.ToTimeSpan() > TimeSpan.Zero
            && duration.ToTimeSpan() <= LongestBudget
        )
            return duration.ToTimeSpan();
        argument.AddError($"'{text}' is not a duration between 1ms and 1h, such as 5s");
        return null;
    }
}

using System.Text;

namespace Tenon.Cli.Serving;

/// <summary>
/// The probes as upstream answers them: <c>/healthz</c> and <c>/readyz</c> over named checks, <c>?verbose</c>,
/// <c>?exclude=NAME</c>, and one check alone under its name.
/// </summary>
/// <param name="checks">Each check's name and what is wrong; null when nothing is.</param>
sealed class HealthChecks(string probe, IReadOnlyList<(string Name, Func<string?> Wrong)> checks)
{
    /// <summary>The answer for the whole probe.</summary>
    public (int Status, string Body) All(bool verbose, IReadOnlyCollection<string?> excluded)
    {
        var text = new StringBuilder();
        var good = true;
        foreach (var (name, wrong) in checks.OrderBy(static check => check.Name, StringComparer.Ordinal))
        {
            if (excluded.Contains(name))
                text.Append("[+]").Append(name).Append(" excluded: ok\n");
            else if (Fault(wrong) is null)
                text.Append("[+]").Append(name).Append(" ok\n");
            else
            {
                // Whoever may ask for one check alone is told why; the sum of all is shown to anybody.
                text.Append("[-]").Append(name).Append(" failed: reason withheld\n");
                good = false;
            }
        }
        if (!good)
            return (500, text.Append(probe).Append(" check failed\n").ToString());
        return (200, verbose ? text.Append(probe).Append(" check passed\n").ToString() : "ok");
    }

    /// <summary>The answer for one check.</summary>
    public (int Status, string Body) One(string name)
    {
        foreach (var check in checks)
            if (check.Name == name)
                return Fault(check.Wrong) is { } fault ? (500, $"internal server error: {fault}\n") : (200, "ok");
        return (404, "404 page not found\n");
    }

    /// <summary>A check that breaks has failed.</summary>
    static string? Fault(Func<string?> wrong)
    {
        try
        {
            return wrong();
        }
        catch (Exception broken)
        {
            return broken.Message;
        }
    }
}

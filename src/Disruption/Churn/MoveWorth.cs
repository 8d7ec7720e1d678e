using Tenon.Disruption.Candidates;

namespace Tenon.Disruption.Churn;

/// <summary>
/// Whether a replacement pays for the trouble: what it saves for as long as the pods are expected to stay, against what
/// the move costs. The figures are assumptions, stated here and nowhere else.
/// </summary>
public static class MoveWorth
{
    /// <summary>Dollars that one ordinary pod's restart is worth; weighed by the pod's eviction cost.</summary>
    public const double DollarsPerRestart = 0.0005;

    /// <summary>Old and new machines run side by side for about this long.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShortestStay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestStay = TimeSpan.FromHours(24);

    /// <summary>Dollars gained in all; negative when the move costs more than it brings.</summary>
    public static double Of(Command command, DateTimeOffset now)
    {
        var source = command.Candidates.Sum(static it => (double)it.Price.Dollars);
        var target = source - command.EstimatedSavings;
        var restarts = command.Candidates.Sum(static it => it.RescheduleCost - 1.0);
        return command.EstimatedSavings * ExpectedStay(command, now).TotalHours
            - restarts * DollarsPerRestart
            - target * Overlap.TotalHours;
    }

    /// <summary>
    /// What has stood for a while will stand for as long again: the mean age of the pods, within bounds. A day when
    /// nothing is known of them.
    /// </summary>
    public static TimeSpan ExpectedStay(Command command, DateTimeOffset now)
    {
        double seconds = 0;
        var known = 0;
        foreach (var candidate in command.Candidates)
        foreach (var pod in candidate.Reschedulable)
            if (pod.Status.StartTime is { } since && since <= now)
            {
                seconds += (now - since).TotalSeconds;
                known++;
            }
        var stay = known == 0 ? LongestStay : TimeSpan.FromSeconds(seconds / known);
        return stay < ShortestStay ? ShortestStay
            : stay > LongestStay ? LongestStay
            : stay;
    }
}

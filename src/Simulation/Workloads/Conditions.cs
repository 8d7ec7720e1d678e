using Tenon.Api.Core;

namespace Tenon.Simulation.Workloads;

/// <summary>Lists of conditions, one of each type; the transition time moves only when the status does.</summary>
internal static class Conditions
{
    public static IReadOnlyList<Condition> With(
        this IReadOnlyList<Condition> conditions,
        string type,
        string status,
        string reason,
        string message,
        DateTimeOffset now,
        bool dated = false
    )
    {
        var old = conditions.FirstOrDefault(condition => condition.Type == type);
        if (old is not null && old.Status == status && old.Reason == reason && old.Message == message)
            return conditions;
        var changed = new Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastTransitionTime = old?.Status == status ? old.LastTransitionTime : now,
            LastUpdateTime = dated ? now : null,
        };
        return old is null
            ? [.. conditions, changed]
            : [.. conditions.Select(condition => condition.Type == type ? changed : condition)];
    }

    public static IReadOnlyList<Condition> Without(this IReadOnlyList<Condition> conditions, string type) =>
        conditions.Any(condition => condition.Type == type)
            ? [.. conditions.Where(condition => condition.Type != type)]
            : conditions;

    public static bool IsTrue(this IReadOnlyList<Condition> conditions, string type) =>
        conditions.Any(condition => condition.Type == type && condition.Status == "True");
}

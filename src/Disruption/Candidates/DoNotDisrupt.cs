using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Pods;

namespace Tenon.Disruption.Candidates;

/// <summary>What a pod's do-not-disrupt annotation says now, and what is to be told about it.</summary>
public static class DoNotDisrupt
{
    /// <summary>Inactive and silent for a pod without the annotation; active and silent for "true".</summary>
    public static (bool IsActive, Notice? Notice) Of(Pod pod, DateTimeOffset now)
    {
        if (!pod.Metadata.Annotations.TryGetValue(Annotations.DoNotDisrupt, out var text))
            return (false, null);
        if (text == "true")
            return (true, null);
        if (!GoDuration.TryParse(text, out var parsed))
            return (false, Invalid(pod, $"failed to parse \"{text}\" as a duration: {ParserError(text)}"));
        if (parsed.ToTimeSpan() <= TimeSpan.Zero)
            return (false, Invalid(pod, $"duration \"{text}\" must be positive"));
        if (pod.Status.StartTime is not { } start)
            return (true, null);
        if (!pod.ForbidsDisruption(now))
            return (
                false,
                new Notice(
                    [pod],
                    EventReasons.DoNotDisruptGracePeriodElapsed,
                    $"The {Annotations.DoNotDisrupt} grace period has elapsed, pod is now disruptable",
                    []
                )
            );
        var until = (start + parsed.ToTimeSpan()).UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            CultureInfo.InvariantCulture
        );
        return (
            true,
            new Notice(
                [pod],
                EventReasons.DoNotDisruptUntil,
                $"The {Annotations.DoNotDisrupt} grace period will elapse at {until}",
                [until]
            )
        );
    }

    private static Notice Invalid(Pod pod, string why) =>
        new(
            [pod],
            EventReasons.InvalidDoNotDisruptAnnotation,
            $"Invalid {Annotations.DoNotDisrupt} annotation: {why}, ignoring annotation",
            [why],
            IsWarning: true
        );

    /// <summary>In the words of Go's duration parser, which people grep for.</summary>
    private static string ParserError(string text)
    {
        var rest = text.TrimStart('+', '-');
        var digits = rest.TakeWhile(static it => char.IsAsciiDigit(it) || it == '.').Count();
        if (digits == 0 || rest[..digits] == ".")
            return $"time: invalid duration \"{text}\"";
        var unit = new string([.. rest[digits..].TakeWhile(static it => it != '.' && !char.IsAsciiDigit(it))]);
        return unit.Length == 0 ? $"time: missing unit in duration \"{text}\""
            : unit is "ns" or "us" or "µs" or "μs" or "ms" or "s" or "m" or "h" ? $"time: invalid duration \"{text}\""
            : $"time: unknown unit \"{unit}\" in duration \"{text}\"";
    }
}

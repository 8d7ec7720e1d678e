using System.Globalization;
using System.Numerics;

namespace Tenon.Domain.Budgets;

/// <summary>
/// A five-field cron schedule (minute, hour, day of month, month, day of week) or one of the <c>@</c> macros, always in
/// UTC. Days of month and of week are OR-ed when both are restricted and AND-ed otherwise; <c>*/2</c> counts as
/// restricted.
/// </summary>
public sealed class CronSchedule
{
    /// <summary>A schedule without a hit in this many years is taken to have none (30 February).</summary>
    private const int HorizonYears = 5;

    private static readonly string[] MonthNames =
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly Field _minute,
        _hour,
        _dayOfMonth,
        _month,
        _dayOfWeek;

    private CronSchedule(Field minute, Field hour, Field dayOfMonth, Field month, Field dayOfWeek) =>
        (_minute, _hour, _dayOfMonth, _month, _dayOfWeek) = (minute, hour, dayOfMonth, month, dayOfWeek);

    /// <summary>The schedule, or why the text is none.</summary>
    public static CronSchedule? TryParse(string text, out string? error)
    {
        error = null;
        var spec = text.Trim();
        if (spec.StartsWith('@'))
        {
            if (Macro(spec) is { } expanded)
                return TryParse(expanded, out error);
            error = $"unrecognized descriptor: {spec}";
            return null;
        }
        var parts = spec.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            error = $"expected exactly 5 fields, found {parts.Length}: [{string.Join(' ', parts)}]";
            return null;
        }
        if (
            Parse(parts[0], 0, 59, [], ref error) is { } minute
            && Parse(parts[1], 0, 23, [], ref error) is { } hour
            && Parse(parts[2], 1, 31, [], ref error) is { } dayOfMonth
            && Parse(parts[3], 1, 12, MonthNames, ref error) is { } month
            && Parse(parts[4], 0, 6, DayNames, ref error) is { } dayOfWeek
        )
            return new CronSchedule(minute, hour, dayOfMonth, month, dayOfWeek);
        return null;
    }

    /// <summary>The first hit strictly after <paramref name="time"/>, or null when the schedule never hits.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        var limit = utc.Year + HorizonYears;
        if (limit > DateTime.MaxValue.Year - 1)
            return null;
        var at = new DateTime(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, DateTimeKind.Utc).AddMinutes(1);
        while (at.Year <= limit)
        {
            if (!_month.Has(at.Month))
                at = new DateTime(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            else if (!DayMatches(at))
                at = at.Date.AddDays(1);
            else if (!_hour.Has(at.Hour))
                at = at.Date.AddHours(at.Hour + 1);
            else if (!_minute.Has(at.Minute))
                at = at.AddMinutes(1);
            else
                return new DateTimeOffset(at, TimeSpan.Zero);
        }
        return null;
    }

    private bool DayMatches(DateTime at)
    {
        var ofMonth = _dayOfMonth.Has(at.Day);
        var ofWeek = _dayOfWeek.Has((int)at.DayOfWeek);
        return _dayOfMonth.IsStar || _dayOfWeek.IsStar ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private static string? Macro(string text) =>
        text switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => null,
        };

    private static Field? Parse(string text, int min, int max, string[] names, ref string? error)
    {
        var union = default(Field);
        foreach (var range in text.Split(','))
        {
            if (ParseRange(range, min, max, names, ref error) is not { } part)
                return null;
            union = new Field(union.Bits | part.Bits, union.IsStar || part.IsStar);
        }
        return BitOperations.PopCount(union.Bits) > 0 ? union : null;
    }

    private static Field? ParseRange(string text, int min, int max, string[] names, ref string? error)
    {
        var rangeAndStep = text.Split('/');
        var bounds = rangeAndStep[0].Split('-');
        var isStar = bounds[0] is "*" or "?";
        int low = min,
            high = max,
            step = 1;
        if (!isStar)
        {
            if (!Number(bounds[0], min, names, text, ref error, out low))
                return null;
            high = low;
            if (bounds.Length == 2 && !Number(bounds[1], min, names, text, ref error, out high))
                return null;
        }
        if (bounds.Length > 2)
            return Fail($"too many hyphens: {text}", ref error);
        if (rangeAndStep.Length > 2)
            return Fail($"too many slashes: {text}", ref error);
        if (rangeAndStep.Length == 2)
        {
            if (!Number(rangeAndStep[1], min, [], text, ref error, out step))
                return null;
            if (step == 0)
                return Fail($"step of range should be a positive number: {text}", ref error);
            if (!isStar && bounds.Length == 1)
                high = max;
        }
        if (low < min)
            return Fail($"beginning of range ({low}) below minimum ({min}): {text}", ref error);
        if (high > max)
            return Fail($"end of range ({high}) above maximum ({max}): {text}", ref error);
        if (low > high)
            return Fail($"beginning of range ({low}) beyond end of range ({high}): {text}", ref error);
        var bits = 0UL;
        for (var value = low; value <= high; value += step)
            bits |= 1UL << value;
        return new Field(bits, isStar && step == 1);
    }

    private static bool Number(string text, int min, string[] names, string whole, ref string? error, out int value)
    {
        var name = Array.FindIndex(
            names,
            candidate => string.Equals(candidate, text, StringComparison.OrdinalIgnoreCase)
        );
        value = min + name;
        if (name >= 0)
            return true;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 1000)
            return true;
        error = $"failed to parse int from {text}: {whole}";
        return false;
    }

    private static Field? Fail(string reason, ref string? error)
    {
        error = reason;
        return null;
    }

    private readonly record struct Field(ulong Bits, bool IsStar)
    {
        public bool Has(int value) => (Bits >> value & 1) != 0;
    }
}

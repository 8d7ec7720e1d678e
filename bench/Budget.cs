using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Tenon.Bench;

/// <summary>
/// What a benchmark may cost. Bytes are hard limits and hold on any machine; time is a ratio to a yardstick measured
/// beside it, with room for a machine that does other things too.
/// </summary>
public sealed record Budget
{
    public required string Name { get; init; }

    /// <summary>Further arguments of the benchmark, as on its command line.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Bytes allocated by one run, in the thread that plans.</summary>
    public required long AllocBytes { get; init; }

    /// <summary>Peak resident memory of the whole process.</summary>
    public required long PeakRssMb { get; init; }

    /// <summary>Yardsticks until a valid plan stands.</summary>
    public required double FirstPlanRatio { get; init; }

    /// <summary>As it is told apart in the table: the name and what was asked of it.</summary>
    public string Title => string.Join(' ', [Name, .. Arguments]);

    /// <exception cref="FormatException">The file is not a list of budgets.</exception>
    public static ImmutableArray<Budget> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(
                json,
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }
            );
            return [.. document.RootElement.EnumerateArray().Select(One)];
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"not a list of budgets: {wrong.Message}", wrong);
        }
    }

    /// <summary>One sentence for each limit that is broken; empty when all hold.</summary>
    public ImmutableArray<string> Breaches(Figures figures)
    {
        var breaches = ImmutableArray.CreateBuilder<string>();
        Compare("allocates", figures.AllocatedBytes, AllocBytes, "bytes");
        Compare("keeps", figures.PeakRssMb, PeakRssMb, "MB resident");
        Compare("takes", figures.FirstPlanRatio, FirstPlanRatio, "yardsticks to its first plan");
        return breaches.ToImmutable();

        void Compare(string verb, double found, double limit, string unit)
        {
            if (found > limit)
                breaches.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Title} {verb} {found:0.##} {unit}; its budget is {limit:0.##}"
                    )
                );
        }
    }

    static Budget One(JsonElement item) =>
        new()
        {
            Name = item.GetProperty("name").GetString()!,
            Arguments = item.TryGetProperty("arguments", out var arguments)
                ? [.. arguments.EnumerateArray().Select(argument => argument.GetString()!)]
                : [],
            AllocBytes = item.GetProperty("allocBytes").GetInt64(),
            PeakRssMb = item.GetProperty("peakRssMb").GetInt64(),
            FirstPlanRatio = item.GetProperty("firstPlanRatio").GetDouble(),
        };
}

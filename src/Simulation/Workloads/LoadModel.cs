using System.Globalization;
using Tenon.Foundation.Hashing;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// The demand that an autoscaled workload sees, as a share of one pod's CPU request (100 = one pod fully busy),
/// declared by the annotation <c>sim.tenon.sh/load</c>: comma-separated <c>base=400</c>, <c>amplitude=300</c> (a sine),
/// <c>period=24h</c>,
/// <c>phase=0h</c>, <c>noise=10</c> (percent, new every minute, from the name's hash), <c>spike=12h/15m/900</c>
/// (every/for/extra).
/// </summary>
internal sealed record LoadModel(
    double Base,
    double Amplitude,
    TimeSpan Period,
    TimeSpan Phase,
    double NoisePercent,
    TimeSpan SpikeEvery,
    TimeSpan SpikeFor,
    double SpikeExtra
)
{
    public const string Annotation = "sim.tenon.sh/load";

    public static LoadModel? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var model = new LoadModel(100, 0, TimeSpan.FromDays(1), TimeSpan.Zero, 0, TimeSpan.Zero, TimeSpan.Zero, 0);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var key, var value])
                return null;
            switch (key)
            {
                case "base":
                    model = model with { Base = Number(value) };
                    break;
                case "amplitude":
                    model = model with { Amplitude = Number(value) };
                    break;
                case "period":
                    model = model with { Period = Span(value) };
                    break;
                case "phase":
                    model = model with { Phase = Span(value) };
                    break;
                case "noise":
                    model = model with { NoisePercent = Number(value) };
                    break;
                case "spike" when value.Split('/') is [var every, var length, var extra]:
                    model = model with
                    {
                        SpikeEvery = Span(every),
                        SpikeFor = Span(length),
                        SpikeExtra = Number(extra),
                    };
                    break;
                default:
                    return null;
            }
        }
        return model;
    }

    /// <summary>The demand at a moment since the world began, never negative.</summary>
    public double At(TimeSpan since, string name)
    {
        var wave = Math.Sin(2 * Math.PI * ((since + Phase) / Period));
        var level = Base + Amplitude * wave;
        if (SpikeEvery > TimeSpan.Zero && since.Ticks % SpikeEvery.Ticks < SpikeFor.Ticks)
            level += SpikeExtra;
        var minute = (long)since.TotalMinutes;
        var draw = StableHash.Of(name, StableHash.Of(minute.ToString(CultureInfo.InvariantCulture))) % 2001;
        return Math.Max(0, level * (1 + NoisePercent / 100 * ((double)draw / 1000 - 1)));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan Span(string text) =>
        text[^1] switch
        {
            'h' => TimeSpan.FromHours(Number(text[..^1])),
            'm' => TimeSpan.FromMinutes(Number(text[..^1])),
            's' => TimeSpan.FromSeconds(Number(text[..^1])),
            _ => throw new FormatException($"a duration ends in h, m or s, not '{text}'"),
        };
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Tenon.Api.Json;

namespace Tenon.Api.Karpenter;

/// <summary>
/// A duration or <c>Never</c>. What was read is written back byte for byte, because tools that compare manifests would
/// otherwise see <c>720h</c> turn into <c>720h0m0s</c>; equality looks at the length only.
/// </summary>
[JsonConverter(typeof(NillableDurationConverter))]
public readonly struct NillableDuration : IEquatable<NillableDuration>
{
    public const string NeverText = "Never";
    public static readonly NillableDuration Never;

    private readonly string? _text;
    private readonly GoDuration? _duration;

    private NillableDuration(GoDuration? duration, string? text)
    {
        _duration = duration;
        _text = text;
    }

    /// <summary>Null means <c>Never</c>.</summary>
    public GoDuration? Duration => _duration;

    public bool IsNever => _duration is null;

    /// <summary>Null means <c>Never</c>.</summary>
    public TimeSpan? ToTimeSpan() => _duration?.ToTimeSpan();

    public static NillableDuration From(TimeSpan span) => new(GoDuration.From(span), null);

    public static NillableDuration From(GoDuration duration) => new(duration, null);

    public static NillableDuration Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"\"{text}\" is not a duration");

    public static bool TryParse(string? text, out NillableDuration value)
    {
        value = Never;
        if (string.Equals(text, NeverText, StringComparison.Ordinal))
            return true;
        if (!GoDuration.TryParse(text, out var duration))
            return false;
        value = new NillableDuration(duration, text);
        return true;
    }

    public static bool operator ==(NillableDuration a, NillableDuration b) => a.Equals(b);

    public static bool operator !=(NillableDuration a, NillableDuration b) => !a.Equals(b);

    public bool Equals(NillableDuration other) => _duration == other._duration;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is NillableDuration other && Equals(other);

    public override int GetHashCode() => _duration.GetHashCode();

    public override string ToString() => _text ?? _duration?.ToString() ?? NeverText;
}

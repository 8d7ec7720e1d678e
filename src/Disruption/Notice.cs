using System.Collections.Immutable;
using Tenon.Api;

namespace Tenon.Disruption;

/// <summary>Something worth an event: data here, published by the shell.</summary>
/// <param name="About">One event for each object.</param>
/// <param name="Dedupe">Values that, besides the object's UID, tell two events apart.</param>
/// <param name="Window">How long a repetition is suppressed; null for the usual two minutes.</param>
public sealed record Notice(
    ImmutableArray<IKubeObject> About,
    string Reason,
    string Message,
    ImmutableArray<string> Dedupe,
    TimeSpan? Window = null,
    bool IsWarning = false
)
{
    public static Notice Blocked(IEnumerable<IKubeObject?> about, string text) =>
        new([.. about.OfType<IKubeObject>()], "DisruptionBlocked", Sentence(text), []);

    public static Notice Unconsolidatable(IEnumerable<IKubeObject?> about, string text) =>
        new([.. about.OfType<IKubeObject>()], "Unconsolidatable", text, [], TimeSpan.FromMinutes(15));

    /// <summary>Only the first character is raised.</summary>
    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}

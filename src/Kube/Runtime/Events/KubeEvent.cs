using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Kube.Client.Pacing;

namespace Tenon.Kube.Runtime.Events;

/// <summary>Something worth telling in <c>kubectl describe</c>.</summary>
/// <param name="About">The object the event is listed under.</param>
/// <param name="Type"><see cref="Normal"/> or <see cref="Warning"/>.</param>
public sealed record KubeEvent(EventSubject About, string Type, string Reason, string Message)
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";

    public KubeEvent(IKubeObject about, string type, string reason, string message)
        : this(EventSubject.Of(about), type, reason, message) { }

    /// <summary>
    /// Events of one reason and the same values are told once per <see cref="DedupeTimeout"/>, whatever they are about
    /// and whatever they say. Empty: always told.
    /// </summary>
    public ImmutableArray<string> DedupeValues { get; init; } = [];

    /// <summary>Counted from the first event of its kind, not prolonged by the ones that were swallowed.</summary>
    public TimeSpan DedupeTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Shared by all events of a sort; asked after the dedupe, so a refused event still counts as told.
    /// </summary>
    public TokenBucket? RateLimit { get; init; }
}

/// <summary>The object an event is about.</summary>
public sealed record EventSubject(
    string ApiVersion,
    string Kind,
    string? Namespace,
    string Name,
    string? Uid,
    string? ResourceVersion = null
)
{
    public static EventSubject Of(IKubeObject item) =>
        new(
            item.ApiVersion,
            item.Kind,
            item.Metadata.Namespace,
            item.Metadata.Name ?? "",
            item.Metadata.Uid,
            item.Metadata.ResourceVersion
        );
}

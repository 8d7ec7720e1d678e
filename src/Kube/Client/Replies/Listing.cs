using System.Collections.Immutable;

namespace Tenon.Kube.Client.Replies;

/// <summary>A complete list, whatever the number of pages it came in, and the version of the state it shows.</summary>
public sealed record Listing<T>(ImmutableArray<T> Items, string ResourceVersion)
    where T : class;

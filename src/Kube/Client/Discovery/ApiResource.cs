using System.Collections.Immutable;
using Tenon.Api;

namespace Tenon.Kube.Client.Discovery;

/// <summary>A kind that the server serves, as it describes it.</summary>
/// <param name="Preferred">The group's preferred version: what a bare name such as <c>deployments</c> means.</param>
public sealed record ApiResource(
    ResourceType Type,
    string Singular,
    ImmutableArray<string> ShortNames,
    ImmutableArray<string> Verbs,
    ImmutableArray<string> Categories,
    bool Preferred
)
{
    public bool Can(string verb) => Verbs.Contains(verb, StringComparer.Ordinal);
}

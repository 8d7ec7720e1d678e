using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Cluster;

/// <summary>
/// What is ours: objects whose node class is one that the provider serves. Everything else is left alone.
/// </summary>
internal sealed class ManagedKinds(ICloudProvider cloud)
{
    /// <summary>The label under which a Node or a claim names its node class, for each kind we serve.</summary>
    public ImmutableArray<string> NodeClassLabels { get; } =
    [.. cloud.NodeClassTypes.Select(static type => $"{type.Group}/{type.Kind.ToLowerInvariant()}")];

    public bool Serves(NodeClassReference reference) => TypeOf(reference) is not null;

    public bool Has(NodeClaim claim) => Serves(claim.Spec.NodeClassRef);

    public bool Has(NodePool pool) => Serves(pool.Spec.Template.Spec.NodeClassRef);

    /// <summary>A Node is ours when it carries the label of one of our node classes.</summary>
    public bool Has(Node node) => NodeClassLabels.Any(node.Metadata.Labels.ContainsKey);

    public ResourceType? TypeOf(NodeClassReference reference) =>
        cloud.NodeClassTypes.FirstOrDefault(type => type.Group == reference.Group && type.Kind == reference.Kind);

    public static string LabelOf(NodeClassReference reference) =>
        $"{reference.Group}/{reference.Kind.ToLowerInvariant()}";
}

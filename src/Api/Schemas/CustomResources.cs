using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Extensions;

namespace Tenon.Api.Schemas;

/// <summary>
/// The custom resource definitions of the house: what the box loads when it starts, and what users find in
/// <c>deploy/crds</c>. One version each, stored and served, no conversion.
/// </summary>
public static class CustomResources
{
    public static CustomResourceDefinition NodePool { get; } = NodePoolSchema.Build();
    public static CustomResourceDefinition NodeClaim { get; } = NodeClaimSchema.Build();
    public static CustomResourceDefinition NodeOverlay { get; } = NodeOverlaySchema.Build();
    public static CustomResourceDefinition CapacityBuffer { get; } = CapacityBufferSchema.Build();
    public static CustomResourceDefinition KwokNodeClass { get; } = KwokNodeClassSchema.Build();

    /// <summary>In the order in which they should be applied.</summary>
    public static ImmutableArray<CustomResourceDefinition> All { get; } =
    [NodePool, NodeClaim, NodeOverlay, CapacityBuffer, KwokNodeClass];

    /// <summary>The name under which a definition lies in <c>deploy/crds</c>.</summary>
    public static string FileName(CustomResourceDefinition definition) =>
        $"{definition.Spec.Group}_{definition.Spec.Names.Plural}.yaml";

    internal static CustomResourceDefinition Define(
        ResourceType type,
        string category,
        ImmutableArray<string> shortNames,
        JsonSchemaProps schema,
        ImmutableArray<CustomResourceColumnDefinition> columns,
        CustomResourceSubresourceScale? scale = null
    ) =>
        new()
        {
            Metadata = new ObjectMeta { Name = $"{type.Plural}.{type.Group}" },
            Spec = new CustomResourceDefinitionSpec
            {
                Group = type.Group,
                Names = new CustomResourceDefinitionNames
                {
                    Kind = type.Kind,
                    ListKind = $"{type.Kind}List",
                    Plural = type.Plural,
                    Singular = type.Kind.ToLowerInvariant(),
                    ShortNames = shortNames,
                    Categories = [category],
                },
                Scope = type.Namespaced ? "Namespaced" : "Cluster",
                Versions =
                [
                    new CustomResourceDefinitionVersion
                    {
                        Name = type.Version,
                        Served = true,
                        Storage = true,
                        AdditionalPrinterColumns = columns,
                        Schema = new CustomResourceValidation { OpenApiV3Schema = schema },
                        Subresources = new CustomResourceSubresources
                        {
                            Status = new CustomResourceSubresourceStatus(),
                            Scale = scale,
                        },
                    },
                ],
            },
        };

    internal static CustomResourceColumnDefinition Column(
        string name,
        string type,
        string path,
        bool wide = false,
        string? description = null
    ) =>
        new()
        {
            Name = name,
            Type = type,
            JsonPath = path,
            Priority = wide ? 1 : null,
            Description = description,
        };
}

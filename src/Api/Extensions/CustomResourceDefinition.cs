using System.Text.Json;
using System.Text.Json.Serialization;
using Tenon.Api.Core;

namespace Tenon.Api.Extensions;

public sealed record CustomResourceDefinition : Wire, IKubeObject<CustomResourceDefinition>
{
    public static ResourceType Resource { get; } =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    public string ApiVersion
    {
        get;
        init => field = value ?? Resource.ApiVersion;
    } = Resource.ApiVersion;
    public string Kind
    {
        get;
        init => field = value ?? Resource.Kind;
    } = Resource.Kind;
    public ObjectMeta Metadata
    {
        get;
        init => field = value ?? ObjectMeta.Empty;
    } = ObjectMeta.Empty;
    public CustomResourceDefinitionSpec Spec
    {
        get;
        init => field = value ?? CustomResourceDefinitionSpec.Empty;
    } = CustomResourceDefinitionSpec.Empty;
    public CustomResourceDefinitionStatus? Status { get; init; }

    public CustomResourceDefinition With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record CustomResourceDefinitionSpec : Wire
{
    internal static readonly CustomResourceDefinitionSpec Empty = new();

    public string Group
    {
        get;
        init => field = value ?? "";
    } = "";
    public CustomResourceDefinitionNames Names
    {
        get;
        init => field = value ?? CustomResourceDefinitionNames.Empty;
    } = CustomResourceDefinitionNames.Empty;

    /// <summary><c>Cluster</c> or <c>Namespaced</c>.</summary>
    public string Scope
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<CustomResourceDefinitionVersion> Versions
    {
        get;
        init => field = value ?? [];
    } = [];
    public CustomResourceConversion? Conversion { get; init; }
    public bool? PreserveUnknownFields { get; init; }
}

public sealed record CustomResourceDefinitionNames : Wire
{
    internal static readonly CustomResourceDefinitionNames Empty = new();

    public string Plural
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Singular { get; init; }
    public IReadOnlyList<string> ShortNames
    {
        get;
        init => field = value ?? [];
    } = [];
    public string Kind
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? ListKind { get; init; }
    public IReadOnlyList<string> Categories
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record CustomResourceDefinitionVersion : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public bool Served { get; init; }
    public bool Storage { get; init; }
    public bool? Deprecated { get; init; }
    public string? DeprecationWarning { get; init; }
    public CustomResourceValidation? Schema { get; init; }
    public CustomResourceSubresources? Subresources { get; init; }
    public IReadOnlyList<CustomResourceColumnDefinition> AdditionalPrinterColumns
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<SelectableField> SelectableFields
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record SelectableField : Wire
{
    public string JsonPath
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record CustomResourceValidation : Wire
{
    [JsonPropertyName("openAPIV3Schema")]
    public JsonSchemaProps? OpenApiV3Schema { get; init; }
}

public sealed record CustomResourceSubresources : Wire
{
    /// <summary>Present, even when empty: the kind has a status of its own.</summary>
    public CustomResourceSubresourceStatus? Status { get; init; }
    public CustomResourceSubresourceScale? Scale { get; init; }
}

public sealed record CustomResourceSubresourceStatus : Wire { }

public sealed record CustomResourceSubresourceScale : Wire
{
    public string SpecReplicasPath
    {
        get;
        init => field = value ?? "";
    } = "";
    public string StatusReplicasPath
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? LabelSelectorPath { get; init; }
}

public sealed record CustomResourceColumnDefinition : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Format { get; init; }
    public string? Description { get; init; }
    public int? Priority { get; init; }
    public string JsonPath
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record CustomResourceConversion : Wire
{
    public string Strategy
    {
        get;
        init => field = value ?? "";
    } = "";
    public JsonElement? Webhook { get; init; }
}

public sealed record CustomResourceDefinitionStatus : Wire
{
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public CustomResourceDefinitionNames? AcceptedNames { get; init; }
    public IReadOnlyList<string> StoredVersions
    {
        get;
        init => field = value ?? [];
    } = [];
}

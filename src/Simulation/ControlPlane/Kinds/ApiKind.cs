using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>
/// All the server knows about one version of one kind. Built-in kinds and CRDs differ only in where this comes from.
/// </summary>
internal sealed record ApiKind
{
    public required ResourceType Type { get; init; }
    public string Singular
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Where its objects are; shared by every version of the kind.</summary>
    public required KindStore Store { get; init; }

    /// <summary>The version objects are stored in, when it is another one: conversions run between the two.</summary>
    public ApiKind? StoredAs { get; init; }

    /// <summary>The status is written through its own subresource, and ignored elsewhere.</summary>
    public bool HasStatus { get; init; }

    /// <summary>
    /// A create keeps the status it was given, as nodes and custom resources without the subresource do.
    /// </summary>
    public bool KeepsStatusOnCreate { get; init; }

    public ScalePaths? Scale { get; init; }

    /// <summary><c>metadata.generation</c> counts changes outside metadata and status.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Dotted paths of fields one may select by, besides the name and namespace.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>Shape of the whole object; null keeps and accepts everything.</summary>
    public Schema? Schema { get; init; }

    public KindRules Rules { get; init; } = KindRules.None;

    /// <summary>The verbs discovery shows and the server answers.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    /// <summary>
    /// Dependents are left behind unless the caller says otherwise (batch/v1 Jobs, ReplicationControllers).
    /// </summary>
    public bool OrphansByDefault { get; init; }

    /// <summary>A delete that is carried out at once answers with the object, not with a Status.</summary>
    public bool ReturnsDeleted { get; init; }

    public NameRule Names { get; init; } = NameRule.Subdomain;

    /// <summary>Named by a CRD: printer columns, stricter schema, no built-in behaviour.</summary>
    public bool IsCustom { get; init; }

    public IReadOnlyList<PrinterColumn> Columns { get; init; } = [];

    /// <summary>To another version of the same kind; null when only the apiVersion changes.</summary>
    public Func<JsonObject, JsonObject>? FromStorage { get; init; }

    public Func<JsonObject, JsonObject>? ToStorage { get; init; }

    public KindName Name => new(Type.Group, Type.Plural);

    public ApiKind Stored => StoredAs ?? this;

    public static readonly string[] AllVerbs =
    [
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "update",
        "watch",
    ];

    public override string ToString() => $"{Type.ApiVersion} {Type.Kind}";
}

/// <param name="Selector">Path of the pod selector: a string for custom resources, an object for built-in ones.</param>
internal sealed record ScalePaths(string Spec, string Status, string? Selector);

/// <summary>A column of <c>kubectl get</c> as a CRD declares it.</summary>
internal sealed record PrinterColumn(
    string Name,
    string Type,
    string Path,
    string Description,
    int Priority,
    string Format
);

internal enum NameRule
{
    /// <summary>RFC 1123 subdomain, at most 253 characters.</summary>
    Subdomain,

    /// <summary>RFC 1123 label, at most 63 characters: namespaces.</summary>
    Label,

    /// <summary>RFC 1035 label: services.</summary>
    DnsLabel1035,

    /// <summary>Anything that can be one segment of a path: RBAC.</summary>
    PathSegment,
}

/// <summary>What the server does for one kind beyond storing it. Every member may be absent.</summary>
internal sealed record KindRules
{
    public static readonly KindRules None = new();

    /// <summary>Fills in what the user left out, as the kind's API version does.</summary>
    public Action<JsonObject>? Default { get; init; }

    /// <summary>Runs once, when the object is created: system fields a user cannot set.</summary>
    public Action<JsonObject, WriteContext>? PrepareCreate { get; init; }

    /// <summary>Runs on every update of the main resource: (old, new).</summary>
    public Action<JsonObject, JsonObject>? PrepareUpdate { get; init; }

    /// <summary>(old or null, new, faults found).</summary>
    public Action<JsonObject?, JsonObject, List<FieldFault>>? Validate { get; init; }
}

/// <summary>What rules may know about the moment of a write.</summary>
internal readonly record struct WriteContext(DateTimeOffset Now, string Uid, ServerState State);

using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>
/// The shape of a value: one model for built-in kinds (from the embedded table) and for custom ones (from their CRD).
/// It drives pruning, defaulting, validation, apply's merging, <c>explain</c> and the OpenAPI documents. Immutable once
/// built.
/// </summary>
internal sealed class Schema
{
    public SchemaType Type { get; init; } = SchemaType.Any;

    /// <summary>Name in the built-in table, such as <c>core.PodSpec</c>; null for anything anonymous.</summary>
    public string? TypeName { get; init; }

    public string Format { get; init; } = "";
    public string Description { get; init; } = "";
    public bool Nullable { get; init; }
    public JsonNode? Default { get; init; }

    /// <summary>Known fields in the order they were declared.</summary>
    public OrderedDictionary<string, Schema> Properties { get; init; } = [];

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Of lists.</summary>
    public Schema? Items { get; init; }

    /// <summary>Of maps with free keys.</summary>
    public Schema? Values { get; init; }

    /// <summary>Of built-in types: where each field is in the binary encoding.</summary>
    public Dictionary<string, WireField> Wire { get; init; } = [];

    public bool PreservesUnknown { get; init; }

    /// <summary>How two writers' lists are combined.</summary>
    public ListMerge Merge { get; init; } = ListMerge.Atomic;

    /// <summary>What tells the items of a <see cref="ListMerge.Map"/> list apart.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The single key of strategic merge patches, where it differs from <see cref="Keys"/>.</summary>
    public string? PatchKey { get; init; }

    /// <summary>An object or a map that one writer owns as a whole.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>Strategic merges drop the fields the patch does not name (deployment strategies, volumes).</summary>
    public bool RetainKeys { get; init; }

    /// <summary>What a CRD demands of the value; null for built-in kinds, whose rules are code.</summary>
    public Constraints? Constraints { get; init; }

    /// <summary>The CRD's own text of this schema, for the OpenAPI documents.</summary>
    public JsonObject? Source { get; init; }

    /// <summary>The same shape as another field uses it, with that field's merge rules.</summary>
    public Schema Used(ListMerge merge, IReadOnlyList<string> keys, string? patchKey, bool atomic, bool retainKeys) =>
        new()
        {
            Type = Type,
            TypeName = TypeName,
            Format = Format,
            Description = Description,
            Nullable = Nullable,
            Default = Default,
            Properties = Properties,
            Required = Required,
            Items = Items,
            Values = Values,
            PreservesUnknown = PreservesUnknown,
            Constraints = Constraints,
            Source = Source,
            Wire = Wire,
            Merge = merge,
            Keys = keys,
            PatchKey = patchKey,
            IsAtomic = atomic || IsAtomic,
            RetainKeys = retainKeys,
        };

    public static readonly Schema Anything = new() { PreservesUnknown = true };
}

/// <param name="Path">Field numbers from the outside in.</param>
/// <param name="Zero">What a zero on the wire means.</param>
internal sealed record WireField(int[] Path, ZeroMeans Zero);

internal enum ZeroMeans
{
    Absent,
    Zero,
}

internal enum SchemaType
{
    Any,
    Object,
    Map,
    List,
    String,
    Integer,
    Number,
    Boolean,
    IntOrString,
}

internal enum ListMerge
{
    Atomic,
    Set,
    Map,
}

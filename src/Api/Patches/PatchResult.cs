using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Tenon.Api.Patches;

/// <summary>The patched document, or why the patch could not be carried out. The inputs are never changed.</summary>
public readonly record struct PatchResult(JsonNode? Value, string? Error)
{
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    public static PatchResult Ok(JsonNode? value) => new(value, null);

    public static PatchResult Fail(string error) => new(null, error);
}

using System.Collections.Immutable;

namespace Tenon.Api.Rules;

/// <summary>One field that breaks a rule.</summary>
/// <param name="Path"><c>spec.template.spec.requirements[0].key</c></param>
/// <param name="Value">What stands there, as text; null where nothing does.</param>
public sealed record FieldError(string Path, string Message, string? Value = null)
{
    public override string ToString() =>
        Value is null ? $"{Path}: {Message}" : $"{Path}: Invalid value: \"{Value}\": {Message}";
}

/// <summary>Collects what is wrong along the way.</summary>
internal sealed class Faults
{
    private readonly ImmutableArray<FieldError>.Builder _errors = ImmutableArray.CreateBuilder<FieldError>();

    public void Add(string path, string message, string? value = null) =>
        _errors.Add(new FieldError(path, message, value));

    public void When(bool broken, string path, string message, string? value = null)
    {
        if (broken)
            Add(path, message, value);
    }

    public ImmutableArray<FieldError> All => _errors.ToImmutable();
}

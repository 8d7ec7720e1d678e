using System.Diagnostics.CodeAnalysis;

namespace Tenon.Kube.Client;

/// <summary>
/// Either what was asked for, or why not. Expected failures are values; only <see cref="OrThrow"/> throws.
/// </summary>
public readonly struct KubeResult<T>
    where T : class
{
    private readonly T? _value;

    internal KubeResult(T? value, KubeError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Null on success.</summary>
    public KubeError? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => _value is not null;

    /// <summary>The answer. Asking a failed result for its value throws like <see cref="OrThrow"/>.</summary>
    public T Value => OrThrow();

    /// <summary>The answer, or null when there is none for whatever reason.</summary>
    public T? ValueOrNull => _value;

    public bool IsNotFound => Is(KubeErrorKind.NotFound);

    public bool Is(KubeErrorKind kind) => Error is not null && Error.Kind == kind;

    public T OrThrow() => _value ?? throw new KubeException(Error ?? KubeError.Uninitialised);

    /// <summary>The answer, null when the object does not exist; any other failure throws.</summary>
    public T? OrNullWhenNotFound() => IsNotFound ? null : OrThrow();

    public static implicit operator KubeResult<T>(KubeError error) => new(null, error);

    public static implicit operator KubeResult<T>(T value) => new(value, null);

    public override string ToString() => IsOk ? $"ok: {_value}" : $"failed: {Error}";
}

public static class KubeResult
{
    public static KubeResult<T> Ok<T>(T value)
        where T : class => new(value, null);

    public static KubeResult<T> Failed<T>(KubeError error)
        where T : class => new(null, error);
}

using System.Collections.Immutable;

namespace Tenon.Domain.Claims;

/// <summary>Whether machines of a pool come up.</summary>
public enum PoolHealth
{
    Unknown,
    Healthy,
    Unhealthy,
}

/// <summary>
/// The last four outcomes of launching and registering machines of one pool. Two failures among them are unhealthy,
/// however few there are: the divisor is always four.
/// </summary>
public sealed record RegistrationHealth
{
    public const int Remembered = 4;
    private const int FailuresTooMany = 2;

    public static readonly RegistrationHealth Unknown = new() { Outcomes = [] };
    public static readonly RegistrationHealth Healthy = new() { Outcomes = [true] };
    public static readonly RegistrationHealth Unhealthy = new() { Outcomes = [false, false] };

    private RegistrationHealth() { }

    /// <summary>Oldest first; at most <see cref="Remembered"/>.</summary>
    public ImmutableArray<bool> Outcomes { get; private init; }

    public PoolHealth State =>
        Outcomes.IsEmpty ? PoolHealth.Unknown
        : Outcomes.Count(static success => !success) >= FailuresTooMany ? PoolHealth.Unhealthy
        : PoolHealth.Healthy;

    public RegistrationHealth With(bool success) =>
        this with
        {
            Outcomes = Outcomes.Length < Remembered ? Outcomes.Add(success) : Outcomes.RemoveAt(0).Add(success),
        };
}

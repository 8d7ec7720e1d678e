namespace Tenon.Kube.Runtime.Controllers;

/// <summary>Done, or look again after a while.</summary>
public readonly record struct Requeue(TimeSpan? After)
{
    /// <summary>Look again when something changes.</summary>
    public static Requeue Never => default;

    /// <summary>Look again at once, behind everything that waits already.</summary>
    public static Requeue Now => new(TimeSpan.Zero);

    public static Requeue In(TimeSpan delay) => new(delay);

    /// <summary>The earlier of the two.</summary>
    public Requeue Or(Requeue other) =>
        After is { } mine && other.After is { } theirs ? new(mine <= theirs ? mine : theirs)
        : After is null ? other
        : this;
}

namespace Tenon.Cli.Up;

/// <summary>What a box is made of.</summary>
sealed record BoxOptions
{
    /// <summary>Port of the API server on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    public required string KubeconfigPath { get; init; }

    /// <summary>Seconds of the box per second of life.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Names the run: uids, latencies and the cloud's weather follow from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether Tenon works in the box; without it the cluster waits for a controller from outside.</summary>
    public bool HasController { get; init; } = true;
}

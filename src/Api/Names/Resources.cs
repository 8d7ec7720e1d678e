namespace Tenon.Api.Names;

/// <summary>Resource names.</summary>
public static class Resources
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string Pods = "pods";
    public const string EphemeralStorage = "ephemeral-storage";
    public const string Storage = "storage";

    /// <summary>Counts nodes, in limits and in the status of a pool.</summary>
    public const string Nodes = "nodes";
    public const string NvidiaGpu = "nvidia.com/gpu";
    public const string AmdGpu = "amd.com/gpu";
    public const string HugePagesPrefix = "hugepages-";

    /// <summary>Node overlays may not change these; providers add theirs.</summary>
    public static IReadOnlyList<string> WellKnown { get; } = [Cpu, EphemeralStorage, Memory, Pods];
}

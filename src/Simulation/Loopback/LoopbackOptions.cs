namespace Tenon.Simulation.Loopback;

/// <summary>Where the box listens. Always on 127.0.0.1: nothing here is fit for a network.</summary>
public sealed record LoopbackOptions
{
    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; }

    /// <summary>Written when the server listens, readable by its owner only; null writes none.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>Name of the cluster, the user and the context in the kubeconfig.</summary>
    public string ContextName { get; init; } = "tenon-box";
}

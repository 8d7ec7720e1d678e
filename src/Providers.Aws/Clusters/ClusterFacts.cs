namespace Tenon.Providers.Aws.Clusters;

/// <summary>What machines must be told of the cluster they join (AWS provider specification §7.4, §7.5).</summary>
public sealed class ClusterFacts
{
    private volatile string _version = "";
    private volatile string? _serviceCidr;

    public required string Name { get; init; }
    public required string Endpoint { get; init; }

    /// <summary>Base64; empty when there is none.</summary>
    public string CaBundle { get; init; } = "";

    /// <summary>The address of kube-dns; null when it was not found.</summary>
    public string? DnsAddress { get; init; }

    /// <summary>For example <c>1.33</c>.</summary>
    public string Version
    {
        get => _version;
        set => _version = value;
    }

    /// <summary>Asked for once a class needs it, and then kept.</summary>
    public string? ServiceCidr
    {
        get => _serviceCidr;
        set => _serviceCidr = value;
    }

    public bool IsIpv6 => DnsAddress?.Contains(':', StringComparison.Ordinal) == true;
}

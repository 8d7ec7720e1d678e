using System.Text.Json;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Clusters;

/// <summary>What EKS knows of the cluster that nodes are made for.</summary>
public sealed record EksCluster
{
    public string? Endpoint { get; init; }
    public string? Version { get; init; }
    public string? Arn { get; init; }

    /// <summary>Of services: the IPv4 range, else the IPv6 one.</summary>
    public string? ServiceCidr { get; init; }
}

/// <summary>The one operation of EKS.</summary>
public sealed class EksClient(AwsSession session)
{
    public ValueTask<AwsResult<EksCluster>> DescribeClusterAsync(string name, CancellationToken cancel) =>
        session.JsonAsync(
            new AwsCall
            {
                Service = "eks",
                Operation = "DescribeCluster",
                Method = "GET",
                Path = $"/clusters/{Uri.EscapeDataString(name)}",
            },
            Read,
            cancel
        );

    private static EksCluster Read(JsonElement root)
    {
        var cluster = root.GetProperty("cluster");
        var network = cluster.TryGetProperty("kubernetesNetworkConfig", out var found) ? found : default;
        return new EksCluster
        {
            Endpoint = Text(cluster, "endpoint"),
            Version = Text(cluster, "version"),
            Arn = Text(cluster, "arn"),
            ServiceCidr = Text(network, "serviceIpv4Cidr") ?? Text(network, "serviceIpv6Cidr"),
        };
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}

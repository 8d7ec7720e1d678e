using System.Globalization;
using System.Text.Json;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;

namespace Tenon.Providers.Aws.Clusters;

/// <summary>The cluster is not known well enough to make nodes for it.</summary>
public sealed class ClusterUnknownException(string message) : Exception(message);

/// <summary>Finds out what machines must be told of their cluster (AWS provider specification §7.4, §7.5).</summary>
public sealed class ClusterDiscovery(KubeClient kube, EksClient eks, AwsOptions options)
{
    /// <summary>Versions this release was made for; others work on, with a warning.</summary>
    public const int OldestMinor = 26;
    public const int NewestMinor = 36;

    /// <param name="ownCa">Base64 of the authority that the controller's own connection trusts.</param>
    /// <exception cref="ClusterUnknownException">Endpoint or version cannot be had.</exception>
    public async ValueTask<ClusterFacts> ReadAsync(string ownCa, CancellationToken cancel)
    {
        var endpoint = options.ClusterEndpoint;
        if (endpoint.Length == 0)
        {
            var cluster = await eks.DescribeClusterAsync(options.ClusterName, cancel);
            endpoint = cluster is { IsOk: true, Value.Endpoint: { } known }
                ? known
                : throw new ClusterUnknownException(
                    $"the cluster's endpoint is not known: set CLUSTER_ENDPOINT or allow eks:DescribeCluster ({cluster.Error})"
                );
        }
        var (version, fault) = await VersionAsync(cancel);
        return new ClusterFacts
        {
            Name = options.ClusterName,
            Endpoint = endpoint,
            CaBundle = options.ClusterCaBundle.Length > 0 ? options.ClusterCaBundle : ownCa,
            DnsAddress = await DnsAsync(cancel),
            Version = version ?? throw new ClusterUnknownException($"the cluster's version is not known: {fault}"),
        };
    }

    /// <summary>For example <c>1.33</c>, or why it is not known.</summary>
    public async ValueTask<(string? Version, string Fault)> VersionAsync(CancellationToken cancel)
    {
        if (options.EksControlPlane)
        {
            var cluster = await eks.DescribeClusterAsync(options.ClusterName, cancel);
            return cluster is { IsOk: true, Value.Version: { } told }
                ? (told, "")
                : (null, cluster.Error?.ToString() ?? "EKS tells no version");
        }
        var reply = await kube.SendAsync(new KubeRequest("GET", "/version"), cancel);
        if (!reply.IsOk)
            return (null, reply.Error!.ToString());
        using var document = JsonDocument.Parse(reply.Value.Body);
        var major = document.RootElement.GetProperty("major").GetString();
        var minor = document.RootElement.GetProperty("minor").GetString()?.TrimEnd('+');
        return ($"{major}.{minor}", "");
    }

    public static bool IsCompatible(string version) =>
        version.Split('.') is ["1", var minor]
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= OldestMinor and <= NewestMinor;

    private async ValueTask<string?> DnsAsync(CancellationToken cancel)
    {
        var service = await kube.GetAsync<Service>("kube-system", "kube-dns", cancel);
        return service.ValueOrNull?.Spec.ClusterIP is { Length: > 0 } address && address != "None" ? address : null;
    }
}

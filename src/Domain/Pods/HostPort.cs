using System.Collections.Immutable;
using Tenon.Api.Core;

namespace Tenon.Domain.Pods;

/// <summary>
/// A port a pod takes on its node. Init containers do not count: they are gone when the others start.
/// </summary>
public readonly record struct HostPort(string Ip, int Port, string Protocol)
{
    private const string AnyIp = "0.0.0.0";

    public static ImmutableArray<HostPort> Of(Pod pod)
    {
        ImmutableArray<HostPort>.Builder? ports = null;
        foreach (var container in pod.Spec.Containers)
        foreach (var port in container.Ports)
            if (port.HostPort is { } number and not 0)
                (ports ??= ImmutableArray.CreateBuilder<HostPort>()).Add(
                    new(
                        string.IsNullOrEmpty(port.HostIP) ? AnyIp : port.HostIP,
                        number,
                        string.IsNullOrEmpty(port.Protocol) ? "TCP" : port.Protocol
                    )
                );
        return ports is null ? [] : ports.ToImmutable();
    }

    /// <summary>Same port and protocol, and either the same address or one side listening on all.</summary>
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port
        && Protocol == other.Protocol
        && (Ip == other.Ip || IsUnspecified(Ip) || IsUnspecified(other.Ip));

    private static bool IsUnspecified(string ip) => ip is AnyIp or "::";
}

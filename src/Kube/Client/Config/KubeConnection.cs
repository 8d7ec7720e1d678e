using System.Security.Cryptography.X509Certificates;
using Tenon.Kube.Client.Auth;

namespace Tenon.Kube.Client.Config;

/// <summary>Everything that is needed to talk to one API server.</summary>
public sealed record KubeConnection
{
    public required Uri Server { get; init; }

    /// <summary>Whose signature a server certificate needs; null trusts what the machine trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>The name to expect in the server's certificate, where it is not the server's address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Null follows the environment's <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>.</summary>
    public Uri? Proxy { get; init; }

    public IKubeCredentials Credentials { get; init; } = StaticCredentials.Anonymous;

    /// <summary>The namespace that the context or the service account stands in.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Where all this comes from, for messages: <c>kubeconfig /x, context "y"</c>.</summary>
    public string Origin { get; init; } = "";
}

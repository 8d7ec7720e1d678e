using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tenon.Kube.Client.Auth;

/// <summary>Who we say we are in one request.</summary>
public sealed record Credential
{
    /// <summary>The <c>Authorization</c> header; null sends none.</summary>
    public string? Authorization { get; init; }

    /// <summary>With its private key, for the TLS handshake.</summary>
    public X509Certificate2? Certificate { get; init; }

    public static Credential Bearer(string token) => new() { Authorization = $"Bearer {token}" };

    public static Credential Basic(string name, string password) =>
        new() { Authorization = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}" };

    /// <summary>Secrets do not belong in a log.</summary>
    public override string ToString() =>
        $"{(Authorization is null ? "no" : "an")} authorization, {(Certificate is null ? "no" : "a")} certificate";
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Tenon.Kube.Client.Config;

namespace Tenon.Kube.Client.Transport;

/// <summary>Decides whether a server is the one we meant, and remembers why not.</summary>
internal sealed class ServerTrust(KubeConnection connection, TimeProvider time)
{
    private volatile string? _complaint;

    /// <summary>Why the last server was not trusted; null when it was.</summary>
    public string? Complaint => _complaint;

    public bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _complaint = connection.SkipTlsVerify ? null : ComplaintAbout(certificate as X509Certificate2, chain, errors);
        return _complaint is null;
    }

    private string? ComplaintAbout(X509Certificate2? certificate, X509Chain? offered, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "the server shows no certificate";
        if (Pem.Expired(certificate, time.GetUtcNow()) is { } expired)
            return $"the server's certificate {expired}; renew it, or correct this machine's clock";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"the server's certificate is for {Names(certificate)}, not for {connection.TlsServerName ?? connection.Server.Host}; "
                + "correct server, or set tls-server-name to the name it is for";
        if (connection.Authorities is null)
            return errors == SslPolicyErrors.None
                ? null
                : $"the server's certificate ({certificate.Subject}) is signed by an authority that this machine does not know; "
                    + "set certificate-authority-data of the cluster";
        return IsSignedByOurs(certificate, offered)
            ? null
            : $"the server's certificate is signed by {certificate.Issuer}, which is not the authority that this connection trusts; "
                + "correct certificate-authority of the cluster";
    }

    private bool IsSignedByOurs(X509Certificate2 certificate, X509Chain? offered)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(connection.Authorities!);
        chain.ChainPolicy.ExtraStore.AddRange(connection.Authorities!);
        if (offered is not null)
            chain.ChainPolicy.ExtraStore.AddRange(offered.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        // An intermediate in the bundle is trusted as it stands, as Go does, without its own root.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        if (!chain.Build(certificate))
            return false;
        var ours = connection.Authorities!.Select(authority => authority.Thumbprint).ToHashSet(StringComparer.Ordinal);
        return chain.ChainElements.Any(element => ours.Contains(element.Certificate.Thumbprint));
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate
            .Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names =>
                names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()))
            );
        var list = string.Join(", ", names);
        return list.Length > 0 ? list : certificate.Subject;
    }
}

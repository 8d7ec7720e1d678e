using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tenon.Kube.Tests.Support;

/// <summary>A certificate authority of our own making.</summary>
internal sealed class TestAuthority
{
    private readonly X509Certificate2 _root;
    private int _serial;

    public TestAuthority(string name = "test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public string Pem => _root.ExportCertificatePem();
    public X509Certificate2Collection Collection => [X509CertificateLoader.LoadCertificate(_root.RawData)];

    public X509Certificate2 Server(string host = "localhost", int days = 30) =>
        Issue(
            $"CN={host}",
            days,
            names =>
            {
                names.AddDnsName(host);
                if (host == "localhost")
                    names.AddIpAddress(IPAddress.Loopback);
            }
        );

    public X509Certificate2 Client(string user, int days = 30) => Issue($"CN={user}", days, _ => { });

    public static string KeyPem(X509Certificate2 certificate) =>
        certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    private X509Certificate2 Issue(string subject, int days, Action<SubjectAlternativeNameBuilder> name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var bare = request.Create(_root, Now.AddDays(-20), Now.AddDays(days), BitConverter.GetBytes(++_serial));
        return X509Certificate2.CreateFromPem(bare.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tenon.Cli.Tests;

/// <summary>What <c>tenon controller</c> says when it cannot start: one line, the remedy, and a code.</summary>
public sealed class ReachingACluster : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    string Kubeconfig(string server, string cluster = "", string user = "") =>
        _scratch.Write(
            "kubeconfig",
            $"""
            apiVersion: v1
            kind: Config
            current-context: shop
            contexts:
              - name: shop
                context:
                  cluster: shop
                  user: me
            clusters:
              - name: shop
                cluster:
                  server: "{server}"
                  {cluster}
            users:
              - name: me
                user:
                  {user}
            """
        );

    static string Complaint(int code, params string[] flags)
    {
        var ran = TenonBinary.Run(["controller", .. flags]);
        Assert.True(ran.ExitCode == code, $"exit code {ran.ExitCode}: {ran.Error}");
        return ran.Complaint;
    }

    [Fact]
    public void A_missing_kubeconfig_is_named()
    {
        var path = Path.Combine(_scratch.Path, "nowhere");
        var complaint = Complaint(1, "--kubeconfig", path);
        Assert.Contains(path, complaint);
        Assert.Contains("no such kubeconfig file", complaint);
    }

    [Fact]
    public void An_unreadable_kubeconfig_is_named_with_its_line()
    {
        var path = _scratch.Write("kubeconfig", "apiVersion: v1\nclusters: [\n  - name: a\n");
        Assert.Matches(@"kubeconfig:\d+: ", Complaint(1, "--kubeconfig", path));
    }

    [Fact]
    public void A_folder_is_no_kubeconfig() =>
        Assert.Contains(_scratch.Path, Complaint(1, "--kubeconfig", _scratch.Path));

    [Fact]
    public void An_unknown_context_is_answered_with_those_that_are_there()
    {
        var complaint = Complaint(1, "--kubeconfig", Kubeconfig("http://127.0.0.1:9"), "--context", "other");
        Assert.Contains("no such context; there are: shop", complaint);
    }

    [Fact]
    public void An_expired_client_certificate_is_told_with_its_date()
    {
        using var expired = Certificate("me", DateTimeOffset.UtcNow.AddDays(-2));
        var user =
            $"client-certificate-data: {Data(expired.ExportCertificatePem())}\n      "
            + $"client-key-data: {Data(expired.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())}";
        var complaint = Complaint(1, "--kubeconfig", Kubeconfig("https://127.0.0.1:9", user: user));
        Assert.Contains("client-certificate-data: the client certificate expired on", complaint);
        Assert.Contains("get a new one", complaint);
    }

    [Fact]
    public void An_expired_server_certificate_is_told_with_its_date()
    {
        using var expired = Certificate("127.0.0.1", DateTimeOffset.UtcNow.AddDays(-2));
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        GreetAsync(server, expired);
        var address = $"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}";
        var authority = $"certificate-authority-data: {Data(expired.ExportCertificatePem())}";
        var complaint = Complaint(1, "--kubeconfig", Kubeconfig(address, authority));
        Assert.Contains("the server's certificate expired on", complaint);
        Assert.Contains("renew it", complaint);
    }

    [Fact]
    public void A_server_that_is_not_there_is_told_with_its_address()
    {
        var complaint = Complaint(1, "--kubeconfig", Kubeconfig("http://127.0.0.1:9"));
        Assert.Contains("http://127.0.0.1:9", complaint);
        Assert.Contains("refused", complaint);
    }

    [Theory]
    [InlineData("--wings")]
    [InlineData("--metrics-port", "many")]
    [InlineData("--log-level", "loud")]
    [InlineData("--provider", "balloon")]
    [InlineData("--kubeconfig")]
    public async Task A_flag_that_cannot_be_understood_is_a_usage_error(params string[] flags)
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: false);
        var complaint = Complaint(
            2,
            flags is ["--provider", ..] ? [.. flags, "--kubeconfig", box.KubeconfigPath] : flags
        );
        Assert.Contains(flags[0].TrimStart('-').Replace("log-level", "LOG_LEVEL", StringComparison.Ordinal), complaint);
    }

    [Fact]
    public async Task A_corrupt_catalogue_is_named_with_its_line()
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: false);
        var file = _scratch.Write("types.json", "[\n  {\"name\": \"small\",\n  }\n]");
        var complaint = Complaint(1, "--kubeconfig", box.KubeconfigPath, "--instance-types-file-path", file);
        Assert.Contains($"catalogue {file}: line 3: not JSON", complaint);
    }

    static string Data(string pem) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pem));

    static X509Certificate2 Certificate(string name, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (IPAddress.TryParse(name, out var address))
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }
        return request.CreateSelfSigned(until.AddDays(-30), until);
    }

    /// <summary>Shakes hands and says nothing.</summary>
    static async void GreetAsync(TcpListener server, X509Certificate2 certificate)
    {
        try
        {
            while (true)
            {
                using var connection = await server.AcceptTcpClientAsync();
                await using var secure = new SslStream(connection.GetStream());
                try
                {
                    await secure.AuthenticateAsServerAsync(certificate);
                }
                catch (Exception refused)
                    when (refused is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // As it should be: the client looks at the date.
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

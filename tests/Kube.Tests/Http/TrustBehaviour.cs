using System.Text;
using Microsoft.AspNetCore.Http;
using Tenon.Kube.Client.Auth;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Http;

public sealed class TrustBehaviour
{
    private static readonly TestAuthority Authority = new();
    private static readonly KubeRequest Version = new("GET", "/version");

    [Fact]
    public async Task A_server_signed_by_the_authority_is_trusted_and_speaks_http_2()
    {
        await using var server = await TlsServer.Start(
            Authority.Server(),
            context =>
                context.Response.WriteAsync(
                    $"{context.Request.Protocol} {context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Headers.UserAgent}"
                )
        );
        using var transport = server.Connect(Authority, new HttpTransportOptions { UserAgent = "karpenter/9" });
        Assert.Equal(
            "HTTP/2 GET /api/v1/pods?limit=5 karpenter/9",
            await Text(transport, new KubeRequest("GET", "/api/v1/pods?limit=5"))
        );
    }

    [Fact]
    public async Task A_server_signed_by_somebody_else_is_refused_with_the_name_of_the_signer()
    {
        await using var server = await TlsServer.Start(
            new TestAuthority("strangers").Server(),
            _ => Task.CompletedTask
        );
        var message = await Refusal(server.Connect(Authority));
        Assert.Contains("signed by CN=strangers, which is not the authority that this connection trusts", message);
        Assert.Contains("correct certificate-authority", message);
        Assert.Contains("(the test)", message);
    }

    [Fact]
    public async Task Without_an_authority_a_private_one_is_unknown()
    {
        await using var server = await TlsServer.Start(Authority.Server(), _ => Task.CompletedTask);
        Assert.Contains(
            "set certificate-authority-data",
            await Refusal(TlsServer.Connect(new KubeConnection { Server = server.Address }))
        );
    }

    [Fact]
    public async Task An_expired_server_certificate_is_refused_with_its_date()
    {
        var certificate = Authority.Server(days: -3);
        await using var server = await TlsServer.Start(certificate, _ => Task.CompletedTask);
        Assert.Contains(
            $"the server's certificate expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC",
            await Refusal(server.Connect(Authority))
        );
    }

    [Fact]
    public async Task Another_name_is_refused_unless_tls_server_name_says_so()
    {
        await using var server = await TlsServer.Start(
            Authority.Server("kubernetes.example"),
            context => context.Response.WriteAsync("ok")
        );
        Assert.Contains("is for kubernetes.example, not for localhost", await Refusal(server.Connect(Authority)));
        using var named = TlsServer.Connect(
            new KubeConnection
            {
                Server = server.Address,
                Authorities = Authority.Collection,
                TlsServerName = "kubernetes.example",
            }
        );
        Assert.Equal("ok", await Text(named, Version));
    }

    [Fact]
    public async Task Skipping_verification_skips_it()
    {
        await using var server = await TlsServer.Start(
            new TestAuthority().Server("else", days: -1),
            context => context.Response.WriteAsync("ok")
        );
        using var transport = TlsServer.Connect(new KubeConnection { Server = server.Address, SkipTlsVerify = true });
        Assert.Equal("ok", await Text(transport, Version));
    }

    [Fact]
    public async Task A_client_certificate_is_shown_to_the_server()
    {
        await using var server = await TlsServer.Start(
            Authority.Server(),
            async context =>
                await context.Response.WriteAsync(
                    (await context.Connection.GetClientCertificateAsync())?.Subject ?? "nobody"
                )
        );
        using var transport = TlsServer.Connect(
            new KubeConnection
            {
                Server = server.Address,
                Authorities = Authority.Collection,
                Credentials = new StaticCredentials(new Credential { Certificate = Authority.Client("ada") }),
            }
        );
        Assert.Equal("CN=ada", await Text(transport, Version));
    }

    [Fact]
    public async Task A_token_that_was_rotated_is_read_again_after_a_401()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "old\n");
            await using var server = await TlsServer.Start(
                Authority.Server(),
                context =>
                {
                    if (context.Request.Headers.Authorization != "Bearer new")
                        context.Response.StatusCode = 401;
                    return context.Response.WriteAsync("ok");
                }
            );
            using var transport = TlsServer.Connect(
                new KubeConnection
                {
                    Server = server.Address,
                    Authorities = Authority.Collection,
                    Credentials = new TokenFileCredentials(path, null, TimeProvider.System),
                }
            );
            Assert.Equal(401, (await transport.SendAsync(Version, default)).Status);
            await File.WriteAllTextAsync(path, "new\n");
            Assert.Equal("ok", await Text(transport, Version));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<string> Text(HttpTransport transport, KubeRequest request)
    {
        var reply = await transport.SendAsync(request, default);
        Assert.Equal(200, reply.Status);
        return Encoding.UTF8.GetString(reply.Body.Span);
    }

    private static async Task<string> Refusal(HttpTransport transport)
    {
        using (transport)
            return (
                await Assert.ThrowsAsync<TransportException>(async () => await transport.SendAsync(Version, default))
            ).Message;
    }
}

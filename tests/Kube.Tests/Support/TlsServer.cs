using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Tests.Support;

/// <summary>A real server on loopback that answers as the test says.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    public static async Task<TlsServer> Start(X509Certificate2? certificate, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    // Linux' TLS needs a key that came through PKCS#12.
                    if (certificate is not null)
                        listen.UseHttps(
                            new HttpsConnectionAdapterOptions
                            {
                                ServerCertificate = X509CertificateLoader.LoadPkcs12(
                                    certificate.Export(X509ContentType.Pkcs12),
                                    null
                                ),
                                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                                ClientCertificateValidation = (_, _, _) => true,
                            }
                        );
                }
            )
        );
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new TlsServer(
            app,
            new Uri(app.Urls.Single().Replace("127.0.0.1", certificate is null ? "127.0.0.1" : "localhost"))
        );
    }

    public HttpTransport Connect(TestAuthority authority, HttpTransportOptions? options = null) =>
        Connect(
            new KubeConnection
            {
                Server = Address,
                Authorities = authority.Collection,
                Origin = "the test",
            },
            options
        );

    public static HttpTransport Connect(KubeConnection connection, HttpTransportOptions? options = null) =>
        new(connection, options ?? HttpTransportOptions.Default, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

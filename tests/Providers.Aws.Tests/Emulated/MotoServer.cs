using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Tests.Emulated;

/// <summary>
/// The independent emulator of AWS (Debian's <c>python3-moto</c>), on a loopback port of its own, ended with the test.
/// </summary>
public sealed class MotoServer : IAsyncDisposable
{
    public const string Region = "us-west-2";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private readonly Process _process;

    private MotoServer(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<MotoServer> StartAsync()
    {
        var port = FreePort();
        var process =
            Process.Start(
                new ProcessStartInfo("moto_server", ["-H", "127.0.0.1", "-p", $"{port}"])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            ) ?? throw new InvalidOperationException("moto_server does not start");
        // Nobody reads what it prints, but a full pipe would stop it.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new MotoServer(process, new Uri($"http://127.0.0.1:{port}"));
        using var http = new HttpClient();
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(200))
            try
            {
                (await http.GetAsync(new Uri(server.Address, "/moto-api/"))).Dispose();
                return server;
            }
            catch (HttpRequestException) when (began.Elapsed < StartLimit && !process.HasExited) { }
    }

    /// <summary>A road to it, signed like any other.</summary>
    public HttpAwsTransport Transport() =>
        new(new AwsEndpoints { Region = Region, Override = Address }, new FixedCredentials(), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class FixedCredentials : ICredentialSource
    {
        public ValueTask<AwsCredentials> CurrentAsync(CancellationToken cancel) =>
            ValueTask.FromResult(new AwsCredentials("AKIDEXAMPLE", "secret", null));
    }

    /// <summary>A form call of the query protocol, as an administrator would make it.</summary>
    public static AwsCall Form(
        string service,
        string action,
        string version,
        params (string Name, string Value)[] fields
    )
    {
        var form = new QueryForm(action, version);
        foreach (var (name, value) in fields)
            form.Add(name, value);
        return new AwsCall
        {
            Service = service,
            Operation = action,
            Body = form.ToBody(),
        };
    }

    /// <summary>A call of the JSON protocol.</summary>
    public static AwsCall Json(string service, string target, string body) =>
        new()
        {
            Service = service,
            Operation = target.Split('.')[1],
            Target = target,
            ContentType = "application/x-amz-json-1.0",
            Body = Encoding.UTF8.GetBytes(body),
        };
}

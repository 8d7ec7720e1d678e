using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Tenon.Api.Json;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client.Auth;

/// <summary>
/// Credentials from a program (<c>ExecCredential</c> v1 and v1beta1). Its answer is kept until it expires or is
/// refused; however many requests wait, the program runs once.
/// </summary>
internal sealed class ExecCredentials(
    ExecPlugin plugin,
    X509Certificate2? certificate,
    ConfigEnvironment environment,
    TimeProvider time
) : IKubeCredentials
{
    /// <summary>A program that has not answered by then is ended.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private const int LongestComplaint = 500;

    private readonly Lock _gate = new();
    private Credential? _current;
    private DateTimeOffset? _expires;
    private Task<Credential>? _running;

    public async ValueTask<Credential> GetAsync(CancellationToken cancel)
    {
        Task<Credential> running;
        lock (_gate)
        {
            if (_current is { } current && !(_expires <= time.GetUtcNow()))
                return current;
            running = _running ??= RunAsync();
        }
        return await running.WaitAsync(cancel);
    }

    public bool Refresh(Credential refused)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_current, refused))
                _current = null;
            return true;
        }
    }

    private async Task<Credential> RunAsync()
    {
        // The answer must not be there before the field that holds the question.
        await Task.Yield();
        try
        {
            var (credential, expires) = Parse(await OutputAsync());
            lock (_gate)
                (_current, _expires) = (credential, expires);
            return credential;
        }
        finally
        {
            lock (_gate)
                _running = null;
        }
    }

    private async Task<string> OutputAsync()
    {
        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            var hint = plugin.InstallHint.Length > 0 ? plugin.InstallHint : "install it or correct the path";
            throw Fault($"the program {plugin.Command} cannot be started: {error.Message}; {hint}");
        }
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var complaint = await process.StandardError.ReadToEndAsync(limit.Token);
            var answer = await output;
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode == 0)
                return answer;
            throw Fault($"the program {plugin.Command} failed with exit code {process.ExitCode}: {Shorten(complaint)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw Fault($"the program {plugin.Command} gave no answer within {Limit.TotalSeconds:0} s");
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(plugin.Command)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in plugin.Arguments)
            start.ArgumentList.Add(argument);
        if (environment.Variable("PATH") is { } path)
            start.Environment["PATH"] = path;
        foreach (var (name, value) in plugin.Variables)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = plugin.ExecInfo;
        return start;
    }

    private (Credential, DateTimeOffset?) Parse(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            if (Text(root, "kind") != "ExecCredential")
                throw Answered("something else than an ExecCredential");
            if (Text(root, "apiVersion") != plugin.ApiVersion)
                throw Answered($"in {Text(root, "apiVersion")}, the kubeconfig asks for {plugin.ApiVersion}");
            if (!root.TryGetProperty("status", out var status))
                throw Answered("without status");
            var (token, pem) = (Text(status, "token"), Text(status, "clientCertificateData"));
            if (token is null && pem is null)
                throw Answered("neither token nor certificate");
            DateTimeOffset? expires = WireTime.TryParse(Text(status, "expirationTimestamp"), out var at) ? at : null;
            return (
                new Credential
                {
                    Authorization = token is null ? null : $"Bearer {token}",
                    Certificate = pem is null ? certificate : Pem.Pair(pem, Text(status, "clientKeyData") ?? ""),
                },
                expires
            );
        }
        catch (Exception error) when (error is JsonException or CryptographicException)
        {
            throw Fault($"the answer of {plugin.Command} cannot be read: {error.Message}");
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static string Shorten(string text)
    {
        text = text.Trim();
        return text.Length <= LongestComplaint ? text : text[..LongestComplaint] + "...";
    }

    private TransportException Answered(string what) => Fault($"the program {plugin.Command} answered {what}");

    private TransportException Fault(string message) => new($"{plugin.Source}: {message}");
}

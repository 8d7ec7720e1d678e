using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Tenon.Kube.Client.Config;

namespace Tenon.Kube.Client.Auth;

/// <summary>What a kubeconfig says about a credential plugin.</summary>
internal sealed record ExecPlugin
{
    private static readonly string[] Versions =
    [
        "client.authentication.k8s.io/v1",
        "client.authentication.k8s.io/v1beta1",
    ];

    public required string Command { get; init; }
    public required IReadOnlyList<string> Arguments { get; init; }
    public required IReadOnlyList<(string Name, string Value)> Variables { get; init; }
    public required string ApiVersion { get; init; }

    /// <summary>What <c>KUBERNETES_EXEC_INFO</c> tells the plugin.</summary>
    public required string ExecInfo { get; init; }
    public required string Source { get; init; }
    public string InstallHint { get; init; } = "";

    public static ExecCredentials Read(
        KubeconfigEntry exec,
        KubeconfigEntry cluster,
        X509Certificate2? certificate,
        ConfigEnvironment environment,
        TimeProvider time
    )
    {
        var version =
            exec.Text("apiVersion") ?? throw exec.Fault("apiVersion", "is missing", $"set it to {Versions[0]}");
        if (!Versions.Contains(version, StringComparer.Ordinal))
            throw exec.Fault("apiVersion", $"\"{version}\" is not supported", $"use {string.Join(" or ", Versions)}");
        if (exec.Text("interactiveMode") == "Always")
            throw exec.Fault(
                "interactiveMode",
                "Always needs a terminal, and there is none here",
                "use a plugin that can run without asking"
            );
        var plugin = new ExecPlugin
        {
            Command = CommandOf(exec),
            Arguments = exec.Texts("args"),
            ApiVersion = version,
            Variables = [.. exec.Objects("env").Select(entry => (entry.Text("name") ?? "", entry.Text("value") ?? ""))],
            ExecInfo = Info(version, exec.Flag("provideClusterInfo") ? cluster : null),
            Source = $"{exec.File.Path}: {exec.Name}",
            InstallHint = exec.Text("installHint") ?? "",
        };
        return new ExecCredentials(plugin, certificate, environment, time);
    }

    /// <summary>A bare name is looked up on PATH; one with a slash starts at the kubeconfig's folder.</summary>
    private static string CommandOf(KubeconfigEntry exec)
    {
        var command = exec.Text("command") ?? throw exec.Fault("command", "is missing", "name the plugin's program");
        return command.Contains('/', StringComparison.Ordinal) ? exec.PathIn("command") ?? command : command;
    }

    private static string Info(string version, KubeconfigEntry? cluster)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (cluster is not null)
        {
            var told = new JsonObject { ["server"] = cluster.Text("server") };
            if (cluster.Text("tls-server-name") is { } name)
                told["tls-server-name"] = name;
            if (cluster.Flag("insecure-skip-tls-verify"))
                told["insecure-skip-tls-verify"] = true;
            if (cluster.Pem("certificate-authority") is { } authority)
                told["certificate-authority-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Pem));
            if (cluster.Text("proxy-url") is { } proxy)
                told["proxy-url"] = proxy;
            spec["cluster"] = told;
        }
        return new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = "ExecCredential",
            ["spec"] = spec,
        }.ToJsonString();
    }
}

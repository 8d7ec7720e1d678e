using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Config;

public sealed class KubeconfigBehaviour : IDisposable
{
    private static readonly TestAuthority Authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal)
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
    };

    private const string Plain = """
        apiVersion: v1
        kind: Config
        current-context: dev
        contexts:
        - name: dev
          context: {cluster: c1, user: u1, namespace: shop}
        - name: prod
          context: {cluster: c1, user: u2}
        clusters:
        - name: c1
          cluster: {server: "https://10.0.0.1:6443"}
        users:
        - name: u1
          user: {token: secret}
        - name: u2
          user: {username: ada, password: love}
        """;

    [Fact]
    public async Task The_current_context_names_cluster_user_and_namespace()
    {
        var found = Ready(Write("config", Plain), null);
        Assert.Equal(
            ("https://10.0.0.1:6443/", "shop", "Bearer secret"),
            (found.Server.ToString(), found.Namespace, await Authorization(found))
        );
        var prod = Ready(Write("config", Plain), "prod");
        Assert.Equal(("default", "Basic YWRhOmxvdmU="), (prod.Namespace, await Authorization(prod)));
    }

    [Fact]
    public async Task Several_files_are_one_and_the_first_of_a_name_wins()
    {
        var first = Write(
            "a",
            """
            current-context: two
            users: [{name: u1, user: {token: from-the-first}}]
            """
        );
        var second = Write("b", Plain + "\n- name: u3\n  user: {token: third}\n");
        var third = Write("c", "contexts: [{name: two, context: {cluster: c1, user: u1}}]\ncurrent-context: nobody");
        _variables["KUBECONFIG"] = string.Join(':', first, Path.Combine(_folder, "missing"), second, third);
        var found = Ready(null, null);
        Assert.Equal("Bearer from-the-first", await Authorization(found));
        Assert.Contains("context \"two\"", found.Origin);
    }

    [Fact]
    public async Task Certificates_come_as_data_or_as_files_beside_the_config()
    {
        var client = Authority.Client("ada");
        Write("ca.pem", Authority.Pem);
        Write("client.pem", client.ExportCertificatePem());
        var data = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(TestAuthority.KeyPem(client)));
        var found = Ready(
            Write(
                "config",
                Config("certificate-authority: ca.pem", $"client-certificate: client.pem, client-key-data: {data}")
            ),
            null
        );
        Assert.Equal("CN=test authority", Assert.Single(found.Authorities!).Subject);
        var credential = await found.Credentials.GetAsync(default);
        Assert.Equal("CN=ada", credential.Certificate!.Subject);
        Assert.True(credential.Certificate.HasPrivateKey);
    }

    [Fact]
    public void Tls_server_name_skip_and_proxy_are_taken_over()
    {
        var found = Ready(
            Write(
                "config",
                Config(
                    "insecure-skip-tls-verify: true, tls-server-name: kubernetes, proxy-url: \"socks5://127.0.0.1:1080\"",
                    "token: x"
                )
            ),
            null
        );
        Assert.Equal(
            (true, "kubernetes", "socks5://127.0.0.1:1080/"),
            (found.SkipTlsVerify, found.TlsServerName, found.Proxy!.ToString())
        );
    }

    [Fact]
    public void An_expired_client_certificate_is_refused_with_its_date()
    {
        var client = Authority.Client("ada", days: -5);
        Write("client.pem", client.ExportCertificatePem());
        Write("key.pem", TestAuthority.KeyPem(client));
        var path = Write("config", Config("tls-server-name: x", "client-certificate: client.pem, client-key: key.pem"));
        Assert.Equal(
            $"{path}: context \"dev\": user \"u1\": client-certificate: the client certificate expired on "
                + $"{client.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC; get a new one, for example by logging in again",
            Fault(path, null)
        );
    }

    [Theory]
    [InlineData("clusters: [", null, ":2: not readable as YAML")]
    [InlineData("- a\n- b", null, ": not a kubeconfig: expected an object")]
    [InlineData(
        "clusters: 7\ncurrent-context: dev\ncontexts: [{name: dev, context: {cluster: c1}}]",
        null,
        ": context \"dev\": clusters: must be a list"
    )]
    [InlineData("{}", null, ": current-context: is not set; choose one with --context: (the file has no contexts)")]
    [InlineData(Plain, "test", ": context \"test\": no such context; there are: dev, prod")]
    [InlineData(
        "current-context: dev\ncontexts: [{name: dev, context: {cluster: c9}}]\nclusters: [{name: c1}]",
        null,
        ": context \"dev\": context \"dev\": cluster: there is no cluster \"c9\"; name one of: c1"
    )]
    [InlineData(
        "current-context: dev\ncontexts: [{name: dev, context: {cluster: c1}}]\nclusters: [{name: c1}]",
        null,
        ": context \"dev\": cluster \"c1\": server: is missing; set it to the address of the API server"
    )]
    [InlineData(
        "current-context: dev\ncontexts: [{name: dev, context: {cluster: c1}}]\nclusters: [{name: c1, cluster: {server: 7}}]",
        null,
        ": context \"dev\": cluster \"c1\": server: must be a text; correct the file"
    )]
    [InlineData(
        "current-context: dev\ncontexts: [{name: dev, context: {cluster: c1}}]\nclusters: [{name: c1, cluster: {server: \"ftp://x\"}}]",
        null,
        "\"ftp://x\" is not an http or https address; write https://HOST:PORT"
    )]
    public void A_mistake_is_told_with_file_field_and_remedy(string text, string? context, string told)
    {
        var path = Write("config", text);
        Assert.Contains(told, Fault(path, context));
        Assert.StartsWith(path, Fault(path, context));
    }

    [Theory]
    [InlineData(
        "certificate-authority-data: \"%%%\"",
        "token: x",
        "cluster \"c1\": certificate-authority-data: is not base64"
    )]
    [InlineData(
        "certificate-authority-data: aGVsbG8=",
        "token: x",
        "cluster \"c1\": certificate-authority-data: holds no certificate in PEM"
    )]
    [InlineData("certificate-authority: nowhere.pem", "token: x", "cluster \"c1\": certificate-authority: ")]
    [InlineData("proxy-url: nonsense", "token: x", "cluster \"c1\": proxy-url: \"nonsense\" is not a proxy address")]
    [InlineData(
        "tls-server-name: x",
        "client-key-data: aGVsbG8=",
        "user \"u1\": client-certificate: is missing beside client-key"
    )]
    [InlineData(
        "tls-server-name: x",
        "client-certificate-data: aGVsbG8=, client-key-data: aGVsbG8=",
        "user \"u1\": client-certificate-data: the client certificate and key do not fit"
    )]
    [InlineData(
        "tls-server-name: x",
        "auth-provider: {name: gcp}",
        "user \"u1\": auth-provider: \"gcp\" is no longer supported"
    )]
    [InlineData(
        "tls-server-name: x",
        "exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}",
        "user \"u1\" exec: apiVersion: "
    )]
    [InlineData(
        "tls-server-name: x",
        "exec: {apiVersion: client.authentication.k8s.io/v1}",
        "user \"u1\" exec: command: is missing"
    )]
    public void A_mistake_in_cluster_or_user_names_the_field(string cluster, string user, string told) =>
        Assert.Contains(told, Fault(Write("config", Config(cluster, user)), null));

    [Fact]
    public void A_missing_file_and_a_folder_say_so()
    {
        Assert.Equal(
            $"{_folder}/none: no such kubeconfig file; create it, or name another with --kubeconfig or KUBECONFIG",
            Fault($"{_folder}/none", null)
        );
        Assert.Contains("is a folder", Fault(_folder, null));
        _variables["KUBECONFIG"] = $"{_folder}/none:{_folder}/none2";
        Assert.StartsWith($"KUBECONFIG={_folder}/none:{_folder}/none2: no such kubeconfig file", Fault(null, null));
    }

    [Fact]
    public async Task Without_any_file_a_pod_uses_its_service_account_and_reads_a_rotated_token_after_a_minute()
    {
        Write("token", "first");
        Write("ca.crt", Authority.Pem);
        Write("namespace", "kube-system\n");
        _variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        _variables["KUBERNETES_SERVICE_PORT"] = "6443";
        using var loop = new Tenon.Simulation.Clock.SimulationLoop();
        var found = Assert
            .IsType<ConfigOutcome.Ready>(
                KubeConnections.Find(null, null, Given with { ServiceAccountFolder = _folder }, loop.Time)
            )
            .Connection;
        Assert.Equal(
            ("https://[fd00::1]:6443/", "kube-system", "Bearer first"),
            (found.Server.ToString(), found.Namespace, await Authorization(found))
        );
        Write("token", "second");
        loop.RunFor(TimeSpan.FromSeconds(59));
        Assert.Equal("Bearer first", await Authorization(found));
        loop.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal("Bearer second", await Authorization(found));
        File.Delete(Path.Combine(_folder, "token"));
        loop.RunFor(TimeSpan.FromSeconds(61));
        Assert.Equal("Bearer second", await Authorization(found));
    }

    [Fact]
    public void A_pod_without_a_mounted_token_says_what_to_do()
    {
        _variables["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
        Assert.Contains("automountServiceAccountToken", Fault(null, null));
    }

    [Fact]
    public async Task A_plugin_is_told_about_the_cluster_and_asked_again_when_its_answer_expires()
    {
        var script = Write(
            "login.sh",
            """
            #!/bin/sh
            echo x >> "$(dirname "$0")/runs"
            echo "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s-%s-%s","expirationTimestamp":"2026-01-01T00:10:00Z"}}' "$1" "$WHO" "$(wc -l < "$(dirname "$0")/runs")"
            """
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var path = Write(
            "config",
            Config(
                "tls-server-name: kubernetes",
                "exec: {command: ./login.sh, args: [token], env: [{name: WHO, value: ada}], apiVersion: client.authentication.k8s.io/v1, provideClusterInfo: true}"
            )
        );
        var time = new Clock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var found = Assert.IsType<ConfigOutcome.Ready>(KubeConnections.Find(path, null, Given, time)).Connection;
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Authorization(found)));
        Assert.Equal(["Bearer token-ada-1"], answers.Distinct());
        time.Now = time.Now.AddMinutes(9);
        Assert.Equal("Bearer token-ada-1", await Authorization(found));
        time.Now = time.Now.AddMinutes(2);
        Assert.Equal("Bearer token-ada-2", await Authorization(found));
        Assert.Contains(
            "\"server\":\"https://10.0.0.1:6443\"",
            await File.ReadAllTextAsync(Path.Combine(_folder, "info"))
        );
        time.Now = time.Now.AddMinutes(-5);
        Assert.True(found.Credentials.Refresh(await found.Credentials.GetAsync(default)));
        Assert.Equal("Bearer token-ada-3", await Authorization(found));
    }

    [Theory]
    [InlineData(
        "exec: {command: ./none.sh, installHint: brew install it, apiVersion: client.authentication.k8s.io/v1}",
        "cannot be started",
        "brew install it"
    )]
    [InlineData(
        "exec: {command: sh, args: [-c, \"echo locked out >&2; exit 3\"], apiVersion: client.authentication.k8s.io/v1}",
        "failed with exit code 3",
        "locked out"
    )]
    [InlineData(
        "exec: {command: echo, args: [hello], apiVersion: client.authentication.k8s.io/v1}",
        "the answer of echo cannot be read",
        ""
    )]
    [InlineData(
        "exec: {command: echo, args: ['{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{}}'], apiVersion: client.authentication.k8s.io/v1}",
        "answered in client.authentication.k8s.io/v1beta1",
        ""
    )]
    [InlineData(
        "exec: {command: echo, args: ['{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'], apiVersion: client.authentication.k8s.io/v1}",
        "answered neither token nor certificate",
        ""
    )]
    public async Task A_plugin_that_fails_is_named_with_its_complaint(string user, string told, string also)
    {
        var found = Ready(Write("config", Config("tls-server-name: x", user)), null);
        var error = await Assert.ThrowsAsync<TransportException>(async () => await found.Credentials.GetAsync(default));
        Assert.Contains(told, error.Message);
        Assert.Contains(also, error.Message);
        Assert.Contains("user \"u1\" exec", error.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ConfigEnvironment Given =>
        new(_variables.GetValueOrDefault, _folder) { ServiceAccountFolder = Path.Combine(_folder, "nothing") };

    private static string Config(string cluster, string user) =>
        $$"""
            current-context: dev
            contexts: [{name: dev, context: {cluster: c1, user: u1} }]
            clusters: [{name: c1, cluster: {server: "https://10.0.0.1:6443", {{cluster}} } }]
            users: [{name: u1, user: { {{user}} } }]
            """;

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private KubeConnection Ready(string? path, string? context) =>
        KubeConnections.Find(path, context, Given, TimeProvider.System) switch
        {
            ConfigOutcome.Ready ready => ready.Connection,
            var other => throw new InvalidOperationException(other.ToString()),
        };

    private string Fault(string? path, string? context) =>
        Assert
            .IsType<ConfigOutcome.Faulty>(KubeConnections.Find(path, context, Given, TimeProvider.System))
            .Fault.ToString();

    private static async Task<string?> Authorization(KubeConnection connection) =>
        (await connection.Credentials.GetAsync(default)).Authorization;

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

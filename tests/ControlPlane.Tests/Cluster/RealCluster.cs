using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tenon.Api.Yaml;
using Tenon.ControlPlane.Tests.Cluster;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Discovery;
using Tenon.Kube.Client.Transport;

[assembly: AssemblyFixture(typeof(RealCluster))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tenon.ControlPlane.Tests.Cluster;

/// <summary>
/// etcd, kube-apiserver, kube-controller-manager and kube-scheduler on loopback, with RBAC and an audit log, shared by
/// all tests and ended with them. What has no program here is a kubelet: <see cref="Machines"/> stands in for it.
/// </summary>
public sealed class RealCluster : IAsyncLifetime
{
    /// <summary>The user that Tenon is: RBAC knows a service account by this name.</summary>
    public const string TenonUser = "system:serviceaccount:kube-system:karpenter";

    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    readonly string _binaries =
        Environment.GetEnvironmentVariable("TENON_CONTROL_PLANE")
        ?? throw new InvalidOperationException("TENON_CONTROL_PLANE is not set: run ./test --tier kube");
    readonly int _etcdPort = FreePort();
    readonly int _apiPort = FreePort();
    readonly List<ServerProgram> _programs = [];
    Machines? _machines;

    public string Home { get; } = Directory.CreateTempSubdirectory("tenon-kube-").FullName;

    public string AdminConfig => Path.Combine(Home, "admin.kubeconfig");
    public string TenonConfig => Path.Combine(Home, "tenon.kubeconfig");
    public string AuditLog => Path.Combine(Home, "audit.log");

    /// <summary>The checkout that these tests were built from.</summary>
    public static string Root { get; } = FindRoot();

    internal ServerProgram ApiServer => _programs[1];
    internal Machines Machines => _machines!;

    /// <summary>An administrator's client without a rate limit, in the versions this server serves.</summary>
    public KubeClient Admin { get; private set; } = null!;

    public ApiCatalog Served { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Prepare();
        _programs.Add(Etcd());
        _programs.Add(Api());
        await UntilAsync(
            () => Task.FromResult(File.Exists(Path.Combine(Home, "api", "apiserver.crt"))),
            "kube-apiserver wrote no certificate",
            _programs[1]
        );
        var plain = Connect(AdminConfig);
        await UntilAsync(() => IsUpAsync(plain), "kube-apiserver did not become ready", _programs[1]);
        var versions = (await ServedVersions.ReadAsync(plain, CancellationToken.None)).OrThrow();
        Admin = Connect(AdminConfig, versions);
        _programs.Add(
            Program(
                "kube-controller-manager",
                $"--kubeconfig={AdminConfig}",
                "--leader-elect=false",
                "--port=0",
                $"--secure-port={FreePort()}",
                "--bind-address=127.0.0.1",
                $"--cert-dir={Home}/cm",
                $"--service-account-private-key-file={Home}/sa.key",
                "--use-service-account-credentials=false",
                "--concurrent-gc-syncs=5"
            )
        );
        _programs.Add(
            Program(
                "kube-scheduler",
                $"--kubeconfig={AdminConfig}",
                "--leader-elect=false",
                "--port=0",
                $"--secure-port={FreePort()}",
                "--bind-address=127.0.0.1",
                $"--cert-dir={Home}/ks"
            )
        );
        foreach (var crd in Directory.GetFiles(Path.Combine(Root, "deploy", "crds"), "*.yaml").Order())
            await ApplyAsync(File.ReadAllText(crd), Path.GetFileName(crd));
        await UntilAsync(
            async () => (await Admin.SendAsync(new KubeRequest("GET", "/apis/karpenter.sh/v1"), default)).IsOk,
            "the CRDs were not served"
        );
        await ApplyAsync(File.ReadAllText(Path.Combine(Root, "deploy", "install.yaml")), "install.yaml", OnlyRights);
        _machines = await Machines.StartAsync(this);
    }

    public async ValueTask DisposeAsync()
    {
        if (_machines is not null)
            await _machines.DisposeAsync();
        _programs.Reverse();
        foreach (var program in _programs)
            program.Dispose();
        if (Environment.GetEnvironmentVariable("KEEP_CLUSTER") is null)
            Directory.Delete(Home, recursive: true);
    }

    /// <summary>A client of its own connection. <paramref name="versions"/> null: the newest.</summary>
    public static KubeClient Connect(string kubeconfig, ServedVersions? versions = null)
    {
        var found = KubeConnections.Find(kubeconfig, null, ConfigEnvironment.OfProcess(), TimeProvider.System);
        var connection = Assert.IsType<ConfigOutcome.Ready>(found).Connection;
        return new KubeClient(
            new HttpTransport(connection, HttpTransportOptions.Default, TimeProvider.System),
            KubeClientOptions.Default with
            {
                Qps = 0,
                FieldManager = "tests",
                Versions = versions ?? ServedVersions.Newest,
            },
            TimeProvider.System
        );
    }

    /// <summary>Applies every document of a text, in order; a refusal fails the test.</summary>
    public async Task ApplyAsync(string yaml, string name = "test.yaml", Func<Manifest, bool>? wanted = null)
    {
        var file = Manifests.Expand(Manifests.Parse(yaml, name));
        Assert.Empty(file.Errors);
        foreach (var manifest in file.Manifests.Where(wanted ?? (static _ => true)))
            (await TryApplyAsync(manifest)).OrThrow();
    }

    public async Task<KubeResult<System.Text.Json.Nodes.JsonObject>> TryApplyAsync(Manifest manifest)
    {
        if (Served?.Find(manifest.ApiVersion, manifest.Kind) is null)
            Served = (await new DiscoveryClient(Admin).ReadAsync(default)).OrThrow();
        var kind = Served.Find(manifest.ApiVersion, manifest.Kind);
        if (kind is null)
            return new KubeError(KubeErrorKind.NotFound, 404, $"{manifest.ApiVersion} {manifest.Kind} is not served");
        var item = (System.Text.Json.Nodes.JsonObject)manifest.Object.DeepClone();
        if (kind.Type.Namespaced && manifest.Namespace.Length == 0)
            item["metadata"]!["namespace"] = "default";
        var client = new DynamicClient(Admin, kind.Type);
        // Not by server-side apply: an old server refuses fields of definitions that it does not know.
        var created = await client.CreateAsync(item, default);
        if (!created.Is(KubeErrorKind.AlreadyExists))
            return created;
        var ns = kind.Type.Namespaced ? (string?)item["metadata"]!["namespace"] : null;
        return await client.PatchAsync(ns, manifest.Name, Kube.Client.Patching.Patch.Merge(item), default);
    }

    /// <summary>Polls until it holds; fails with what was awaited.</summary>
    internal static async Task UntilAsync(
        Func<Task<bool>> holds,
        string otherwise,
        ServerProgram? program = null,
        TimeSpan? patience = null
    )
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > (patience ?? StartPatience) || program is { HasEnded: true })
                Assert.Fail($"{otherwise} after {clock.Elapsed.TotalSeconds:0} s\n{program?.Tail()}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    public static async Task<bool> IsUpAsync(KubeClient client) =>
        (await client.SendAsync(new KubeRequest("GET", "/readyz"), default)).IsOk;

    /// <summary>The port is free now; whoever asks takes it at once.</summary>
    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    ServerProgram Etcd() =>
        Program(
            "etcd",
            $"--data-dir={Home}/etcd",
            $"--listen-client-urls=http://127.0.0.1:{_etcdPort}",
            $"--advertise-client-urls=http://127.0.0.1:{_etcdPort}",
            $"--listen-peer-urls=http://127.0.0.1:{FreePort()}",
            "--unsafe-no-fsync"
        );

    ServerProgram Api() =>
        Program(
            "kube-apiserver",
            $"--etcd-servers=http://127.0.0.1:{_etcdPort}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            $"--secure-port={_apiPort}",
            $"--cert-dir={Home}/api",
            "--service-cluster-ip-range=10.0.0.0/16",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            $"--token-auth-file={Home}/tokens.csv",
            "--service-account-issuer=https://kubernetes.default.svc",
            $"--service-account-key-file={Home}/sa.key",
            $"--service-account-signing-key-file={Home}/sa.key",
            $"--audit-policy-file={Home}/audit.yaml",
            $"--audit-log-path={AuditLog}",
            "--allow-privileged=true"
        );

    ServerProgram Program(string name, params string[] arguments) =>
        new(Path.Combine(_binaries, name), Path.Combine(Home, name + ".log"), arguments);

    void Prepare()
    {
        using (var key = RSA.Create(2048))
            File.WriteAllText(Path.Combine(Home, "sa.key"), key.ExportRSAPrivateKeyPem());
        var (admin, tenon) = (Token(), Token());
        File.WriteAllText(
            Path.Combine(Home, "tokens.csv"),
            $"{admin},admin,admin,\"system:masters\"\n{tenon},{TenonUser},tenon\n"
        );
        File.WriteAllText(
            Path.Combine(Home, "audit.yaml"),
            $"""
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
              - level: Metadata
                users: ["{TenonUser}"]
              - level: None
            """
        );
        WriteConfig(AdminConfig, admin);
        WriteConfig(TenonConfig, tenon);
    }

    /// <summary>The certificate authority is the server's own, written at its first start.</summary>
    void WriteConfig(string path, string token) =>
        File.WriteAllText(
            path,
            $"""
            apiVersion: v1
            kind: Config
            current-context: here
            clusters:
              - name: here
                cluster:
                  server: https://127.0.0.1:{_apiPort}
                  certificate-authority: {Home}/api/apiserver.crt
            users:
              - name: me
                user:
                  token: {token}
            contexts:
              - name: here
                context:
                  cluster: here
                  user: me
            """
        );

    static string Token() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    static bool OnlyRights(Manifest manifest) =>
        manifest.ApiVersion.StartsWith("rbac.", StringComparison.Ordinal) || manifest.Kind == "ServiceAccount";

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tenon.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("no Tenon.slnx above the tests");
    }
}

using System.Security.Cryptography.X509Certificates;
using Tenon.Kube.Client.Auth;

namespace Tenon.Kube.Client.Config;

/// <summary>
/// One or several kubeconfig files read as one: of each name the first file that has it wins, whole, and the first
/// <c>current-context</c> counts, as in kubectl.
/// </summary>
internal sealed class Kubeconfig(IReadOnlyList<KubeconfigFile> files, TimeProvider time)
{
    private string Source => string.Join(Path.PathSeparator, files.Select(file => file.Path));

    public KubeConnection Connect(string? contextName, ConfigEnvironment environment)
    {
        var name =
            contextName ?? files.Select(file => file.CurrentContext).FirstOrDefault(current => current is not null);
        if (name is null)
            throw KubeconfigFile.Fault(
                Source,
                "current-context",
                "is not set",
                $"choose one with --context: {List("contexts")}"
            );
        try
        {
            var context =
                Find("contexts", name)
                ?? throw KubeconfigFile.Fault(Source, "", "no such context", $"there are: {List("contexts")}");
            var cluster =
                Named(context, "cluster", "clusters")
                ?? throw context.Fault("cluster", "is missing", "name one of: " + List("clusters"));
            var user = Named(context, "user", "users");
            return Connect(name, context, cluster, user, environment);
        }
        catch (ConfigFaultException fault) when (fault.Fault.Context is null)
        {
            throw new ConfigFaultException(fault.Fault with { Context = name });
        }
    }

    private KubeConnection Connect(
        string name,
        KubeconfigEntry context,
        KubeconfigEntry cluster,
        KubeconfigEntry? user,
        ConfigEnvironment environment
    )
    {
        var skip = cluster.Flag("insecure-skip-tls-verify");
        var authorities = Authorities(cluster);
        if (skip && authorities is not null)
            throw cluster.Fault(
                "insecure-skip-tls-verify",
                "contradicts certificate-authority",
                "remove one of the two"
            );
        return new KubeConnection
        {
            Server = Server(cluster),
            SkipTlsVerify = skip,
            Authorities = authorities,
            TlsServerName = cluster.Text("tls-server-name"),
            Proxy = Proxy(cluster),
            Credentials = user is null ? StaticCredentials.Anonymous : Credentials(user, cluster, environment),
            Namespace = context.Text("namespace") ?? "default",
            Origin = $"kubeconfig {context.File.Path}, context \"{name}\"",
        };
    }

    private static Uri Server(KubeconfigEntry cluster)
    {
        var text =
            cluster.Text("server")
            ?? throw cluster.Fault("server", "is missing", "set it to the address of the API server");
        var address = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http")
            return uri;
        throw cluster.Fault("server", $"\"{text}\" is not an http or https address", "write https://HOST:PORT");
    }

    private static X509Certificate2Collection? Authorities(KubeconfigEntry cluster)
    {
        if (cluster.Pem("certificate-authority") is not { } source)
            return null;
        try
        {
            var authorities = Pem.Certificates(source.Pem);
            if (authorities.Count > 0)
                return authorities;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // Told below: what does not parse is no certificate either.
        }
        throw cluster.Fault(
            source.Field,
            "holds no certificate in PEM",
            "paste the authority's certificate, BEGIN and END lines included"
        );
    }

    private static Uri? Proxy(KubeconfigEntry cluster)
    {
        if (cluster.Text("proxy-url") is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "socks5")
            return uri;
        throw cluster.Fault(
            "proxy-url",
            $"\"{text}\" is not a proxy address",
            "write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
        );
    }

    private IKubeCredentials Credentials(KubeconfigEntry user, KubeconfigEntry cluster, ConfigEnvironment environment)
    {
        var certificate = ClientCertificate(user);
        if (user.Object("exec") is { } exec)
            return ExecPlugin.Read(exec, cluster, certificate, environment, time);
        if (user.PathIn("tokenFile") is { } tokenFile)
            return new TokenFileCredentials(tokenFile, certificate, time);
        if (user.Text("token") is { } token)
            return new StaticCredentials(Credential.Bearer(token) with { Certificate = certificate });
        if (user.Text("username") is { } name)
            return new StaticCredentials(
                Credential.Basic(name, user.Text("password") ?? "") with
                {
                    Certificate = certificate,
                }
            );
        if (user.Object("auth-provider") is { } provider)
            throw user.Fault(
                "auth-provider",
                $"\"{provider.Text("name")}\" is no longer supported by Kubernetes since 1.26",
                "use the provider's exec plugin"
            );
        return new StaticCredentials(new Credential { Certificate = certificate });
    }

    private X509Certificate2? ClientCertificate(KubeconfigEntry user)
    {
        var certificate = user.Pem("client-certificate");
        var key = user.Pem("client-key");
        if (certificate is null && key is null)
            return null;
        if (certificate is null)
            throw user.Fault("client-certificate", "is missing beside client-key", "add the certificate");
        if (key is null)
            throw user.Fault("client-key", "is missing beside client-certificate", "add the key");
        try
        {
            var pair = Pem.Pair(certificate.Value.Pem, key.Value.Pem);
            if (Pem.Expired(pair, time.GetUtcNow()) is { } expired)
                throw user.Fault(
                    certificate.Value.Field,
                    $"the client certificate {expired}",
                    "get a new one, for example by logging in again"
                );
            return pair;
        }
        catch (System.Security.Cryptography.CryptographicException error)
        {
            throw user.Fault(
                certificate.Value.Field,
                $"the client certificate and key do not fit: {error.Message}",
                "export both again"
            );
        }
    }

    private KubeconfigEntry? Named(KubeconfigEntry context, string field, string list) =>
        context.Text(field) is not { } name
            ? null
            : Find(list, name)
                ?? throw context.Fault(field, $"there is no {field} \"{name}\"", $"name one of: {List(list)}");

    private KubeconfigEntry? Find(string list, string name) =>
        files.Select(file => file.Find(list, name)).FirstOrDefault(entry => entry is not null);

    private string List(string list)
    {
        var names = files
            .SelectMany(file => file.Names(list))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        return names.Count == 0 ? $"(the file has no {list})" : string.Join(", ", names);
    }
}

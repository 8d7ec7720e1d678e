using Tenon.Kube.Client.Auth;

namespace Tenon.Kube.Client.Config;

/// <summary>Finds out which cluster is meant. Reads files and variables, opens no connection.</summary>
public static class KubeConnections
{
    /// <summary>
    /// In this order: the file named by <paramref name="path"/>; the files in <c>KUBECONFIG</c>; the pod's own service
    /// account;
    /// <c>~/.kube/config</c>. The choice is controller-runtime's.
    /// </summary>
    /// <param name="path">The value of <c>--kubeconfig</c>, null where it was not given.</param>
    /// <param name="context">The value of <c>--context</c>, null for the file's current one.</param>
    public static ConfigOutcome Find(string? path, string? context, ConfigEnvironment environment, TimeProvider time)
    {
        try
        {
            if (path is not null)
                return Ready(FromFiles([path], context, environment, time));
            if (environment.Variable("KUBECONFIG") is { Length: > 0 } list)
                return Ready(FromFiles(Existing(list), context, environment, time));
            if (environment.Variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host)
                return Ready(InCluster(host, environment, time));
            return Ready(FromFiles([Path.Combine(environment.Home, ".kube", "config")], context, environment, time));
        }
        catch (ConfigFaultException fault)
        {
            return new ConfigOutcome.Faulty(fault.Fault);
        }
    }

    private static ConfigOutcome.Ready Ready(KubeConnection connection) => new(connection);

    private static KubeConnection FromFiles(
        IEnumerable<string> paths,
        string? context,
        ConfigEnvironment environment,
        TimeProvider time
    ) => new Kubeconfig([.. paths.Select(KubeconfigFile.Read)], time).Connect(context, environment);

    /// <summary>Missing files in a list are passed over, as kubectl does, but not all of them.</summary>
    private static List<string> Existing(string list)
    {
        var paths = list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var existing = paths.Where(path => File.Exists(path) || Directory.Exists(path)).ToList();
        return existing.Count > 0
            ? existing
            : throw KubeconfigFile.Fault(
                $"KUBECONFIG={list}",
                "",
                "no such kubeconfig file",
                "correct the variable, or unset it"
            );
    }

    private static KubeConnection InCluster(string host, ConfigEnvironment environment, TimeProvider time)
    {
        var folder = environment.ServiceAccountFolder;
        var port = environment.Variable("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        if (host.Contains(':', StringComparison.Ordinal))
            host = $"[{host}]";
        if (!Uri.TryCreate($"https://{host}:{port}", UriKind.Absolute, out var server))
            throw KubeconfigFile.Fault(
                "the environment",
                "KUBERNETES_SERVICE_HOST",
                $"{host}:{port} is not an address",
                "run inside a pod, or name a kubeconfig"
            );
        var tokenFile = Path.Combine(folder, "token");
        var authority = Read(Path.Combine(folder, "ca.crt"), folder);
        Read(tokenFile, folder);
        var ns = Path.Combine(folder, "namespace");
        return new KubeConnection
        {
            Server = server,
            Authorities = Pem.Certificates(authority),
            Credentials = new TokenFileCredentials(tokenFile, null, time),
            Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            Origin = "the pod's service account",
        };
    }

    private static string Read(string path, string folder)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw KubeconfigFile.Fault(
                folder,
                Path.GetFileName(path),
                $"cannot be read: {error.Message}",
                "let the pod mount its service account (automountServiceAccountToken), or name a kubeconfig"
            );
        }
    }
}

using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>What core/v1 fills into pods and pod templates (source: pkg/apis/core/v1/defaults.go).</summary>
internal static class PodDefaults
{
    public static void Pod(JsonObject pod)
    {
        if (pod["spec"] is JsonObject spec)
            Spec(spec);
    }

    public static void Template(JsonObject owner, string path)
    {
        if (Meta.ObjectAt(owner, $"{path}.spec") is { } spec)
            Spec(spec);
    }

    public static void Set(JsonObject item, string key, JsonNode value)
    {
        if (item[key] is null)
            item[key] = value;
    }

    private static void Spec(JsonObject spec)
    {
        Set(spec, "dnsPolicy", "ClusterFirst");
        Set(spec, "restartPolicy", "Always");
        Set(spec, "securityContext", new JsonObject());
        Set(spec, "terminationGracePeriodSeconds", 30);
        Set(spec, "schedulerName", "default-scheduler");
        if (Meta.Text(spec, "serviceAccountName") is { Length: > 0 } account)
            Set(spec, "serviceAccount", account);
        else if (Meta.Text(spec, "serviceAccount") is { Length: > 0 } old)
            spec["serviceAccountName"] = old;
        var onHostNetwork = Meta.Flag(spec, "hostNetwork") == true;
        foreach (var container in Containers(spec, "initContainers").Concat(Containers(spec, "containers")))
            Container(container, onHostNetwork);
        foreach (var container in Containers(spec, "ephemeralContainers"))
            Container(container, onHostNetwork);
        foreach (var volume in Containers(spec, "volumes"))
            Volume(volume);
        foreach (var toleration in Containers(spec, "tolerations"))
            if (toleration["key"] is null && toleration["operator"] is null && toleration["value"] is null)
                Set(toleration, "operator", "Exists");
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec, string key) =>
        (spec[key] as JsonArray ?? []).OfType<JsonObject>();

    private static void Container(JsonObject container, bool onHostNetwork)
    {
        Set(container, "terminationMessagePath", "/dev/termination-log");
        Set(container, "terminationMessagePolicy", "File");
        Set(container, "imagePullPolicy", IsLatest(Meta.Text(container, "image")) ? "Always" : "IfNotPresent");
        Set(container, "resources", new JsonObject());
        foreach (var port in Containers(container, "ports"))
        {
            Set(port, "protocol", "TCP");
            if (onHostNetwork && port["hostPort"] is null)
                port["hostPort"] = port["containerPort"]?.DeepClone();
        }
        foreach (var variable in Containers(container, "env"))
            if (Meta.ObjectAt(variable, "valueFrom.fieldRef") is { } reference)
                Set(reference, "apiVersion", "v1");
        foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
            if (container[probe] is JsonObject check)
                Probe(check);
        Requests(container["resources"] as JsonObject);
    }

    /// <summary>A limit without a request is a request of the same size.</summary>
    private static void Requests(JsonObject? resources)
    {
        if (resources?["limits"] is not JsonObject limits || limits.Count == 0)
            return;
        if (resources["requests"] is not JsonObject requests)
            resources["requests"] = requests = [];
        foreach (var (name, quantity) in limits)
            if (requests[name] is null)
                requests[name] = quantity?.DeepClone();
    }

    private static void Probe(JsonObject probe)
    {
        Set(probe, "timeoutSeconds", 1);
        Set(probe, "periodSeconds", 10);
        Set(probe, "successThreshold", 1);
        Set(probe, "failureThreshold", 3);
        if (probe["httpGet"] is JsonObject get)
        {
            Set(get, "path", "/");
            Set(get, "scheme", "HTTP");
        }
        if (probe["grpc"] is JsonObject grpc)
            Set(grpc, "service", "");
    }

    private static void Volume(JsonObject volume)
    {
        if (volume.Count == 1)
            volume["emptyDir"] = new JsonObject();
        foreach (
            var (source, mode) in new[]
            {
                ("secret", 420),
                ("configMap", 420),
                ("downwardAPI", 420),
                ("projected", 420),
            }
        )
            if (volume[source] is JsonObject mounted)
                Set(mounted, "defaultMode", mode);
        if (volume["hostPath"] is JsonObject path)
            Set(path, "type", "");
        if (Meta.ObjectAt(volume, "ephemeral.volumeClaimTemplate.spec") is { } claim)
            Set(claim, "volumeMode", "Filesystem");
        if (Meta.ObjectAt(volume, "projected") is { } projected)
            foreach (var source in (projected["sources"] as JsonArray ?? []).OfType<JsonObject>())
                if (source["serviceAccountToken"] is JsonObject token)
                    Set(token, "expirationSeconds", 3600);
    }

    private static bool IsLatest(string image)
    {
        if (image.Contains('@'))
            return false;
        var colon = image.LastIndexOf(':');
        return colon < image.LastIndexOf('/') || colon < 0 || image[(colon + 1)..] == "latest";
    }
}

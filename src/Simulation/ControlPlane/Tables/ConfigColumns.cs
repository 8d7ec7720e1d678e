using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using static Tenon.Simulation.ControlPlane.Tables.TableColumns;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>Configuration, network, storage and cluster-wide kinds.</summary>
internal static class ConfigColumns
{
    private const string None = "<none>";
    private const string Unset = "<unset>";

    // A table.
    public static IReadOnlyList<Column>? Of(string kind) =>
        kind switch
        {
            "Namespace" => [Name, Text("Status", "status.phase"), Age],
            "ConfigMap" =>
            [
                Name,
                new("Data", "integer", 0, (item, _) => Count(item, "data") + Count(item, "binaryData")),
                Age,
            ],
            "Secret" => [Name, Text("Type", "type"), new("Data", "integer", 0, (item, _) => Count(item, "data")), Age],
            "ServiceAccount" =>
            [
                Name,
                new("Secrets", "integer", 0, (item, _) => (item["secrets"] as JsonArray)?.Count ?? 0),
                Age,
            ],
            "Service" =>
            [
                Name,
                Text("Type", "spec.type"),
                Made("Cluster-IP", item => Or(Meta.TextAt(item, "spec.clusterIP"), None)),
                Made("External-IP", ExternalIp),
                Made("Port(s)", Ports),
                Age,
                Selector("spec.selector"),
            ],
            "PersistentVolumeClaim" =>
            [
                Name,
                Made("Status", item => Meta.IsDeleting(item) ? "Terminating" : Meta.TextAt(item, "status.phase")),
                Text("Volume", "spec.volumeName"),
                Text("Capacity", "status.capacity.storage"),
                Made("Access Modes", item => Modes(item, "status.accessModes")),
                Text("StorageClass", "spec.storageClassName"),
                Made("VolumeAttributesClass", item => Or(Meta.TextAt(item, "spec.volumeAttributesClassName"), Unset)),
                Age,
                Made("VolumeMode", item => Or(Meta.TextAt(item, "spec.volumeMode"), Unset), 1),
            ],
            "PersistentVolume" =>
            [
                Name,
                Text("Capacity", "spec.capacity.storage"),
                Made("Access Modes", item => Modes(item, "spec.accessModes")),
                Text("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
                Made("Status", item => Meta.IsDeleting(item) ? "Terminating" : Meta.TextAt(item, "status.phase")),
                Made("Claim", Claim),
                Text("StorageClass", "spec.storageClassName"),
                Made("VolumeAttributesClass", item => Or(Meta.TextAt(item, "spec.volumeAttributesClassName"), Unset)),
                Text("Reason", "status.reason"),
                Age,
                Made("VolumeMode", item => Or(Meta.TextAt(item, "spec.volumeMode"), Unset), 1),
            ],
            "StorageClass" =>
            [
                Made("Name", ClassName),
                Text("Provisioner", "provisioner"),
                Text("ReclaimPolicy", "reclaimPolicy"),
                Text("VolumeBindingMode", "volumeBindingMode"),
                new("AllowVolumeExpansion", "string", 0, (item, _) => Meta.Flag(item, "allowVolumeExpansion") ?? false),
                Age,
            ],
            "CSINode" =>
            [
                Name,
                new("Drivers", "integer", 0, (item, _) => (Meta.At(item, "spec.drivers") as JsonArray)?.Count ?? 0),
                Age,
            ],
            "VolumeAttachment" =>
            [
                Name,
                Text("Attacher", "spec.attacher"),
                Text("PV", "spec.source.persistentVolumeName"),
                Text("Node", "spec.nodeName"),
                new(
                    "Attached",
                    "boolean",
                    0,
                    (item, _) => Meta.Flag(item["status"] as JsonObject, "attached") ?? false
                ),
                Age,
            ],
            "Lease" => [Name, Text("Holder", "spec.holderIdentity"), Age],
            "PriorityClass" =>
            [
                Name,
                Whole("Value", "value"),
                new("Global-Default", "boolean", 0, (item, _) => Meta.Flag(item, "globalDefault") ?? false),
                Age,
                Text("PreemptionPolicy", "preemptionPolicy"),
            ],
            "RuntimeClass" => [Name, Text("Handler", "handler"), Age],
            "Ingress" =>
            [
                Name,
                Made("Class", item => Or(Meta.TextAt(item, "spec.ingressClassName"), None)),
                Made("Hosts", Hosts),
                Text("Address", "status.loadBalancer.ingress"),
                Made("Ports", item => Meta.At(item, "spec.tls") is JsonArray { Count: > 0 } ? "80, 443" : "80"),
                Age,
            ],
            "IngressClass" => [Name, Text("Controller", "spec.controller"), Made("Parameters", _ => None), Age],
            "NetworkPolicy" =>
            [
                Name,
                Made("Pod-Selector", item => SelectorText(Meta.At(item, "spec.podSelector"))),
                Age,
            ],
            "CustomResourceDefinition" or "Role" or "ClusterRole" =>
            [
                Name,
                Text("Created At", "metadata.creationTimestamp"),
            ],
            "RoleBinding" or "ClusterRoleBinding" =>
            [
                Name,
                Made("Role", item => $"{Meta.TextAt(item, "roleRef.kind")}/{Meta.TextAt(item, "roleRef.name")}"),
                Age,
                Made("Users", item => Subjects(item, "User"), 1),
                Made("Groups", item => Subjects(item, "Group"), 1),
                Made("ServiceAccounts", item => Subjects(item, "ServiceAccount"), 1),
            ],
            "MutatingWebhookConfiguration" or "ValidatingWebhookConfiguration" =>
            [
                Name,
                new("Webhooks", "integer", 0, (item, _) => (item["webhooks"] as JsonArray)?.Count ?? 0),
                Age,
            ],
            "PodTemplate" =>
            [
                Name,
                Containers("template.spec"),
                Images("template.spec"),
                Made("Pod Labels", item => SelectorText(Meta.At(item, "template.metadata.labels"))),
            ],
            _ => null,
        };

    private static int Count(JsonObject item, string field) => (item[field] as JsonObject)?.Count ?? 0;

    private static string ClassName(JsonObject item)
    {
        var name = Meta.TextAt(item, "metadata.name");
        var annotations = Meta.ObjectAt(item, "metadata.annotations");
        return Meta.Text(annotations, "storageclass.kubernetes.io/is-default-class") == "true"
            ? $"{name} (default)"
            : name;
    }

    private static string ExternalIp(JsonObject item)
    {
        var external = string.Join(",", Meta.Strings(Meta.At(item, "spec.externalIPs")));
        switch (Meta.TextAt(item, "spec.type"))
        {
            case "ExternalName":
                return Meta.TextAt(item, "spec.externalName");
            case "LoadBalancer":
                var ingress = string.Join(
                    ",",
                    (Meta.At(item, "status.loadBalancer.ingress") as JsonArray ?? [])
                        .OfType<JsonObject>()
                        .Select(point => Or(Meta.Text(point, "ip"), Meta.Text(point, "hostname")))
                );
                return ingress.Length > 0 ? ingress : Or(external, "<pending>");
            default:
                return Or(external, None);
        }
    }

    private static string Ports(JsonObject item)
    {
        var ports = (Meta.At(item, "spec.ports") as JsonArray ?? [])
            .OfType<JsonObject>()
            .Select(port =>
                Meta.Number(port, "nodePort") is > 0 and var node
                    ? $"{Meta.Number(port, "port")}:{node}/{Meta.Text(port, "protocol")}"
                    : $"{Meta.Number(port, "port")}/{Meta.Text(port, "protocol")}"
            );
        return Or(string.Join(",", ports), None);
    }

    private static string Modes(JsonObject item, string path) =>
        string.Join(
            ",",
            Meta.Strings(Meta.At(item, path))
                .Select(mode =>
                    mode switch
                    {
                        "ReadWriteOnce" => "RWO",
                        "ReadOnlyMany" => "ROX",
                        "ReadWriteMany" => "RWX",
                        "ReadWriteOncePod" => "RWOP",
                        _ => mode,
                    }
                )
        );

    private static string Claim(JsonObject item) =>
        Meta.ObjectAt(item, "spec.claimRef") is { } claim
            ? $"{Meta.Text(claim, "namespace")}/{Meta.Text(claim, "name")}"
            : "";

    private static string Hosts(JsonObject item) =>
        Or(
            string.Join(
                ",",
                (Meta.At(item, "spec.rules") as JsonArray ?? [])
                    .OfType<JsonObject>()
                    .Select(rule => Meta.Text(rule, "host"))
                    .Where(host => host.Length > 0)
            ),
            "*"
        );

    private static string Subjects(JsonObject item, string kind) =>
        string.Join(
            ", ",
            (item["subjects"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .Where(subject => Meta.Text(subject, "kind") == kind)
                .Select(subject =>
                    kind == "ServiceAccount"
                        ? $"{Meta.Text(subject, "namespace")}/{Meta.Text(subject, "name")}"
                        : Meta.Text(subject, "name")
                )
        );
}

using Tenon.Api;
using Tenon.Simulation.ControlPlane.Schemas;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>
/// The kinds every cluster has. Facts (short names, categories, subresources, selectable fields) as `kubectl
/// api-resources` and the registries of a 1.33 cluster show them.
/// </summary>
internal static class BuiltInKinds
{
    private const string Replicas = ".spec.replicas";
    private const string ReplicasNow = ".status.replicas";
    private const string Selector = ".spec.selector";
    private static readonly ScalePaths Scalable = new(Replicas, ReplicasNow, Selector);
    private static readonly string[] All = ["all"];

    public static IEnumerable<ApiKind> Declare(Func<KindStore> newStore)
    {
        foreach (
            var kind in Core(newStore).Concat(Workloads(newStore)).Concat(Cluster(newStore)).Concat(Virtual(newStore))
        )
        {
            yield return kind;
            if (kind.Type is { Group: "", Kind: "Event" })
                yield return EventViews.Of(kind);
        }
    }

    private static ApiKind Kind(
        Func<KindStore> newStore,
        string group,
        string version,
        string name,
        string plural,
        bool namespaced,
        params string[] shortNames
    ) =>
        new()
        {
            Type = new ResourceType(group, version, name, plural, namespaced),
            Singular = name.ToLowerInvariant(),
            Store = newStore(),
            ShortNames = shortNames,
            Rules = BuiltInRules.Of(group, name),
            Schema = BuiltInSchemas.OfKind(group, name),
        };

    // A table.
    private static IEnumerable<ApiKind> Core(Func<KindStore> store)
    {
        ApiKind Namespaced(string name, string plural, params string[] shortNames) =>
            Kind(store, "", "v1", name, plural, true, shortNames);
        ApiKind Global(string name, string plural, params string[] shortNames) =>
            Kind(store, "", "v1", name, plural, false, shortNames);

        yield return Namespaced("ConfigMap", "configmaps", "cm");
        yield return Namespaced("Endpoints", "endpoints", "ep") with
        {
            Singular = "endpoints",
        };
        yield return Namespaced("Event", "events", "ev") with
        {
            SelectableFields =
            [
                "involvedObject.kind",
                "involvedObject.namespace",
                "involvedObject.name",
                "involvedObject.uid",
                "involvedObject.apiVersion",
                "involvedObject.resourceVersion",
                "involvedObject.fieldPath",
                "reason",
                "reportingComponent",
                "source",
                "type",
            ],
        };
        yield return Namespaced("LimitRange", "limitranges", "limits");
        yield return Global("Namespace", "namespaces", "ns") with
        {
            HasStatus = true,
            KeepsStatusOnCreate = true,
            Names = NameRule.Label,
            SelectableFields = ["status.phase"],
            ReturnsDeleted = false,
        };
        yield return Global("Node", "nodes", "no") with
        {
            HasStatus = true,
            KeepsStatusOnCreate = true,
            SelectableFields = ["spec.unschedulable"],
        };
        yield return Namespaced("PersistentVolumeClaim", "persistentvolumeclaims", "pvc") with
        {
            HasStatus = true,
            ReturnsDeleted = true,
        };
        yield return Global("PersistentVolume", "persistentvolumes", "pv") with
        {
            HasStatus = true,
            ReturnsDeleted = true,
        };
        yield return Namespaced("Pod", "pods", "po") with
        {
            HasStatus = true,
            Categories = All,
            ReturnsDeleted = true,
            HasGeneration = true,
            SelectableFields =
            [
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "spec.hostNetwork",
                "status.phase",
                "status.podIP",
                "status.nominatedNodeName",
            ],
        };
        yield return Namespaced("PodTemplate", "podtemplates") with
        {
            HasGeneration = true,
            ReturnsDeleted = true,
        };
        yield return Namespaced("ReplicationController", "replicationcontrollers", "rc") with
        {
            HasStatus = true,
            HasGeneration = true,
            Scale = Scalable,
            Categories = All,
            OrphansByDefault = true,
            SelectableFields = ["status.replicas"],
        };
        yield return Namespaced("ResourceQuota", "resourcequotas", "quota") with
        {
            HasStatus = true,
            ReturnsDeleted = true,
        };
        yield return Namespaced("Secret", "secrets") with
        {
            SelectableFields = ["type"],
        };
        yield return Namespaced("ServiceAccount", "serviceaccounts", "sa") with
        {
            ReturnsDeleted = true,
        };
        yield return Namespaced("Service", "services", "svc") with
        {
            HasStatus = true,
            Categories = All,
            Names = NameRule.DnsLabel1035,
            ReturnsDeleted = true,
            SelectableFields = ["spec.clusterIP", "spec.type"],
        };
    }

    private static IEnumerable<ApiKind> Workloads(Func<KindStore> store)
    {
        ApiKind Namespaced(string group, string version, string name, string plural, params string[] shortNames) =>
            Kind(store, group, version, name, plural, true, shortNames) with
            {
                HasGeneration = true,
            };

        yield return Namespaced("apps", "v1", "ControllerRevision", "controllerrevisions") with
        {
            HasGeneration = false,
        };
        yield return Namespaced("apps", "v1", "DaemonSet", "daemonsets", "ds") with
        {
            HasStatus = true,
            Categories = All,
        };
        yield return Namespaced("apps", "v1", "Deployment", "deployments", "deploy") with
        {
            HasStatus = true,
            Categories = All,
            Scale = Scalable,
        };
        yield return Namespaced("apps", "v1", "ReplicaSet", "replicasets", "rs") with
        {
            HasStatus = true,
            Categories = All,
            Scale = Scalable,
            SelectableFields = ["status.replicas"],
        };
        yield return Namespaced("apps", "v1", "StatefulSet", "statefulsets", "sts") with
        {
            HasStatus = true,
            Categories = All,
            Scale = Scalable,
        };
        yield return Namespaced("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa") with
        {
            HasStatus = true,
            Categories = All,
            HasGeneration = false,
        };
        yield return Namespaced("batch", "v1", "CronJob", "cronjobs", "cj") with
        {
            HasStatus = true,
            Categories = All,
        };
        yield return Namespaced("batch", "v1", "Job", "jobs") with
        {
            HasStatus = true,
            Categories = All,
            OrphansByDefault = true,
            SelectableFields = ["status.successful"],
        };
        yield return Namespaced("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb") with
        {
            HasStatus = true,
        };
        yield return Namespaced("networking.k8s.io", "v1", "Ingress", "ingresses", "ing") with
        {
            HasStatus = true,
        };
        yield return Namespaced("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol");
        yield return Namespaced("coordination.k8s.io", "v1", "Lease", "leases") with
        {
            HasGeneration = false,
        };
        yield return Namespaced("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices");
    }

    // A table.
    private static IEnumerable<ApiKind> Cluster(Func<KindStore> store)
    {
        ApiKind Global(string group, string version, string name, string plural, params string[] shortNames) =>
            Kind(store, group, version, name, plural, false, shortNames);
        ApiKind Namespaced(string group, string version, string name, string plural) =>
            Kind(store, group, version, name, plural, true);

        yield return Global(
            "admissionregistration.k8s.io",
            "v1",
            "MutatingWebhookConfiguration",
            "mutatingwebhookconfigurations"
        ) with
        {
            HasGeneration = true,
        };
        yield return Global(
            "admissionregistration.k8s.io",
            "v1",
            "ValidatingWebhookConfiguration",
            "validatingwebhookconfigurations"
        ) with
        {
            HasGeneration = true,
        };
        yield return Global(
            "apiextensions.k8s.io",
            "v1",
            "CustomResourceDefinition",
            "customresourcedefinitions",
            "crd",
            "crds"
        ) with
        {
            HasStatus = true,
            HasGeneration = true,
            Categories = ["api-extensions"],
        };
        yield return Global("networking.k8s.io", "v1", "IngressClass", "ingressclasses") with
        {
            HasGeneration = true,
        };
        yield return Global("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses");
        const string Rbac = "rbac.authorization.k8s.io";
        yield return Global(Rbac, "v1", "ClusterRoleBinding", "clusterrolebindings") with
        {
            Names = NameRule.PathSegment,
        };
        yield return Global(Rbac, "v1", "ClusterRole", "clusterroles") with
        {
            Names = NameRule.PathSegment,
        };
        yield return Namespaced(Rbac, "v1", "RoleBinding", "rolebindings") with
        {
            Names = NameRule.PathSegment,
        };
        yield return Namespaced(Rbac, "v1", "Role", "roles") with
        {
            Names = NameRule.PathSegment,
        };
        const string Devices = "resource.k8s.io";
        yield return Global(Devices, "v1", "DeviceClass", "deviceclasses") with
        {
            HasGeneration = true,
        };
        yield return Namespaced(Devices, "v1", "ResourceClaim", "resourceclaims") with
        {
            HasStatus = true,
        };
        yield return Namespaced(Devices, "v1", "ResourceClaimTemplate", "resourceclaimtemplates");
        yield return Global(Devices, "v1", "ResourceSlice", "resourceslices") with
        {
            HasGeneration = true,
            SelectableFields = ["spec.nodeName", "spec.driver"],
        };
        yield return Global("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc") with
        {
            HasGeneration = true,
        };
        const string Storage = "storage.k8s.io";
        yield return Global(Storage, "v1", "CSIDriver", "csidrivers");
        yield return Global(Storage, "v1", "CSINode", "csinodes");
        yield return Namespaced(Storage, "v1", "CSIStorageCapacity", "csistoragecapacities");
        yield return Global(Storage, "v1", "StorageClass", "storageclasses", "sc");
        yield return Global(Storage, "v1", "VolumeAttachment", "volumeattachments") with
        {
            HasStatus = true,
        };
    }

    /// <summary>Kinds that are answered and not stored.</summary>
    private static IEnumerable<ApiKind> Virtual(Func<KindStore> store)
    {
        ApiKind Review(string group, string name, string plural, bool namespaced) =>
            Kind(store, group, "v1", name, plural, namespaced) with
            {
                Verbs = ["create"],
            };

        yield return Review("", "Binding", "bindings", true);
        yield return Review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", false);
        yield return Review("authentication.k8s.io", "TokenReview", "tokenreviews", false);
        yield return Review("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", true);
        yield return Review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false);
        yield return Review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false);
        yield return Review("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", false);
    }
}

namespace Tenon.Api.Patches;

/// <summary>How a list of a built-in kind merges.</summary>
public enum ListMerge
{
    /// <summary>A patch replaces the whole list.</summary>
    Atomic,

    /// <summary>A set of texts or numbers.</summary>
    Set,

    /// <summary>Objects, told apart by one field.</summary>
    ByKey,
}

/// <summary>What a strategic merge must know of a field of a built-in kind.</summary>
/// <param name="Type">The shape of the field, or of the list's items; null when nothing below it is special.</param>
/// <param name="Merge">For lists only.</param>
/// <param name="Key">The field that tells the items apart.</param>
/// <param name="ReplacesMap">The field is an object that a patch replaces as a whole.</param>
public sealed record MergeField(
    string? Type,
    ListMerge Merge = ListMerge.Atomic,
    string? Key = null,
    bool ReplacesMap = false
);

/// <summary>
/// Merge strategies of the built-in kinds: the <c>patchStrategy</c> and <c>patchMergeKey</c> facts of Kubernetes' API
/// types. Custom resources have none, and refuse strategic patches.
/// </summary>
public static class MergeKeys
{
    private static readonly Dictionary<string, Dictionary<string, MergeField>> Shapes = new(StringComparer.Ordinal)
    {
        ["ObjectMeta"] = Of(("ownerReferences", By("uid")), ("finalizers", Set)),
        ["PodSpec"] = Of(
            ("containers", By("name", "Container")),
            ("initContainers", By("name", "Container")),
            ("ephemeralContainers", By("name", "Container")),
            ("volumes", By("name")),
            ("imagePullSecrets", By("name")),
            ("hostAliases", By("ip")),
            ("topologySpreadConstraints", By("topologyKey")),
            ("schedulingGates", By("name")),
            ("resourceClaims", By("name"))
        ),
        ["Container"] = Of(
            ("env", By("name")),
            ("ports", By("containerPort")),
            ("volumeMounts", By("mountPath")),
            ("volumeDevices", By("devicePath"))
        ),
        ["PodTemplateSpec"] = Of(("metadata", In("ObjectMeta")), ("spec", In("PodSpec"))),
        ["PodStatus"] = Of(
            ("conditions", By("type")),
            ("podIPs", By("ip")),
            ("hostIPs", By("ip")),
            ("resourceClaimStatuses", By("name"))
        ),
        ["WithConditions"] = Of(("conditions", By("type"))),
        ["WorkloadSpec"] = Of(
            ("template", In("PodTemplateSpec")),
            ("volumeClaimTemplates", new MergeField("PersistentVolumeClaim"))
        ),
        ["JobTemplateSpec"] = Of(("metadata", In("ObjectMeta")), ("spec", In("WorkloadSpec"))),
        ["CronJobSpec"] = Of(("jobTemplate", In("JobTemplateSpec"))),
        ["NodeSpec"] = Of(("podCIDRs", Set)),
        ["NodeStatus"] = Of(("conditions", By("type")), ("addresses", By("type"))),
        ["ServiceSpec"] = Of(("ports", By("port"))),
        ["PodDisruptionBudgetSpec"] = Of(("selector", new MergeField(null, ReplacesMap: true))),
        ["Pod"] = Root("PodSpec", "PodStatus"),
        ["Node"] = Root("NodeSpec", "NodeStatus"),
        ["Service"] = Root("ServiceSpec", "WithConditions"),
        ["Deployment"] = Root("WorkloadSpec", "WithConditions"),
        ["ReplicaSet"] = Root("WorkloadSpec", "WithConditions"),
        ["StatefulSet"] = Root("WorkloadSpec", "WithConditions"),
        ["DaemonSet"] = Root("WorkloadSpec", "WithConditions"),
        ["ReplicationController"] = Root("WorkloadSpec", "WithConditions"),
        ["Job"] = Root("WorkloadSpec", "WithConditions"),
        ["CronJob"] = Root("CronJobSpec", null),
        ["PodDisruptionBudget"] = Root("PodDisruptionBudgetSpec", "WithConditions"),
        ["PersistentVolumeClaim"] = Root(null, "WithConditions"),
        ["HorizontalPodAutoscaler"] = Root(null, "WithConditions"),
        ["Namespace"] = Root(null, "WithConditions"),
        ["PodTemplate"] = Of(("metadata", In("ObjectMeta")), ("template", In("PodTemplateSpec"))),
        ["ServiceAccount"] = Of(
            ("metadata", In("ObjectMeta")),
            ("secrets", By("name")),
            ("imagePullSecrets", By("name"))
        ),
    };

    private static readonly Dictionary<string, MergeField> Plain = Of(("metadata", In("ObjectMeta")));

    /// <summary>The shape under which a kind's fields are found; kinds not listed have only their metadata.</summary>
    public static MergeField Field(string? type, string field)
    {
        if (type is null)
            return Unlisted;
        var shape = Shapes.GetValueOrDefault(type, Plain);
        return shape.GetValueOrDefault(field, Unlisted);
    }

    private static readonly MergeField Unlisted = new(null);
    private static MergeField Set => new(null, ListMerge.Set);

    private static MergeField By(string key, string? type = null) => new(type, ListMerge.ByKey, key);

    private static MergeField In(string type) => new(type);

    private static Dictionary<string, MergeField> Root(string? spec, string? status) =>
        Of(("metadata", In("ObjectMeta")), ("spec", new MergeField(spec)), ("status", new MergeField(status)));

    private static Dictionary<string, MergeField> Of(params ReadOnlySpan<(string Name, MergeField Field)> fields)
    {
        var shape = new Dictionary<string, MergeField>(StringComparer.Ordinal);
        foreach (var (name, field) in fields)
            shape[name] = field;
        return shape;
    }
}

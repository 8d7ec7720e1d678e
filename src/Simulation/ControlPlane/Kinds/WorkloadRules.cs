using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>Workloads: selectors that match their templates and never change, counts that make sense.</summary>
internal static class WorkloadRules
{
    private const string FieldIsImmutable = "field is immutable";
    private static readonly string[] StatefulMutable =
    [
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];

    public static KindRules Selecting(Action<JsonObject> defaults) =>
        new() { Default = defaults, Validate = Selecting };

    public static readonly KindRules StatefulSet = new()
    {
        Default = WorkloadDefaults.StatefulSet,
        Validate = StatefulSetChecks,
    };

    public static readonly KindRules Job = new()
    {
        Default = WorkloadDefaults.Job,
        PrepareCreate = JobOnCreate,
        Validate = JobChecks,
    };

    public static readonly KindRules CronJob = new() { Default = WorkloadDefaults.CronJob, Validate = CronJobChecks };

    public static readonly KindRules Autoscaler = new()
    {
        Default = WorkloadDefaults.HorizontalPodAutoscaler,
        Validate = AutoscalerChecks,
    };

    public static readonly KindRules Budget = new() { Validate = BudgetChecks };

    private static void Selecting(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        Replicas(item, faults);
        Selector(item, faults);
        Immutable(old, item, "spec.selector", faults);
        PodRules.Template(Meta.ObjectAt(item, "spec.template.spec"), "spec.template.spec", faults);
        if (Meta.TextAt(item, "spec.template.spec.restartPolicy") is { Length: > 0 } policy && policy != "Always")
            faults.Add(FieldFault.NotSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
    }

    private static void Selector(JsonObject item, List<FieldFault> faults)
    {
        var selector = Meta.ObjectAt(item, "spec.selector");
        if (selector is null)
        {
            faults.Add(FieldFault.Required("spec.selector"));
            return;
        }
        if (selector.Count == 0)
            faults.Add(FieldFault.Invalid("spec.selector", selector, "empty selector is invalid for deployment"));
        var labels = (Meta.ObjectAt(item, "spec.template.metadata.labels") ?? [])
            .Select(pair => KeyValuePair.Create(pair.Key, Meta.Show(pair.Value)))
            .ToArray();
        if (LabelQuery.FromObject(selector)?.Matches(labels) == false)
            faults.Add(
                FieldFault.Invalid(
                    "spec.template.metadata.labels",
                    Meta.At(item, "spec.template.metadata.labels"),
                    "`selector` does not match template `labels`"
                )
            );
        MetadataRules.Labels("spec.template.labels", Meta.ObjectAt(item, "spec.template.metadata.labels"), faults);
    }

    private static void Replicas(JsonObject item, List<FieldFault> faults)
    {
        if (Meta.AsNumber(Meta.At(item, "spec.replicas")) is < 0 and var replicas)
            faults.Add(FieldFault.Invalid("spec.replicas", replicas, "must be greater than or equal to 0"));
    }

    private static void Immutable(JsonObject? old, JsonObject item, string path, List<FieldFault> faults)
    {
        if (old is not null && !JsonNode.DeepEquals(Meta.At(old, path), Meta.At(item, path)))
            faults.Add(FieldFault.Invalid(path, Meta.At(item, path), FieldIsImmutable));
    }

    private static void StatefulSetChecks(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        Replicas(item, faults);
        if (old is null)
        {
            Selector(item, faults);
            PodRules.Template(WithClaims(item), "spec.template.spec", faults);
            return;
        }
        var (before, after) = ((JsonObject)old["spec"]!.DeepClone(), (JsonObject)item["spec"]!.DeepClone());
        foreach (var field in StatefulMutable)
        {
            before.Remove(field);
            after.Remove(field);
        }
        if (!JsonNode.DeepEquals(before, after))
            faults.Add(
                FieldFault.Forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
                )
            );
    }

    /// <summary>
    /// The template's pod as the set will make it: each claim template is a volume that containers may mount.
    /// </summary>
    private static JsonObject? WithClaims(JsonObject item)
    {
        var spec = Meta.ObjectAt(item, "spec.template.spec");
        if (spec is null || Meta.At(item, "spec.volumeClaimTemplates") is not JsonArray { Count: > 0 } claims)
            return spec;
        spec = (JsonObject)spec.DeepClone();
        if (spec["volumes"] is not JsonArray volumes)
            spec["volumes"] = volumes = [];
        foreach (var claim in claims.OfType<JsonObject>())
            volumes.Add(
                new JsonObject { ["name"] = Meta.TextAt(claim, "metadata.name"), ["emptyDir"] = new JsonObject() }
            );
        return spec;
    }

    /// <summary>Unless told otherwise a job selects its pods by its own uid.</summary>
    private static void JobOnCreate(JsonObject job, WriteContext context)
    {
        if (job["spec"] is not JsonObject spec || Meta.Flag(spec, "manualSelector") == true)
            return;
        var name = Meta.TextAt(job, "metadata.name");
        spec["selector"] = new JsonObject
        {
            ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = context.Uid },
        };
        if (spec["template"] is not JsonObject template)
            return;
        var metadata = Meta.Of(template);
        if (metadata["labels"] is not JsonObject labels)
            metadata["labels"] = labels = [];
        (labels["batch.kubernetes.io/controller-uid"], labels["controller-uid"]) = (context.Uid, context.Uid);
        (labels["batch.kubernetes.io/job-name"], labels["job-name"]) = (name, name);
    }

    private static void JobChecks(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        Immutable(old, item, "spec.selector", faults);
        Immutable(old, item, "spec.completionMode", faults);
        if (old is not null && Meta.Flag(old["spec"] as JsonObject, "suspend") != true)
            Immutable(old, item, "spec.template", faults);
        JobTemplate(item, "spec.template", faults);
    }

    private static void JobTemplate(JsonObject item, string path, List<FieldFault> faults)
    {
        PodRules.Template(Meta.ObjectAt(item, $"{path}.spec"), $"{path}.spec", faults);
        if (Meta.TextAt(item, $"{path}.spec.restartPolicy") == "Always")
            faults.Add(
                new FieldFault(
                    "FieldValueNotSupported",
                    $"{path}.spec.restartPolicy",
                    "Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\""
                )
            );
    }

    private static void CronJobChecks(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        var schedule = Meta.TextAt(item, "spec.schedule");
        if (schedule.Length == 0)
            faults.Add(FieldFault.Required("spec.schedule"));
        else if (!schedule.StartsWith('@') && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5)
            faults.Add(
                FieldFault.Invalid(
                    "spec.schedule",
                    schedule,
                    $"expected exactly 5 fields, found {schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length}: [{schedule}]"
                )
            );
        if (
            Meta.TextAt(item, "spec.concurrencyPolicy") is { } policy
            && policy is not ("Allow" or "Forbid" or "Replace")
        )
            faults.Add(FieldFault.NotSupported("spec.concurrencyPolicy", policy, ["Allow", "Forbid", "Replace"]));
        JobTemplate(item, "spec.jobTemplate.spec.template", faults);
    }

    private static void AutoscalerChecks(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        var most = Meta.AsNumber(Meta.At(item, "spec.maxReplicas")) ?? 0;
        var least = Meta.AsNumber(Meta.At(item, "spec.minReplicas")) ?? 1;
        if (least < 1)
            faults.Add(FieldFault.Invalid("spec.minReplicas", least, "must be greater than or equal to 1"));
        if (most < 1)
            faults.Add(FieldFault.Invalid("spec.maxReplicas", most, "must be greater than 0"));
        else if (most < least)
            faults.Add(FieldFault.Invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"));
        foreach (var field in new[] { "kind", "name" })
            if (Meta.TextAt(item, $"spec.scaleTargetRef.{field}").Length == 0)
                faults.Add(FieldFault.Required($"spec.scaleTargetRef.{field}"));
    }

    private static void BudgetChecks(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        if (Meta.At(item, "spec.minAvailable") is not null && Meta.At(item, "spec.maxUnavailable") is not null)
            faults.Add(
                FieldFault.Invalid("spec", Meta.At(item, "spec"), "minAvailable and maxUnavailable cannot be both set")
            );
        foreach (var field in new[] { "minAvailable", "maxUnavailable" })
            if (Meta.AsNumber(Meta.At(item, $"spec.{field}")) is < 0 and var number)
                faults.Add(FieldFault.Invalid($"spec.{field}", number, "must be greater than or equal to 0"));
    }
}

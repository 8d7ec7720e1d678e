using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>
/// Pods: admission that is always on (service account, priority, tolerations), status at birth, what may change later.
/// </summary>
internal static class PodRules
{
    private const long NotReadySeconds = 300;
    private static readonly string[] MutableSpec =
    [
        "activeDeadlineSeconds",
        "tolerations",
        "terminationGracePeriodSeconds",
        "schedulingGates",
        "nodeName",
    ];

    public static readonly KindRules Rules = new()
    {
        Default = PodDefaults.Pod,
        PrepareCreate = OnCreate,
        Validate = Validate,
    };

    private static void OnCreate(JsonObject pod, WriteContext context)
    {
        if (pod["spec"] is not JsonObject spec)
            pod["spec"] = spec = [];
        if (Meta.Text(spec, "serviceAccountName").Length == 0)
            (spec["serviceAccountName"], spec["serviceAccount"]) = ("default", "default");
        PodDefaults.Set(spec, "enableServiceLinks", true);
        Prioritise(pod, spec, context.State);
        Overhead(pod, spec, context.State);
        Tolerate(spec, "node.kubernetes.io/not-ready");
        Tolerate(spec, "node.kubernetes.io/unreachable");
        pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QosClass(spec) };
    }

    /// <summary>
    /// The priority behind the class's name; without a name the cluster's default class, where there is one.
    /// </summary>
    private static void Prioritise(JsonObject pod, JsonObject spec, ServerState state)
    {
        var classes = state.BuiltIn("scheduling.k8s.io", "v1", "priorityclasses");
        var name = Meta.Text(spec, "priorityClassName");
        JsonObject? chosen = null;
        if (name.Length > 0)
            chosen = classes.Store.Find("", name) is { } found
                ? JsonBytes.Trusted(found.Json)
                : throw ApiError.Forbidden(
                    new KindName("", "pods"),
                    Meta.TextAt(pod, "metadata.name"),
                    $"no PriorityClass with name {name} was found"
                );
        else
            foreach (var candidate in classes.Store.Current.After(null))
                if (candidate.Json.Span.IndexOf("\"globalDefault\":true"u8) >= 0)
                    chosen = JsonBytes.Trusted(candidate.Json);
        if (chosen is not null && name.Length == 0)
            spec["priorityClassName"] = Meta.TextAt(chosen, "metadata.name");
        spec["priority"] = Meta.Number(chosen, "value") ?? 0;
        PodDefaults.Set(
            spec,
            "preemptionPolicy",
            Meta.Text(chosen, "preemptionPolicy") is { Length: > 0 } policy ? policy : "PreemptLowerPriority"
        );
    }

    /// <summary>A runtime class adds what it costs and where it runs.</summary>
    private static void Overhead(JsonObject pod, JsonObject spec, ServerState state)
    {
        var name = Meta.Text(spec, "runtimeClassName");
        if (name.Length == 0)
            return;
        var found =
            state.BuiltIn("node.k8s.io", "v1", "runtimeclasses").Store.Find("", name)
            ?? throw ApiError.Forbidden(
                new KindName("", "pods"),
                Meta.TextAt(pod, "metadata.name"),
                $"pod rejected: RuntimeClass \"{name}\" not found"
            );
        var runtime = JsonBytes.Trusted(found.Json);
        if (Meta.At(runtime, "overhead.podFixed") is { } overhead)
            spec["overhead"] = overhead.DeepClone();
        if (Meta.ObjectAt(runtime, "scheduling.nodeSelector") is { } selector)
        {
            if (spec["nodeSelector"] is not JsonObject own)
                spec["nodeSelector"] = own = [];
            foreach (var (key, value) in selector)
                own[key] = value?.DeepClone();
        }
        foreach (var toleration in (Meta.At(runtime, "scheduling.tolerations") as JsonArray ?? []).OfType<JsonObject>())
            Meta.ListAt(spec, "tolerations").Add(toleration.DeepClone());
    }

    private static void Tolerate(JsonObject spec, string key)
    {
        var tolerations = Meta.ListAt(spec, "tolerations");
        foreach (var present in tolerations.OfType<JsonObject>())
            if (
                Meta.Text(present, "key") is { } named
                && (named == key || named.Length == 0)
                && Meta.Text(present, "effect") is "NoExecute" or ""
            )
                return;
        tolerations.Add(
            (JsonNode)
                new JsonObject
                {
                    ["key"] = key,
                    ["operator"] = "Exists",
                    ["effect"] = "NoExecute",
                    ["tolerationSeconds"] = NotReadySeconds,
                }
        );
    }

    public static string QosClass(JsonObject spec)
    {
        bool any = false,
            guaranteed = true;
        foreach (var container in Containers(spec))
        {
            var requests = Meta.ObjectAt(container, "resources.requests");
            var limits = Meta.ObjectAt(container, "resources.limits");
            foreach (var name in new[] { "cpu", "memory" })
            {
                var (asked, most) = (Meta.Text(requests, name), Meta.Text(limits, name));
                any |= asked.Length > 0 || most.Length > 0;
                guaranteed &= most.Length > 0 && Same(asked, most);
            }
        }
        return !any ? "BestEffort"
            : guaranteed ? "Guaranteed"
            : "Burstable";
    }

    private static bool Same(string a, string b) =>
        a == b || (Quantity.TryParse(a, out var x) && Quantity.TryParse(b, out var y) && x.CompareTo(y) == 0);

    private static IEnumerable<JsonObject> Containers(JsonObject? spec) =>
        (spec?["initContainers"] as JsonArray ?? [])
            .Concat(spec?["containers"] as JsonArray ?? [])
            .OfType<JsonObject>();

    private static void Validate(JsonObject? old, JsonObject pod, List<FieldFault> faults)
    {
        // What was sound when it was made stays sound: only what may change is looked at again.
        if (old is null)
            Template(pod["spec"] as JsonObject, "spec", faults);
        else
            Immutable(old, pod, faults);
    }

    /// <summary>A pod spec, wherever it stands.</summary>
    public static void Template(JsonObject? spec, string path, List<FieldFault> faults)
    {
        if (spec?["containers"] is not JsonArray { Count: > 0 })
        {
            faults.Add(FieldFault.Required($"{path}.containers"));
            return;
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in new[] { "initContainers", "containers" })
        {
            var containers = (spec[list] as JsonArray ?? []).OfType<JsonObject>().ToArray();
            for (var i = 0; i < containers.Length; i++)
                Container(containers[i], $"{path}.{list}[{i}]", names, faults);
        }
        if (
            Meta.Text(spec, "restartPolicy") is { Length: > 0 } policy
            && policy is not ("Always" or "OnFailure" or "Never")
        )
            faults.Add(FieldFault.NotSupported($"{path}.restartPolicy", policy, ["Always", "OnFailure", "Never"]));
        Mounts(spec, path, faults);
    }

    private static void Container(JsonObject container, string path, HashSet<string> names, List<FieldFault> faults)
    {
        var name = Meta.Text(container, "name");
        if (name.Length == 0)
            faults.Add(FieldFault.Required($"{path}.name"));
        else if (!MetadataRules.IsLabel(name))
            faults.Add(FieldFault.Invalid($"{path}.name", name, MetadataRules.LabelWords));
        else if (!names.Add(name))
            faults.Add(FieldFault.Duplicate($"{path}.name", name));
        if (Meta.Text(container, "image").Length == 0)
            faults.Add(FieldFault.Required($"{path}.image"));
        var limits = Meta.ObjectAt(container, "resources.limits");
        foreach (var part in new[] { "limits", "requests" })
        foreach (var (resource, value) in Meta.ObjectAt(container, $"resources.{part}") ?? [])
        {
            if (!Quantity.TryParse(Meta.Show(value), out var quantity))
                throw ApiError.BadRequest(
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                );
            if (quantity.CompareTo(default) < 0)
                faults.Add(
                    FieldFault.Invalid(
                        $"{path}.resources.{part}[{resource}]",
                        Meta.Show(value),
                        "must be greater than or equal to 0"
                    )
                );
            if (
                part == "requests"
                && Quantity.TryParse(Meta.Text(limits, resource), out var limit)
                && quantity.CompareTo(limit) > 0
            )
                faults.Add(
                    FieldFault.Invalid(
                        $"{path}.resources.requests",
                        Meta.Show(value),
                        $"must be less than or equal to {resource} limit of {Meta.Text(limits, resource)}"
                    )
                );
        }
    }

    private static void Mounts(JsonObject spec, string path, List<FieldFault> faults)
    {
        var volumes = (spec["volumes"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Select(volume => Meta.Text(volume, "name"))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var list in new[] { "initContainers", "containers" })
        {
            var containers = (spec[list] as JsonArray ?? []).OfType<JsonObject>().ToArray();
            for (var i = 0; i < containers.Length; i++)
            {
                var mounts = (containers[i]["volumeMounts"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
                for (var j = 0; j < mounts.Length; j++)
                    if (Meta.Text(mounts[j], "name") is var name && !volumes.Contains(name))
                        faults.Add(
                            new FieldFault(
                                "FieldValueNotFound",
                                $"{path}.{list}[{i}].volumeMounts[{j}].name",
                                $"Not found: \"{name}\""
                            )
                        );
            }
        }
    }

    private static void Immutable(JsonObject old, JsonObject pod, List<FieldFault> faults)
    {
        if (JsonNode.DeepEquals(old["spec"], pod["spec"]))
            return;
        if (!JsonNode.DeepEquals(Stripped(old), Stripped(pod)))
            faults.Add(
                FieldFault.Forbidden(
                    "spec",
                    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
                )
            );
    }

    private static JsonObject Stripped(JsonObject pod)
    {
        var spec = (JsonObject)(pod["spec"]?.DeepClone() ?? new JsonObject());
        foreach (var field in MutableSpec)
            spec.Remove(field);
        foreach (var container in Containers(spec))
            container.Remove("image");
        return spec;
    }
}

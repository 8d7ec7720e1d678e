using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Apps;
using Tenon.Api.Autoscaling;
using Tenon.Api.Batch;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Api.Policy;
using Tenon.Api.Rules;
using Tenon.Api.Scheduling;
using Tenon.Api.Storage;
using Tenon.Api.Yaml;

namespace Tenon.Cli.Planning;

/// <summary>The kinds that Tenon reads from manifests, and what to say about the others.</summary>
static class Kinds
{
    /// <summary>Where a namespaced object lands that names no namespace.</summary>
    public const string DefaultNamespace = "default";

    static readonly Dictionary<(string ApiVersion, string Kind), Func<string, IKubeObject>> Readers = Build();

    /// <summary>Groups whose every kind is known, so that a kind missing here is a slip of the pen.</summary>
    static readonly Dictionary<string, string[]> OtherKinds = new(StringComparer.Ordinal)
    {
        ["v1"] =
        [
            "Binding",
            "ComponentStatus",
            "Endpoints",
            "Event",
            "List",
            "PodList",
            "NodeList",
            "ReplicationControllerList",
            "ResourceQuota",
            "LimitRange",
            "ConfigMap",
            "Secret",
            "ServiceAccount",
            "PodTemplate",
        ],
        ["apps/v1"] = ["ControllerRevision"],
        ["batch/v1"] = [],
        ["policy/v1"] = ["Eviction"],
        ["storage.k8s.io/v1"] = ["CSIDriver", "CSIStorageCapacity"],
        ["scheduling.k8s.io/v1"] = [],
        ["autoscaling/v2"] = [],
        ["karpenter.sh/v1"] = [],
        ["karpenter.sh/v1alpha1"] = [],
        ["karpenter.kwok.sh/v1alpha1"] = [],
        ["autoscaling.x-k8s.io/v1beta1"] = [],
    };

    /// <summary>
    /// What breaks the rules of a kind that Tenon owns, beyond the shape of the object; empty for other kinds.
    /// </summary>
    public static ImmutableArray<FieldError> Faults(IKubeObject item) =>
        item switch
        {
            NodePool pool => WithChecks(
                NodePoolRules.Validate(pool, null),
                NodePoolRules.Check(pool, LabelVocabulary.Core)
            ),
            NodeClaim claim => NodeClaimRules.Validate(claim, null),
            NodeOverlay overlay => NodeOverlayRules.Validate(overlay),
            CapacityBuffer buffer => CapacityBufferRules.Validate(buffer),
            KwokNodeClass nodeClass => KwokNodeClassRules.Validate(nodeClass),
            _ => [],
        };

    /// <summary>
    /// What only the controller checks repeats what admission refuses; it is told when admission has nothing to say.
    /// </summary>
    static ImmutableArray<FieldError> WithChecks(ImmutableArray<FieldError> admission, ImmutableArray<string> checks) =>
        admission.IsEmpty ? [.. checks.Select(check => new FieldError("spec.template", check))] : admission;

    /// <summary>
    /// The typed object; null for a kind that plans do not depend on, and where a field has the wrong type.
    /// </summary>
    public static IKubeObject? Read(Manifest manifest, out string? fault)
    {
        fault = null;
        if (!Readers.TryGetValue((manifest.ApiVersion, manifest.Kind), out var read))
            return null;
        try
        {
            return read(manifest.Object.ToJsonString());
        }
        catch (JsonException wrong)
        {
            fault = $"{Field(wrong)}: {Reason(manifest.Object, wrong)}";
            return null;
        }
    }

    /// <summary>
    /// What is wrong with the kind itself; null when it is known, or belongs to somebody else's group.
    /// </summary>
    public static string? Fault(Manifest manifest)
    {
        var (version, kind) = (manifest.ApiVersion, manifest.Kind);
        if (Readers.ContainsKey((version, kind)))
            return null;
        if (OtherKinds.TryGetValue(version, out var others))
            return others.Contains(kind, StringComparer.Ordinal)
                ? null
                : $"kind: {version} has no kind '{kind}'{Suggest(version, kind)}";
        // The group is known, the version is not: an old or a wished-for one.
        var group = Group(version);
        var known = Readers.Keys.Where(key => key.Kind == kind && Group(key.ApiVersion) == group).ToList();
        return known is [var (right, _), ..] ? $"apiVersion: {kind} is read as {right}, not {version}" : null;
    }

    static string Group(string version) => version.Contains('/', StringComparison.Ordinal) ? version.Split('/')[0] : "";

    static string Field(JsonException wrong) => wrong.Path is { Length: > 2 } path ? path[2..] : "the object";

    static string Suggest(string version, string kind)
    {
        var near = Readers
            .Keys.Where(key => key.ApiVersion == version)
            .Select(key => key.Kind)
            .Concat(OtherKinds[version])
            .Where(candidate => Distance(candidate, kind) <= 2)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return near is null ? "" : $"; did you mean {near}?";
    }

    /// <summary>Edits between two words.</summary>
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }

    /// <summary>The framework's sentence names our types; the person knows the value.</summary>
    static string Reason(JsonObject item, JsonException wrong)
    {
        const string Conversion = "The JSON value could not be converted";
        if (!wrong.Message.StartsWith(Conversion, StringComparison.Ordinal))
            return FirstSentence(wrong.Message);
        JsonNode? at = item;
        foreach (var step in Field(wrong).Split('.', '[', ']').Where(step => step.Length > 0))
            at = at switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(step, out var index) && index < list.Count => list[index],
                _ => null,
            };
        return at is null ? "has a value of the wrong type" : $"{at.ToJsonString()} is of the wrong type";
    }

    static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    static Dictionary<(string, string), Func<string, IKubeObject>> Build()
    {
        var readers = new Dictionary<(string, string), Func<string, IKubeObject>>();
        Add<Pod>();
        Add<Node>();
        Add<Namespace>();
        Add<PersistentVolume>();
        Add<PersistentVolumeClaim>();
        Add<Service>();
        Add<ReplicationController>();
        Add<Deployment>();
        Add<ReplicaSet>();
        Add<StatefulSet>();
        Add<DaemonSet>();
        Add<Job>();
        Add<CronJob>();
        Add<HorizontalPodAutoscaler>();
        Add<PodDisruptionBudget>();
        Add<StorageClass>();
        Add<CSINode>();
        Add<VolumeAttachment>();
        Add<PriorityClass>();
        Add<NodePool>();
        Add<NodeClaim>();
        Add<NodeOverlay>();
        Add<CapacityBuffer>();
        Add<KwokNodeClass>();
        return readers;

        void Add<T>()
            where T : class, IKubeObject<T> =>
            readers[(T.Resource.ApiVersion, T.Resource.Kind)] = text => Settle(ApiJson.Parse<T>(text));

        static T Settle<T>(T item)
            where T : class, IKubeObject<T> =>
            T.Resource.Namespaced && string.IsNullOrEmpty(item.Metadata.Namespace)
                ? item.With(item.Metadata with { Namespace = DefaultNamespace })
                : item;
    }
}

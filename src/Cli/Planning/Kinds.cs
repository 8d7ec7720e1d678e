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
using Tenon.Api.Scheduling;
using Tenon.Api.Storage;
using Tenon.Cli.CommandLine;

namespace Tenon.Cli.Planning;

/// <summary>The kinds that Tenon reads from manifests, and what to say about the others.</summary>
static class Kinds
{
    static readonly Dictionary<(string ApiVersion, string Kind), Func<string, IKubeObject>> Readers = Build();

    /// <summary>Groups whose every kind is known, so that a kind missing here is a slip of the pen.</summary>
    static readonly Dictionary<string, string[]> OtherKinds = new(StringComparer.Ordinal)
    {
        ["v1"] =
        [
            "Binding", "ComponentStatus", "Endpoints", "Event", "List", "PodList", "NodeList", "ReplicationControllerList",
            "ResourceQuota", "LimitRange", "ConfigMap", "Secret", "ServiceAccount", "PodTemplate",
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
    };

    /// <summary>The typed object; null for a kind that plans do not depend on.</summary>
    /// <exception cref="UserFault">A field has the wrong type.</exception>
    public static IKubeObject? Read(JsonObject item, string where)
    {
        var (version, kind) = (Word(item, "apiVersion"), Word(item, "kind"));
        if (!Readers.TryGetValue((version, kind), out var read)) return null;
        try
        {
            return read(item.ToJsonString());
        }
        catch (JsonException fault)
        {
            var field = fault.Path is { Length: > 2 } path ? path[2..] : "the object";
            throw new UserFault($"{where}: {Name(item)}: {field}: {FirstSentence(fault.Message)}");
        }
    }

    /// <summary>What is wrong with the kind itself; null when it is known, or belongs to somebody else's group.</summary>
    public static string? Fault(JsonObject item)
    {
        var (version, kind) = (Word(item, "apiVersion"), Word(item, "kind"));
        if (version.Length == 0) return "apiVersion is missing";
        if (kind.Length == 0) return "kind is missing";
        if (Readers.ContainsKey((version, kind))) return null;
        if (OtherKinds.TryGetValue(version, out var others))
            return others.Contains(kind, StringComparer.Ordinal) ? null : $"kind: {version} has no kind '{kind}'{Suggest(version, kind)}";
        // The group is known, the version is not: an old or a wished-for one.
        var group = version.Split('/')[0];
        var known = Readers.Keys.Where(key => key.Kind == kind && key.ApiVersion.Split('/')[0] == group).ToList();
        return known is [var (right, _), ..] ? $"apiVersion: {kind} is read as {right}, not {version}" : null;
    }

    /// <summary>For people: <c>Deployment shop/cart</c>.</summary>
    public static string Name(JsonObject item)
    {
        var meta = item["metadata"] as JsonObject;
        var name = meta is null ? "" : Word(meta, "name") is { Length: > 0 } given ? given : Word(meta, "generateName") + "*";
        var space = meta is null ? "" : Word(meta, "namespace");
        return $"{Word(item, "kind")} {(space.Length > 0 ? space + "/" : "")}{name}".Trim();
    }

    static string Word(JsonObject item, string field) =>
        item[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    static string Suggest(string version, string kind)
    {
        var near = Readers.Keys.Where(key => key.ApiVersion == version).Select(key => key.Kind)
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
        Add<KwokNodeClass>();
        return readers;

        void Add<T>() where T : class, IKubeObject<T> =>
            readers[(T.Resource.ApiVersion, T.Resource.Kind)] = text => ApiJson.Parse<T>(text);
    }
}

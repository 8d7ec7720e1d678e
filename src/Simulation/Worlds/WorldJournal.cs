using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// What happened in a world, line by line, in words that do not depend on generated names: the third pod of deployment
/// web is
/// <c>web#3</c> in every run. All lines go into one SHA-256; the last ones are kept for people.
/// </summary>
public sealed class WorldJournal : IDisposable
{
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private readonly int _kept;
    private readonly Queue<string> _lines = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <param name="kept">How many of the last lines are kept.</param>
    public WorldJournal(TimeProvider time, int kept)
    {
        (_time, _began, _kept) = (time, time.GetUtcNow(), kept);
    }

    /// <summary>Lines ever written.</summary>
    public long Count { get; private set; }

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Of everything so far, in lower-case hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Write(string what)
    {
        var line = $"{(_time.GetUtcNow() - _began).ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture)} {what}";
        Count++;
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        _hash.AppendData("\n"u8);
        _lines.Enqueue(line);
        if (_lines.Count > _kept)
            _lines.Dequeue();
    }

    /// <summary>Follows pods and nodes, and claims where the cluster has them.</summary>
    public void Follow(Informers informers, bool claims)
    {
        informers.Of<Node>().Subscribe(OnNode);
        informers.Of<Pod>().Subscribe(OnPod);
        if (claims)
            informers.Of<NodeClaim>().Subscribe(OnClaim);
    }

    /// <summary>The stable name of an object, given when it is first mentioned.</summary>
    public string NameOf(string uid, string family)
    {
        if (_names.TryGetValue(uid, out var name))
            return name;
        var count = _counts[family] = _counts.GetValueOrDefault(family) + 1;
        return _names[uid] = $"{family}#{count.ToString(CultureInfo.InvariantCulture)}";
    }

    public void Dispose() => _hash.Dispose();

    private void OnPod(StoreChange<Pod> change)
    {
        var (old, pod) = (change.Old, change.Item);
        var name = PodName(pod);
        if (old is null)
            Write($"pod {name} created");
        if (change.IsDeletion)
        {
            Write($"pod {name} gone");
            _names.Remove(pod.Metadata.Uid!);
            return;
        }
        if (Refusal(pod) is { } why && old is not null && Refusal(old) is null)
            Write($"pod {name} waits: {why}");
        if (pod.IsAssigned() && old?.IsAssigned() != true)
            Write($"pod {name} bound to {NodeName(pod.Spec.NodeName!)}");
        if (pod.Metadata.IsDeleting && old?.Metadata.IsDeleting != true)
            Write($"pod {name} leaves");
        if (pod.IsReady() && old?.IsReady() != true)
            Write($"pod {name} ready");
        if (pod.IsFinished() && old?.IsFinished() != true)
            Write($"pod {name} {pod.Status.Phase!.ToLowerInvariant()}");
    }

    private void OnNode(StoreChange<Node> change)
    {
        var (old, node) = (change.Old, change.Item);
        var name = NodeName(node.Metadata.Name!);
        if (old is null)
        {
            string[] told =
            [
                "node.kubernetes.io/instance-type",
                "topology.kubernetes.io/zone",
                "karpenter.sh/capacity-type",
            ];
            Write(
                $"node {name} joins {string.Join(' ', told.Select(key => node.Metadata.Labels.GetValueOrDefault(key)))}".TrimEnd()
            );
        }
        if (change.IsDeletion)
        {
            Write($"node {name} gone");
            return;
        }
        if (Ready(node) is { } ready && (old is null || Ready(old) != ready))
            Write($"node {name} ready={ready}");
        if (node.Metadata.IsDeleting && old?.Metadata.IsDeleting != true)
            Write($"node {name} leaves");
        foreach (var taint in node.Spec.Taints)
            if (old?.Spec.Taints.Any(before => before.Key == taint.Key && before.Effect == taint.Effect) == false)
                Write($"node {name} tainted {taint.Key}:{taint.Effect}");
    }

    private void OnClaim(StoreChange<NodeClaim> change)
    {
        var (old, claim) = (change.Old, change.Item);
        var name = NameOf(
            claim.Metadata.Uid!,
            "claim/" + claim.Metadata.Labels.GetValueOrDefault("karpenter.sh/nodepool", "?")
        );
        if (old is null)
            Write($"{name} created");
        if (change.IsDeletion)
        {
            Write($"{name} gone");
            return;
        }
        if (claim.Metadata.IsDeleting && old?.Metadata.IsDeleting != true)
            Write($"{name} leaves");
        foreach (var condition in claim.Status.Conditions)
            if (
                condition.Status == "True"
                && old is not null
                && !old.Status.Conditions.Any(before => before.Type == condition.Type && before.Status == "True")
            )
                Write($"{name} {condition.Type}");
    }

    private string PodName(Pod pod)
    {
        var owner = pod.Metadata.Controller();
        if (owner is null || owner.Kind == "StatefulSet")
            return $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
        var family = owner.Name;
        if (
            owner.Kind == "ReplicaSet"
            && pod.Metadata.Labels.TryGetValue(Templates.HashLabel, out var hash)
            && family.EndsWith("-" + hash, StringComparison.Ordinal)
        )
            family = family[..^(hash.Length + 1)];
        return NameOf(pod.Metadata.Uid!, $"{pod.Metadata.Namespace}/{family}");
    }

    private string NodeName(string name) => NameOf("node/" + name, "node");

    private static string? Ready(Node node) =>
        node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Status;

    private static string? Refusal(Pod pod) =>
        pod.Condition("PodScheduled") is { Status: "False" } refused ? $"{refused.Reason}: {refused.Message}" : null;
}

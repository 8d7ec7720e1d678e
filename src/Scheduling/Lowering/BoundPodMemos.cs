using System.Runtime.CompilerServices;
using Tenon.Api.Core;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Bound pods as topology sees them: which namespace and labels, and whether they keep others away. Read once per pod
/// object, and the whole list once as long as the caller shows the same list.
/// </summary>
internal sealed class BoundPodMemos
{
    private readonly ConditionalWeakTable<Pod, Memo> _memos = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly ClassKey _classes = new();
    private BoundPodList? _latest;

    private readonly Dictionary<string, int> _carriers = new(StringComparer.Ordinal);

    /// <param name="Labels">Equal for pods that no selector can tell apart.</param>
    /// <param name="IsCounted">It runs and stays.</param>
    /// <param name="Carrier">Equal for pods that keep the same others away; −1 for those that keep nobody away.</param>
    private sealed record Memo(int Labels, bool IsCounted, int Carrier);

    public BoundPodList Of(IReadOnlyList<BoundPod> pods)
    {
        if (_latest is { } latest && ReferenceEquals(latest.Pods, pods))
            return latest;
        var list = new BoundPodList(pods);
        for (var at = 0; at < pods.Count; at++)
        {
            var pod = pods[at].Pod;
            if (!_memos.TryGetValue(pod, out var memo))
                _memos.Add(pod, memo = Read(pod));
            list.Add(at, memo.Labels, memo.IsCounted, memo.Carrier);
        }
        list.DistinctLabels = _labels.Count;
        return _latest = list;
    }

    private Memo Read(Pod pod)
    {
        var key = LabelClasses.KeyOf(pod);
        if (!_labels.TryGetValue(key, out var labels))
            _labels[key] = labels = _labels.Count;
        return new(
            labels,
            pod.Status.Phase is not ("Failed" or "Succeeded") && !pod.Metadata.IsDeleting,
            pod.Spec.Affinity?.PodAntiAffinity is { Required: { Count: > 0 } required }
                ? Carrier(pod, key, required)
                : -1
        );
    }

    private int Carrier(Pod pod, string labels, IReadOnlyList<PodAffinityTerm> required)
    {
        var key = _classes.OfCarrier(pod, labels, required);
        var bySpan = _carriers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!bySpan.TryGetValue(key, out var carrier))
            bySpan[key] = carrier = _carriers.Count;
        return carrier;
    }
}

/// <summary>A list of bound pods, read.</summary>
internal sealed class BoundPodList(IReadOnlyList<BoundPod> pods)
{
    private readonly Dictionary<string, int> _byUid = new(pods.Count, StringComparer.Ordinal);

    public IReadOnlyList<BoundPod> Pods { get; } = pods;

    /// <summary>Per pod, a number for its namespace and labels; −1 for pods that nobody counts.</summary>
    public int[] Labels { get; } = new int[pods.Count];

    /// <summary>More than the largest of <see cref="Labels"/>.</summary>
    public int DistinctLabels { get; set; }

    /// <summary>Pods with required anti-affinity; equal numbers keep the same others away.</summary>
    public List<(int At, int Alike)> Carriers { get; } = [];

    public void Add(int at, int labels, bool isCounted, int carrier)
    {
        Labels[at] = isCounted ? labels : -1;
        if (carrier >= 0)
            Carriers.Add((at, carrier));
        _byUid[Pods[at].Pod.Metadata.Uid ?? ""] = at;
    }

    /// <summary>The positions of those that are also in the batch: they are about to move and do not count.</summary>
    public HashSet<int> Among(IReadOnlySet<string> batch)
    {
        var found = new HashSet<int>();
        foreach (var uid in batch)
            if (_byUid.TryGetValue(uid, out var at))
                found.Add(at);
        return found;
    }
}

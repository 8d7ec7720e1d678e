using System.Collections.Immutable;
using System.Text;
using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>The answer of one scheduling cycle.</summary>
internal abstract record Verdict
{
    private Verdict() { }

    public sealed record Place(NodeRow Node) : Verdict;

    /// <param name="Victims">Pods of lower priority whose removal would make room on
    /// <paramref name="Nominated"/>.</param>
    public sealed record Refused(string Message, NodeRow? Nominated, ImmutableArray<PlacedPod> Victims) : Verdict;
}

/// <summary>One question, one answer: where does a pod of this shape go now? Pure over the cache.</summary>
internal sealed class PlacementCycle(SchedulerCache cache, Func<Pod, bool> isProtected)
{
    private readonly List<Refusal> _why = [];
    private readonly List<NodeRow> _feasible = [];
    private readonly SortedDictionary<string, int> _reasons = new(StringComparer.Ordinal);
    private readonly List<NodeRow> _worthALook = [];

    public Verdict Decide(PodShape shape)
    {
        if (cache.NodeCount == 0)
            return new Verdict.Refused("no nodes available to schedule pods", null, []);
        if (shape.Volumes.Length > 0 && cache.Volumes.Blocks(shape) is { } blocked)
            return new Verdict.Refused($"0/{cache.NodeCount} nodes are available: {blocked}. {NotHelpful()}", null, []);
        var counts = cache.CountsOf(shape);
        _feasible.Clear();
        _reasons.Clear();
        _worthALook.Clear();
        foreach (var row in cache.Rows)
        {
            if (!row.Exists)
                continue;
            _why.Clear();
            if (NodeFilters.Passes(counts, row, cache, _why))
                _feasible.Add(row);
            else if (_feasible.Count == 0)
                Note(row);
        }
        return _feasible.Count > 0 ? new Verdict.Place(NodeScores.Best(counts, _feasible)) : Refuse(counts);
    }

    private void Note(NodeRow row)
    {
        var final = false;
        foreach (var refusal in _why)
        {
            _reasons[refusal.Reason] = _reasons.GetValueOrDefault(refusal.Reason) + 1;
            final |= refusal.Final;
        }
        if (!final)
            _worthALook.Add(row);
    }

    private Verdict.Refused Refuse(ShapeCounts counts)
    {
        // Upstream sorts the finished phrases, count first, as texts.
        var phrases = _reasons.Select(pair => $"{pair.Value} {pair.Key}").Order(StringComparer.Ordinal);
        var text = new StringBuilder($"0/{cache.NodeCount} nodes are available: ")
            .AppendJoin(", ", phrases)
            .Append(". ");
        if (!counts.Shape.MayPreempt)
            return new Verdict.Refused(
                text.Append("preemption: not eligible due to preemptionPolicy=Never.").ToString(),
                null,
                []
            );
        if (Preemption.Find(counts, _worthALook, cache, isProtected) is { } found)
            return new Verdict.Refused(text.Append(NotHelpful()).ToString(), found.Node, found.Victims);
        var hopeless = cache.NodeCount - _worthALook.Count;
        var looked = _worthALook.Count;
        var rest = new[]
        {
            looked > 0 ? $"{looked} No preemption victims found for incoming pod" : "",
            hopeless > 0 ? $"{hopeless} Preemption is not helpful for scheduling" : "",
        }
            .Where(part => part.Length > 0)
            .Order(StringComparer.Ordinal);
        text.Append($"preemption: 0/{cache.NodeCount} nodes are available: ").AppendJoin(", ", rest).Append('.');
        return new Verdict.Refused(text.ToString(), null, []);
    }

    private string NotHelpful() =>
        $"preemption: 0/{cache.NodeCount} nodes are available: {cache.NodeCount} Preemption is not helpful for scheduling.";
}

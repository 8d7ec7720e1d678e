using System.Collections.Immutable;
using Tenon.Controllers.Journal;
using Tenon.Insight.Cost;

namespace Tenon.Dashboard;

/// <summary>One moment of a cluster, as the page and the terminal show it. Immutable: readers need no lock.</summary>
public sealed record DashboardView
{
    /// <summary>The cluster's clock, not the reader's.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How fast the cluster's clock runs against the wall; 1 in life.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Where the types and prices come from, in a sentence; a modelled price says so.</summary>
    public string Prices { get; init; } = "";

    public required ClusterBill Bill { get; init; }
    public required PodTally Pods { get; init; }
    public int NodeClaims { get; init; }

    /// <summary>
    /// Dollars per hour that no set of machines for the same pods can undercut; null until it was computed.
    /// </summary>
    public decimal? Bound { get; init; }

    /// <summary>(total − bound) / total; null while the bound is unknown.</summary>
    public double? Gap =>
        Bound is { } bound && Bill.Total.Dollars > 0
            ? (double)((Bill.Total.Dollars - bound) / Bill.Total.Dollars)
            : null;

    /// <summary>Pending pods with the reason, when one is known; at most <see cref="MostPending"/>.</summary>
    public ImmutableArray<PendingPod> Pending { get; init; } = [];

    /// <summary>The last decisions, newest first; at most <see cref="MostDecisions"/>.</summary>
    public ImmutableArray<Decision> Decisions { get; init; } = [];

    public const int MostPending = 50;
    public const int MostDecisions = 100;
}

/// <param name="Name">Namespace and name, with a slash.</param>
public sealed record PendingPod(string Name, string Reason);

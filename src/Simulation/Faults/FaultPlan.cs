using System.Collections.Immutable;
using Tenon.Foundation.Random;

namespace Tenon.Simulation.Faults;

/// <summary>
/// What goes wrong in one run. Each site is armed or not, once; an armed one then fires with a probability of its own.
/// So runs differ in kind and not only in order: some meet one weakness heavily. Every site has its own dice, so that
/// what happens at one does not move the others.
/// </summary>
public sealed class FaultPlan
{
    /// <summary>Chance, in millionths, that a site is armed.</summary>
    private const int Arming = 400_000;

    private readonly Dictionary<FaultSite, (Prng Dice, int Chance)> _armed = [];
    private readonly SortedDictionary<FaultSite, int> _struck = [];

    private FaultPlan() { }

    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None() => new();

    /// <summary>The sites of a run with this seed.</summary>
    public static FaultPlan FromSeed(ulong seed)
    {
        var plan = new FaultPlan();
        var dice = new Prng(seed).Fork("faults");
        foreach (var site in Enum.GetValues<FaultSite>())
        {
            var own = dice.Fork(site.ToString());
            var armed = dice.Chance(Arming);
            var chance = Highest(site) * (1 + dice.Next(100)) / 100;
            if (armed)
                plan._armed[site] = (own, chance);
        }
        return plan;
    }

    /// <summary>Only the named sites, each firing this often (in millionths).</summary>
    public static FaultPlan Of(ulong seed, params ReadOnlySpan<(FaultSite Site, int Chance)> sites)
    {
        var plan = new FaultPlan();
        var dice = new Prng(seed).Fork("faults");
        foreach (var (site, chance) in sites)
            plan._armed[site] = (dice.Fork(site.ToString()), chance);
        return plan;
    }

    public ImmutableArray<FaultSite> Armed => [.. _armed.Keys.Order()];

    /// <summary>How often each site has struck so far.</summary>
    public IReadOnlyDictionary<FaultSite, int> Struck => _struck;

    /// <summary>No fault strikes any more from now on: the world is let calm down.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>The API server is away: nothing of the operator's reaches it, and its watches end.</summary>
    public bool IsApiAway { get; set; }

    public bool IsArmed(FaultSite site) => !IsQuiet && _armed.ContainsKey(site);

    public bool Strikes(FaultSite site)
    {
        if (IsQuiet || !_armed.TryGetValue(site, out var armed) || !armed.Dice.Chance(armed.Chance))
            return false;
        _struck[site] = _struck.GetValueOrDefault(site) + 1;
        return true;
    }

    /// <summary>A number from the site's own dice, for how bad it is this time.</summary>
    public int Draw(FaultSite site, int min, int max) =>
        _armed.TryGetValue(site, out var armed) ? armed.Dice.Next(min, max) : min;

    /// <summary>The highest chance per opportunity, in millionths: requests are many, launches few.</summary>
    private static int Highest(FaultSite site) =>
        site switch
        {
            FaultSite.ApiRefused or FaultSite.ApiRequestLost or FaultSite.ApiReplyLost => 30_000,
            FaultSite.ApiSlow => 50_000,
            FaultSite.WatchCut => 2_000,
            FaultSite.LaunchRefused or FaultSite.LaunchReplyLost => 200_000,
            FaultSite.NodeSlow => 300_000,
            FaultSite.NodeNeverReady => 60_000,
            FaultSite.NodeDies => 10_000,
            FaultSite.PodCrash => 20_000,
            FaultSite.SpotReclaim => 20_000,
            FaultSite.OperatorRestart => 100_000,
            _ => 0,
        };
}

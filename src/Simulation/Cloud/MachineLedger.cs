using System.Collections.Immutable;
using Tenon.Foundation.Units;
using Tenon.Providers.Port;

namespace Tenon.Simulation.Cloud;

/// <summary>How a machine came to its end.</summary>
public enum MachineEnd
{
    None,
    Returned,
    Reclaimed,
    Died,
    StoppedForMaintenance,
}

/// <summary>
/// One machine ever bought, with its times. It is charged from <see cref="BoughtAt"/> to <see cref="EndingAt"/>.
/// </summary>
public sealed record LedgerEntry
{
    public required string Token { get; init; }
    public required string ProviderId { get; init; }
    public required OfferingKey Offering { get; init; }
    public required HourlyPrice Price { get; init; }
    public required DateTimeOffset BoughtAt { get; init; }

    /// <summary>When its Node was created; null while it has none.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    public DateTimeOffset? EndingAt { get; init; }
    public DateTimeOffset? GoneAt { get; init; }
    public MachineEnd End { get; init; }

    public bool IsRunning => EndingAt is null;

    /// <summary>
    /// By the second, and at least a minute, as EC2 charges Linux machines. In the catalogue's currency.
    /// </summary>
    public decimal CostAt(DateTimeOffset now)
    {
        var seconds = Math.Max((long)Math.Ceiling(((EndingAt ?? now) - BoughtAt).TotalSeconds), 60);
        return Price.Dollars * seconds / 3600m;
    }
}

/// <summary>
/// Every machine the simulated cloud ever sold: what was paid, and the evidence for two laws. Nothing is bought twice:
/// no token has two machines at the same time. Nothing leaks: a machine nobody claims does not keep running.
/// </summary>
public sealed class MachineLedger
{
    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<string, int> _byProviderId = new(StringComparer.Ordinal);

    /// <summary>In the order of purchase.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _entries;

    public IEnumerable<LedgerEntry> Running => _entries.Where(entry => entry.IsRunning);

    /// <summary>What all machines have cost so far.</summary>
    public decimal CostAt(DateTimeOffset now) => _entries.Sum(entry => entry.CostAt(now));

    /// <summary>What the machines now running cost per hour.</summary>
    public HourlyPrice Rate => Running.Aggregate(HourlyPrice.Zero, (sum, entry) => sum + entry.Price);

    public LedgerEntry? Find(string providerId) =>
        _byProviderId.TryGetValue(providerId, out var at) ? _entries[at] : null;

    /// <summary>Pairs of machines that ran at the same time under one token.</summary>
    public ImmutableArray<(LedgerEntry First, LedgerEntry Second)> BoughtTwice()
    {
        var found = ImmutableArray.CreateBuilder<(LedgerEntry, LedgerEntry)>();
        var latest = new Dictionary<string, LedgerEntry>(StringComparer.Ordinal);
        foreach (var entry in _entries)
        {
            if (latest.TryGetValue(entry.Token, out var before) && !(before.EndingAt <= entry.BoughtAt))
                found.Add((before, entry));
            latest[entry.Token] = entry;
        }
        return found.ToImmutable();
    }

    /// <summary>
    /// Machines that run although no claim stands for them, given the UIDs of all claims. A fresh machine is
    /// excused for <paramref name="grace"/>: its claim may just have gone.
    /// </summary>
    public ImmutableArray<LedgerEntry> Unclaimed(IReadOnlySet<string> claimUids, DateTimeOffset now, TimeSpan grace) =>
        [.. Running.Where(entry => now - entry.BoughtAt > grace && !claimUids.Contains(entry.Token))];

    internal void Add(LedgerEntry entry)
    {
        if (!_byProviderId.TryAdd(entry.ProviderId, _entries.Count))
            throw new InvalidOperationException($"{entry.ProviderId} was sold before");
        _entries.Add(entry);
    }

    internal void Change(string providerId, Func<LedgerEntry, LedgerEntry> change)
    {
        var at = _byProviderId[providerId];
        _entries[at] = change(_entries[at]);
    }
}

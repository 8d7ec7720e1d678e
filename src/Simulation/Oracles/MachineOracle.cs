using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>
/// No wish buys two machines, no machine outlives its claim, and a calm world holds nothing half-made.
/// </summary>
internal sealed class MachineOracle(SimulatedWorld world, Accuse accuse) : IOracle
{
    /// <summary>
    /// How long a machine may run without a claim: collection looks every two minutes, and the cloud may be slow.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(12);

    private readonly Dictionary<string, TimeSpan> _unclaimed = new(StringComparer.Ordinal);
    private int _checkedEntries;

    public void Look()
    {
        var ledger = world.Cloud!.Ledger;
        if (ledger.Entries.Count != _checkedEntries)
        {
            _checkedEntries = ledger.Entries.Count;
            foreach (var (first, second) in ledger.BoughtTwice())
                accuse(
                    "no machine is bought twice",
                    $"wish {first.Token}",
                    $"has {first.ProviderId} and {second.ProviderId}"
                );
        }
        var claims = Claims();
        foreach (var gone in _unclaimed.Keys.Where(id => ledger.Find(id) is not { IsRunning: true }).ToList())
            _unclaimed.Remove(gone);
        foreach (var entry in ledger.Running)
        {
            if (claims.Contains(entry.Token))
                _unclaimed.Remove(entry.ProviderId);
            else if (_unclaimed.TryAdd(entry.ProviderId, world.Elapsed))
                continue;
            else if (world.Elapsed - _unclaimed[entry.ProviderId] > Grace)
                accuse(
                    "no machine leaks",
                    entry.ProviderId,
                    $"({entry.Offering}) runs without a claim for {world.Elapsed - _unclaimed[entry.ProviderId]}"
                );
        }
    }

    public void JudgeCalm()
    {
        var nodes = world
            .Informers.Of<Node>()
            .All.Select(node => node.Spec.ProviderId ?? "")
            .ToHashSet(StringComparer.Ordinal);
        foreach (var claim in world.Informers.Of<NodeClaim>().All)
        {
            var id = claim.Status.ProviderId ?? "";
            if (id.Length > 0 && world.Cloud!.Ledger.Find(id) is not { IsRunning: true } && !claim.Metadata.IsDeleting)
                accuse(
                    "a calm world has no ghosts",
                    $"claim {claim.Metadata.Name}",
                    $"stands for {id}, which has ended"
                );
            if (
                id.Length > 0
                && world.Cloud!.Ledger.Find(id) is { IsRunning: true, JoinedAt: not null }
                && !nodes.Contains(id)
                && !claim.Metadata.IsDeleting
            )
                accuse("a calm world has no ghosts", $"machine {id}", "runs and is no node");
        }
        var claims = Claims();
        foreach (var entry in world.Cloud!.Ledger.Running)
            if (!claims.Contains(entry.Token))
                accuse("no machine leaks", entry.ProviderId, "runs without a claim in a calm world");
    }

    private HashSet<string> Claims() =>
        world.Informers.Of<NodeClaim>().All.Select(claim => claim.Metadata.Uid!).ToHashSet(StringComparer.Ordinal);
}

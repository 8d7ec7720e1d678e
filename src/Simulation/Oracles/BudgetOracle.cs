using Tenon.Api.Karpenter;
using Tenon.Domain.Budgets;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>
/// When the operator begins to take a node of its own will, which it announces by the condition
/// <c>DisruptionReason</c> on the claim, no more nodes of the pool are being taken than its budgets allow for that
/// reason. Reclaims, expiry and people count against nobody.
/// </summary>
internal sealed class BudgetOracle : IOracle
{
    private const string Condition = "DisruptionReason";
    private const string Pool = "karpenter.sh/nodepool";

    /// <summary>
    /// A percentage counts the nodes there were when the decision was taken, which is looked at again after 15 s and
    /// carried out in steps: the most generous count of so long ago is used.
    /// </summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    private readonly SimulatedWorld _world;
    private readonly Accuse _accuse;
    private readonly Dictionary<string, string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<(TimeSpan At, int Nodes)>> _counts = new(StringComparer.Ordinal);

    public BudgetOracle(SimulatedWorld world, Accuse accuse)
    {
        (_world, _accuse) = (world, accuse);
        world.Informers.Of<NodeClaim>().Subscribe(OnClaim);
    }

    public void Look() { }

    public void JudgeCalm() { }

    private void OnClaim(StoreChange<NodeClaim> change)
    {
        var claim = change.Item;
        var (uid, pool) = (claim.Metadata.Uid!, PoolOf(claim));
        Remember(pool);
        // A machine that the cloud ends already is neither among the nodes nor among those that are being taken.
        var reason = change.IsDeletion || IsTrue(claim, "InstanceTerminating") ? null : ReasonOf(claim);
        if (reason is null)
        {
            _taken.Remove(uid);
            return;
        }
        // A claim that leaves already for another cause is not taken by this decision.
        if (_taken.ContainsKey(uid) || claim.Metadata.IsDeleting)
            return;
        _taken[uid] = pool;
        if (_world.Informers.Of<NodePool>().Get(null, pool) is not { } owner)
            return;
        var taken = _taken.Values.Count(of => of == pool);
        var nodes = _counts[pool].Max(count => count.Nodes);
        var allowed = BudgetCalendar
            .Allowed(
                [
                    .. (owner.Spec.Disruption?.Budgets ?? [new Budget { Nodes = "10%" }]).Select(
                        budget => new DisruptionBudget(
                            budget.Nodes ?? "10%",
                            budget.Schedule,
                            budget.Duration?.ToTimeSpan(),
                            budget.Reasons is { } reasons ? [.. reasons] : null
                        )
                    ),
                ],
                reason,
                nodes,
                _world.Loop.Time.GetUtcNow()
            )
            .Allowed;
        if (taken > allowed)
            _accuse(
                "budgets of a pool hold",
                $"pool {pool}",
                $"loses {taken} of {nodes} nodes at once ({reason}); its budgets allow {allowed}"
            );
    }

    private void Remember(string pool)
    {
        if (!_counts.TryGetValue(pool, out var counts))
            _counts[pool] = counts = new Queue<(TimeSpan, int)>();
        var nodes = _world.Informers.Of<NodeClaim>().All.Count(it => PoolOf(it) == pool && IsTrue(it, "Initialized"));
        counts.Enqueue((_world.Elapsed, nodes));
        while (counts.Count > 1 && _world.Elapsed - counts.Peek().At > Memory)
            counts.Dequeue();
    }

    private static bool IsTrue(NodeClaim claim, string type) =>
        claim.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");

    private static string? ReasonOf(NodeClaim claim) =>
        claim.Status.Conditions.FirstOrDefault(condition => condition is { Type: Condition, Status: "True" })?.Reason;

    private static string PoolOf(NodeClaim claim) => claim.Metadata.Labels.GetValueOrDefault(Pool, "");
}

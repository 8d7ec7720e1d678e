using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Domain.Cluster;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;

namespace Tenon.Controllers.Cluster;

/// <summary>Turns watch events into cluster events, and says whether the view may be decided upon.</summary>
internal sealed class ClusterFeed
{
    private readonly Stores _stores;
    private readonly ManagedKinds _kinds;
    private readonly ClusterView _view;
    private readonly TimeProvider _time;
    private bool _hasSyncedOnce;

    public ClusterFeed(Stores stores, ManagedKinds kinds, ClusterView view, TimeProvider time)
    {
        (_stores, _kinds, _view, _time) = (stores, kinds, view, time);
        stores.Claims.Subscribe(change =>
        {
            if (!kinds.Has(change.Item))
                return;
            Apply(
                change.IsDeletion
                    ? new ClusterEvent.ClaimDeleted(change.Key.Name, Now)
                    : new ClusterEvent.ClaimApplied(change.Item, Now)
            );
        });
        stores.Nodes.Subscribe(change =>
            Apply(
                change.IsDeletion
                    ? new ClusterEvent.NodeDeleted(change.Key.Name, Now)
                    : new ClusterEvent.NodeApplied(change.Item, Now)
            )
        );
        stores.Pods.Subscribe(change =>
            Apply(
                change.IsDeletion
                    ? new ClusterEvent.PodDeleted(change.Key.Namespace ?? "", change.Key.Name, Now)
                    : new ClusterEvent.PodApplied(change.Item, Now)
            )
        );
        stores.CsiNodes.Subscribe(change =>
            Apply(new ClusterEvent.VolumeLimitsSeen(change.Key.Name, Limits(change.New), Now))
        );
        stores.Pools.Subscribe(change =>
        {
            if (change.Old?.Metadata.Generation != change.New?.Metadata.Generation)
                Apply(new ClusterEvent.Unconsolidated(Now));
        });
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>
    /// The view may be decided upon: it has held everything that the API server holds at least once, and every claim
    /// has a machine. One claim that is not launched blocks, because its capacity is not known.
    /// </summary>
    public bool IsSynced
    {
        get
        {
            var cluster = _view.Current;
            if (cluster.HasUnlaunchedClaim)
                return false;
            if (_hasSyncedOnce)
                return true;
            return _hasSyncedOnce =
                _stores.Informers.IsSynced
                && _stores.Claims.All.All(claim =>
                    !_kinds.Has(claim) || cluster.ClaimKeys.ContainsKey(claim.Metadata.Name ?? "")
                )
                && _stores.Nodes.All.All(node => cluster.NodeKeys.ContainsKey(node.Metadata.Name ?? ""));
        }
    }

    public bool HasSyncedOnce => _hasSyncedOnce || IsSynced;

    /// <summary>
    /// A claim just created is known before its watch event comes, so that the next pass counts on it.
    /// </summary>
    public void Created(NodeClaim claim) => Apply(new ClusterEvent.ClaimApplied(claim, Now));

    /// <summary>
    /// A claim that was deleted before its creation was noted here would be waited for for ever: whoever notes a
    /// creation asks the API server once more after a while.
    /// </summary>
    public async ValueTask ForgetIfGoneAsync(KubeClient kube, string name, CancellationToken cancel)
    {
        if (!_view.Current.ClaimKeys.TryGetValue(name, out var key) || key.Length > 0)
            return;
        var found = await kube.GetAsync<NodeClaim>(null, name, cancel);
        if (found.IsNotFound && _view.Current.ClaimKeys.TryGetValue(name, out key) && key.Length == 0)
            Apply(new ClusterEvent.ClaimDeleted(name, Now));
    }

    /// <summary>
    /// Reads every claim from the server: after a creation without an answer nobody knows whether there is a new one.
    /// </summary>
    public async ValueTask RelistClaimsAsync(KubeClient kube, CancellationToken cancel)
    {
        var listed = (await kube.ListAsync<NodeClaim>(ListOptions.All, cancel)).OrThrow();
        foreach (var claim in listed.Items)
            if (_kinds.Has(claim) && !_view.Current.ClaimKeys.ContainsKey(claim.Metadata.Name ?? ""))
                Created(claim);
    }

    private void Apply(ClusterEvent change) => _view.Apply(change);

    private static ImmutableSortedDictionary<string, int> Limits(Api.Storage.CSINode? node) =>
        (node?.Spec.Drivers ?? [])
            .Where(static driver => driver.Allocatable?.Count is not null)
            .ToImmutableSortedDictionary(
                static driver => driver.Name,
                static driver => driver.Allocatable!.Count!.Value,
                StringComparer.Ordinal
            );
}

using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;

namespace Tenon.Controllers.Disruption;

/// <summary>
/// What the outside sees of a command: the taint on the Node and the condition on the claim. Both are put and taken
/// idempotently on fresh reads, because other writers change the same lists all the time.
/// </summary>
internal sealed class DisruptionMarks(KubeClient kube, TimeProvider time)
{
    private const int Attempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    /// <summary>True when both marks stand.</summary>
    public async ValueTask<bool> PutAsync(StateNode state, string reason, CancellationToken cancel) =>
        state is { Node: { } node, Claim: { } claim }
        && await ChangeAsync<Node>(node.Metadata.Name ?? "", WithTaint, isStatus: false, cancel)
        && await ChangeAsync<NodeClaim>(
            claim.Metadata.Name ?? "",
            it => it.Set(ConditionTypes.DisruptionReason, ConditionStatus.True, reason, reason, time.GetUtcNow()),
            isStatus: true,
            cancel
        );

    /// <summary>The taint alone, for a machine that leaves by another's will.</summary>
    public ValueTask<bool> TaintAsync(Node node, CancellationToken cancel) =>
        ChangeAsync<Node>(node.Metadata.Name ?? "", WithTaint, isStatus: false, cancel);

    /// <summary>A node on its way out keeps its taint.</summary>
    public async ValueTask TakeAsync(StateNode state, CancellationToken cancel)
    {
        if (state.Node is { } node && HasTaint(node))
            await ChangeAsync<Node>(
                node.Metadata.Name ?? "",
                static it => it.Metadata.IsDeleting ? it : WithoutTaint(it),
                isStatus: false,
                cancel
            );
        if (state.Claim is { } claim && claim.Condition(ConditionTypes.DisruptionReason) is not null)
            await ChangeAsync<NodeClaim>(
                claim.Metadata.Name ?? "",
                static it => it.Clear(ConditionTypes.DisruptionReason),
                isStatus: true,
                cancel
            );
    }

    public static bool IsMarked(StateNode state) =>
        state is { Node: { } node, Claim: { } claim }
        && (HasTaint(node) || claim.Condition(ConditionTypes.DisruptionReason) is not null);

    private async ValueTask<bool> ChangeAsync<T>(
        string name,
        Func<T, T> change,
        bool isStatus,
        CancellationToken cancel
    )
        where T : class, Api.IKubeObject<T>
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if ((await kube.GetAsync<T>(null, name, cancel)).OrNullWhenNotFound() is not { } fresh)
                    return false;
                var after = change(fresh);
                return (
                    isStatus
                        ? await kube.WriteStatusAsync(fresh, after, cancel)
                        : await kube.WriteAsync(fresh, after, cancel)
                )
                    is not null;
            }
            catch (KubeException) when (attempt < Attempts)
            {
                await Task.Delay(pause, time, cancel);
                pause *= 5;
            }
        }
    }

    private static bool HasTaint(Node node) =>
        node.Spec.Taints.Any(static taint => Tolerations.SameTaint(taint, Taints.Disrupted));

    private static Node WithTaint(Node node) =>
        HasTaint(node)
            ? node
            : node with
            {
                Spec = node.Spec with { Taints = [.. node.Spec.Taints, Taints.Disrupted] },
            };

    private static Node WithoutTaint(Node node) =>
        node with
        {
            Spec = node.Spec with
            {
                Taints = [.. node.Spec.Taints.Where(static taint => !Tolerations.SameTaint(taint, Taints.Disrupted))],
            },
        };
}

using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Pods;

namespace Tenon.Domain.Claims;

/// <summary>Why a registered machine may not take ordinary pods yet: a condition reason and its message.</summary>
public readonly record struct Hindrance(string Reason, string Message);

/// <summary>Whether a registered node is ready for the pods it was bought for.</summary>
public static class Initialization
{
    /// <summary>The first check that fails, in upstream's order; null when the node is initialized.</summary>
    public static Hindrance? Hindered(Node? node, NodeClaim claim)
    {
        if (node is null)
            return new("NodeNotFound", "Node not registered with cluster");
        if (!node.Status.Conditions.Any(static it => it.Type == "Ready" && it.Status == "True"))
            return new("NodeNotReady", "Node status is NotReady");
        foreach (var startup in claim.Spec.StartupTaints ?? [])
            if (node.Spec.Taints.FirstOrDefault(taint => Tolerations.SameTaint(taint, startup)) is not null)
                return new("StartupTaintsExist", $"StartupTaint \"{Tolerations.Render(startup)}\" still exists");
        if (node.Spec.Taints.FirstOrDefault(Tolerations.IsEphemeral) is { } ephemeral)
            return new(
                "KnownEphemeralTaintsExist",
                $"KnownEphemeralTaint \"{Tolerations.Render(ephemeral)}\" still exists"
            );
        foreach (var (name, quantity) in claim.Spec.Resources?.Requests ?? ResourceList.Empty)
            if (!quantity.IsZero && node.Status.Allocatable.Of(name).IsZero)
                return new("ResourceNotRegistered", $"Resource \"{name}\" was requested but not registered");
        return null;
    }
}

using Tenon.Api.Core;

namespace Tenon.Api.Names;

/// <summary>Taints with a meaning (core API specification §8.8).</summary>
public static class Taints
{
    public const string DisruptedKey = "karpenter.sh/disrupted";
    public const string UnregisteredKey = "karpenter.sh/unregistered";
    public const string NotReadyKey = "node.kubernetes.io/not-ready";
    public const string UnreachableKey = "node.kubernetes.io/unreachable";
    public const string UnschedulableKey = "node.kubernetes.io/unschedulable";
    public const string OutOfServiceKey = "node.kubernetes.io/out-of-service";
    public const string CloudUninitializedKey = "node.cloudprovider.kubernetes.io/uninitialized";

    /// <summary>Any taint below this prefix is expected to vanish by itself.</summary>
    public const string ReadinessPrefix = "readiness.k8s.io/";

    public static Taint Disrupted { get; } = new() { Key = DisruptedKey, Effect = TaintEffects.NoSchedule };
    public static Taint Unregistered { get; } = new() { Key = UnregisteredKey, Effect = TaintEffects.NoExecute };

    /// <summary>Ignored while simulating on a node that is not initialised, and awaited before it is.</summary>
    public static IReadOnlyList<Taint> KnownEphemeral { get; } =
    [
        new() { Key = NotReadyKey, Effect = TaintEffects.NoSchedule },
        new() { Key = NotReadyKey, Effect = TaintEffects.NoExecute },
        new() { Key = UnreachableKey, Effect = TaintEffects.NoSchedule },
        new()
        {
            Key = CloudUninitializedKey,
            Value = "true",
            Effect = TaintEffects.NoSchedule,
        },
        Unregistered,
    ];
}

public static class TaintEffects
{
    public const string NoSchedule = "NoSchedule";
    public const string PreferNoSchedule = "PreferNoSchedule";
    public const string NoExecute = "NoExecute";
}

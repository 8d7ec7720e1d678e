using Tenon.Domain.Catalog;

namespace Tenon.Providers.Port;

/// <summary>What can be bought for a pool.</summary>
public abstract record InstanceTypesOutcome
{
    private InstanceTypesOutcome() { }

    public sealed record Known(ImmutableArray<InstanceType> Types) : InstanceTypesOutcome;

    /// <summary>UnevaluatedNodePool: overlays are still to be evaluated; the pool is left out of this round.</summary>
    public sealed record AwaitingEvaluation(string NodePool) : InstanceTypesOutcome
    {
        public string Error => $"nodepool \"{NodePool}\" is awaiting evaluation";
    }

    /// <summary>The pool's node class does not exist, is going, or is not ready.</summary>
    public sealed record NodeClassNotReady(string Message) : InstanceTypesOutcome
    {
        public string Error => "NodeClassRef not ready, " + Message;
    }

    public sealed record Failed(string Message) : InstanceTypesOutcome;
}

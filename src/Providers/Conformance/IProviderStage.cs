using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Providers.Port;

namespace Tenon.Providers.Conformance;

/// <summary>
/// A provider set up to be examined, and hands on the world around it. Each case gets a stage of its own.
/// </summary>
public interface IProviderStage
{
    ICloudProvider Provider { get; }

    /// <summary>A pool whose node class exists and is ready.</summary>
    NodePool Pool { get; }

    /// <summary>A claim as the API server would hold it (with a UID), of the stage's ready node class.</summary>
    NodeClaim Claim(string name, ResourceList requests, params ReadOnlySpan<NodeRequirement> requirements);

    /// <summary>The same claim, but of a node class that does not exist.</summary>
    NodeClaim OfMissingNodeClass(NodeClaim claim);

    /// <summary>Until told otherwise, the cloud has nothing left to sell.</summary>
    void Exhaust();

    /// <summary>The cloud sells again.</summary>
    void Restock();

    /// <summary>
    /// The next purchase is carried out, but its reply is lost. False when this provider's cloud cannot lose replies.
    /// </summary>
    bool LoseNextReply();

    /// <summary>Lets time pass.</summary>
    ValueTask PassAsync(TimeSpan time, CancellationToken cancel);
}

/// <summary>One thing every provider must do, named as a sentence with underscores.</summary>
public sealed record ConformanceCase(string Name, Func<IProviderStage, CancellationToken, ValueTask> ExamineAsync)
{
    public override string ToString() => Name;
}

/// <summary>A provider does not do what the port promises.</summary>
public sealed class ConformanceException(string message) : Exception(message);

using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Api.Karpenter;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Tests;

/// <summary>The real provider, except for the answers that a test puts in its mouth.</summary>
internal sealed class ScriptedCloud(ICloudProvider real) : ICloudProvider
{
    /// <summary>Null leaves the question to the real provider.</summary>
    public Func<NodeClaim, LaunchOutcome?> OnLaunch { get; set; } = static _ => null;
    public Func<NodeClaim, TerminateOutcome?> OnTerminate { get; set; } = static _ => null;
    public Func<NodeClaim, string?> OnDrift { get; set; } = static _ => null;
    public Func<NodeClaim, NodeClaim> OnOrder { get; set; } = static claim => claim;
    public Func<NodeClaim, NodeClaim> OnLaunched { get; set; } = static machine => machine;
    public int Launches { get; private set; }
    public int Terminations { get; private set; }

    public string Name => real.Name;
    public ImmutableArray<ResourceType> NodeClassTypes => real.NodeClassTypes;
    public ProviderVocabulary Vocabulary => real.Vocabulary;
    public ImmutableArray<RepairPolicy> RepairPolicies { get; set; } = real.RepairPolicies;

    public async ValueTask<LaunchOutcome> LaunchAsync(NodeClaim claim, CancellationToken cancel)
    {
        Launches++;
        if (OnLaunch(claim) is { } scripted)
            return scripted;
        return await real.LaunchAsync(OnOrder(claim), cancel) is var outcome && outcome is LaunchOutcome.Launched bought
            ? new LaunchOutcome.Launched(OnLaunched(bought.Claim))
            : outcome;
    }

    public ValueTask<TerminateOutcome> TerminateAsync(NodeClaim claim, CancellationToken cancel)
    {
        Terminations++;
        return OnTerminate(claim) is { } scripted ? ValueTask.FromResult(scripted) : real.TerminateAsync(claim, cancel);
    }

    public ValueTask<MachineOutcome> GetAsync(string providerId, CancellationToken cancel) =>
        real.GetAsync(providerId, cancel);

    public ValueTask<ImmutableArray<NodeClaim>> ListAsync(CancellationToken cancel) => real.ListAsync(cancel);

    public ValueTask<InstanceTypesOutcome> InstanceTypesAsync(NodePool pool, CancellationToken cancel) =>
        real.InstanceTypesAsync(pool, cancel);

    public async ValueTask<string?> DriftReasonAsync(NodeClaim claim, CancellationToken cancel) =>
        OnDrift(claim) ?? await real.DriftReasonAsync(claim, cancel);
}

/// <summary>A hook that holds registration open until it is let go.</summary>
internal sealed class ScriptedHook(string name) : IRegistrationHook
{
    public bool IsDone { get; set; }
    public string Name => name;

    public ValueTask<TimeSpan?> RegisteredAsync(NodeClaim claim, CancellationToken cancel) =>
        ValueTask.FromResult<TimeSpan?>(IsDone ? null : TimeSpan.FromSeconds(1));
}

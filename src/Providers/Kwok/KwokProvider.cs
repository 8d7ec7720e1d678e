using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Hashing;
using Tenon.Kube.Client;
using Tenon.Providers.Caches;
using Tenon.Providers.Catalog;
using Tenon.Providers.Port;

namespace Tenon.Providers.Kwok;

/// <summary>
/// The provider of pretended machines, compatible with upstream's KWOK provider: kind <c>KWOKNodeClass</c>, provider
/// ids
/// <c>kwok://NODE</c>, the same labels, and no drift. It buys the cheapest offering that satisfies a claim from
/// whatever
/// <see cref="IMachineMarket"/> it is given, and remembers for a while what the market could not sell.
/// </summary>
public sealed class KwokProvider(Catalogue catalogue, KubeClient kube, IMachineMarket market, TimeProvider time)
    : ICloudProvider
{
    /// <summary>
    /// Choices of one order. Real fleets take a few hundred; beyond that price no longer decides anything.
    /// </summary>
    public const int MostChoices = 600;

    /// <summary>Named in a message before the rest is counted.</summary>
    private const int ShortagesNamed = 5;

    private static readonly TimeSpan UnresponsivePause = TimeSpan.FromSeconds(1);

    private readonly LabelSet _wellKnown = LabelSet.WellKnown.With(catalogue.Vocabulary.WellKnownLabels);
    private readonly AvailableTypes _types = new(catalogue.Types, new UnavailableOfferings(time));

    public string Name => "kwok";

    public ImmutableArray<ResourceType> NodeClassTypes { get; } = [KwokNodeClass.Resource];

    public ProviderVocabulary Vocabulary => catalogue.Vocabulary;

    public Catalogue Catalogue => catalogue;

    /// <summary>What the market has lately refused to sell.</summary>
    public UnavailableOfferings Unavailable => _types.Unavailable;

    public ImmutableArray<RepairPolicy> RepairPolicies { get; } =
    [
        new(ConditionTypes.Ready, ConditionStatus.False, TimeSpan.FromMinutes(10)),
        new(ConditionTypes.Ready, ConditionStatus.Unknown, TimeSpan.FromMinutes(10)),
    ];

    public ValueTask<InstanceTypesOutcome> InstanceTypesAsync(NodePool pool, CancellationToken cancel) =>
        ValueTask.FromResult<InstanceTypesOutcome>(new InstanceTypesOutcome.Known(_types.Current()));

    public async ValueTask<LaunchOutcome> LaunchAsync(NodeClaim claim, CancellationToken cancel)
    {
        var nodeClass = await kube.GetAsync<KwokNodeClass>(null, claim.Spec.NodeClassRef.Name, cancel);
        if (nodeClass.IsNotFound)
            return new LaunchOutcome.NodeClassNotReady($"KWOKNodeClass \"{claim.Spec.NodeClassRef.Name}\" not found");
        if (!nodeClass.IsOk)
            return new LaunchOutcome.Throttled(
                nodeClass.Error.RetryAfter ?? UnresponsivePause,
                nodeClass.Error.ToString()
            );
        if (NotReady(nodeClass.Value) is { } why)
            return new LaunchOutcome.NodeClassNotReady(why);

        var choices = ChoicesFor(claim);
        if (choices.IsEmpty)
            return new LaunchOutcome.OutOfCapacity("all requested instance types were unavailable during launch", []);
        var bought = await market.BuyAsync(
            new MachineOrder
            {
                Token = NodeBlueprint.TokenOf(claim),
                Choices = choices,
                NodeFor = choice => NodeBlueprint.For(claim, choice),
                RegistrationDelay = nodeClass.Value.Spec.NodeRegistrationDelay?.ToTimeSpan() ?? TimeSpan.Zero,
            },
            cancel
        );
        return Outcome(bought);
    }

    public async ValueTask<TerminateOutcome> TerminateAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (claim.Status.ProviderId is not { Length: > 0 } providerId)
            return new TerminateOutcome.Gone($"NodeClaim {claim.Metadata.Name} was never launched");
        return await market.ReturnAsync(providerId, cancel);
    }

    public async ValueTask<MachineOutcome> GetAsync(string providerId, CancellationToken cancel)
    {
        try
        {
            return await market.FindAsync(providerId, cancel) is { } machine
                ? new MachineOutcome.Found(NodeBlueprint.ToClaim(machine))
                : new MachineOutcome.Gone($"no machine {providerId}");
        }
        catch (CloudUnavailableException silent)
        {
            return new MachineOutcome.Failed(silent.Message, silent.RetryAfter);
        }
    }

    public async ValueTask<ImmutableArray<NodeClaim>> ListAsync(CancellationToken cancel) =>
        [.. (await market.ListAsync(cancel)).Select(NodeBlueprint.ToClaim)];

    public ValueTask<string?> DriftReasonAsync(NodeClaim claim, CancellationToken cancel) =>
        ValueTask.FromResult<string?>(null);

    /// <summary>
    /// Everything on sale that satisfies the claim, cheapest first. Among equal prices the claim's own hash decides,
    /// which spreads claims over zones as upstream's draw does, yet repeats itself.
    /// </summary>
    internal ImmutableArray<MachineChoice> ChoicesFor(NodeClaim claim)
    {
        var wanted = NodeRequirements.From(claim.Spec.Requirements);
        var requests = claim.Spec.Resources?.Requests ?? ResourceList.Empty;
        var seed = StableHash.Of(NodeBlueprint.TokenOf(claim));
        var choices =
            from type in _types.Current()
            where type.Requirements.DoesIntersect(wanted) && requests.Fits(type.Allocatable)
            from offering in type.Offerings
            where offering.Available && wanted.IsCompatible(offering.Requirements, _wellKnown)
            orderby offering.Price
            select new MachineChoice(type, offering);
        return
        [
            .. choices
                .Take(MostChoices)
                .OrderBy(choice => choice.Offering.Price)
                .ThenBy(choice => StableHash.Of(choice.Key.ToString(), seed))
                .ThenBy(choice => choice.Key),
        ];
    }

    private LaunchOutcome Outcome(PurchaseOutcome outcome)
    {
        switch (outcome)
        {
            case PurchaseOutcome.Bought bought:
                Remember(bought.Exhausted);
                // Bought by an attempt whose reply was lost, and lost itself since: the claim has to be planned anew.
                if (bought.Machine.EndingSince is not null)
                    return new LaunchOutcome.OutOfCapacity(
                        $"machine {bought.Machine.ProviderId} ended before its claim learned of it",
                        []
                    );
                return new LaunchOutcome.Launched(NodeBlueprint.ToClaim(bought.Machine));
            case PurchaseOutcome.SoldOut soldOut:
                Remember(soldOut.Exhausted);
                return new LaunchOutcome.OutOfCapacity(
                    Words(soldOut.Exhausted),
                    [.. soldOut.Exhausted.Select(it => it.Offering)]
                );
            case PurchaseOutcome.Throttled throttled:
                return new LaunchOutcome.Throttled(throttled.RetryAfter, throttled.Message);
            case PurchaseOutcome.NoReply silent:
                return new LaunchOutcome.Failed(silent.Message);
            default:
                throw new InvalidOperationException($"unknown outcome {outcome}");
        }
    }

    private void Remember(ImmutableArray<Shortage> shortages)
    {
        foreach (var shortage in shortages)
            Unavailable.Add(shortage.Offering, shortage.Reason);
    }

    private static string Words(ImmutableArray<Shortage> shortages)
    {
        var named = string.Join("; ", shortages.Take(ShortagesNamed).Select(it => $"{it.Offering}: {it.Reason}"));
        return shortages.Length > ShortagesNamed ? $"{named}; and {shortages.Length - ShortagesNamed} more" : named;
    }

    private static string? NotReady(KwokNodeClass nodeClass)
    {
        if (nodeClass.Metadata.IsDeleting)
            return $"KWOKNodeClass \"{nodeClass.Metadata.Name}\" is being deleted";
        var ready = nodeClass.Status?.Conditions.FirstOrDefault(it => it.Type == ConditionTypes.Ready);
        // A node class is ready from its creation; an API server without the schema's default shows no condition at
        // all.
        return ready is null || ready.Status == ConditionStatus.True
            ? null
            : $"KWOKNodeClass \"{nodeClass.Metadata.Name}\": {ready.Message}";
    }
}

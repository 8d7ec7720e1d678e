using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
using Tenon.Providers.Port;

namespace Tenon.Providers.Conformance;

/// <summary>
/// What the core relies on and every provider must therefore do (lifecycle specification §1.1 and §1.2). The cases know
/// no test framework: a test project runs each against a stage of its provider, and a case that is not met throws
/// <see cref="ConformanceException"/> with what was expected and what came.
/// </summary>
public static class ProviderConformance
{
    /// <summary>A machine is gone for good well within this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Attempts that a launch may need where the cloud is asked again.</summary>
    private const int Attempts = 5;

    private static readonly ResourceList Small = ResourceList.Parse(("cpu", "1"), ("memory", "1Gi"), ("pods", "3"));

    public static ImmutableArray<ConformanceCase> Cases { get; } =
    [
        new("A_launched_machine_satisfies_the_requirements_and_requests_of_its_claim", LaunchSatisfies),
        new("A_launched_machine_tells_its_type_zone_and_capacity_type", LaunchTells),
        new("Launching_a_claim_again_finds_the_first_machine", LaunchTwice),
        new("A_lost_reply_buys_no_second_machine", LostReply),
        new("Two_claims_get_two_machines", TwoClaims),
        new("A_launched_machine_is_found_and_listed", FoundAndListed),
        new("A_terminated_machine_ends_and_is_no_longer_found", Terminated),
        new("Terminating_again_is_safe", TerminatedTwice),
        new("A_claim_never_launched_has_nothing_to_terminate", NeverLaunched),
        new("A_machine_nobody_knows_is_gone", Unknown),
        new("Every_type_is_listed_whole_and_under_one_name", Types),
        new("Types_are_the_same_objects_while_nothing_changes", TypesStay),
        new("When_nothing_is_left_the_launch_says_so_and_so_do_the_offerings", OutOfCapacity),
        new("A_requirement_that_no_type_meets_is_out_of_capacity", Impossible),
        new("A_node_class_that_does_not_exist_is_not_ready", MissingNodeClass),
        new("A_fresh_machine_has_not_drifted", NotDrifted),
        new("A_provider_says_who_it_is", Identity),
    ];

    private static async ValueTask LaunchSatisfies(IProviderStage stage, CancellationToken cancel)
    {
        var number = 0;
        foreach (var capacityType in (string[])[CapacityTypes.OnDemand, CapacityTypes.Spot])
        foreach (var architecture in (string[])[Architectures.Amd64, Architectures.Arm64])
        {
            var requests = ResourceList.Parse(("cpu", "3"), ("memory", "5Gi"), ("pods", "7"));
            var claim = stage.Claim(
                $"satisfied-{++number}",
                requests,
                In(WellKnownLabels.CapacityType, capacityType),
                In(WellKnownLabels.Arch, architecture),
                In(WellKnownLabels.Os, OperatingSystems.Linux)
            );
            var machine = await LaunchAsync(stage, claim, cancel);
            var fault = NodeRequirements
                .From(claim.Spec.Requirements)
                .Intersects(RequirementSet.FromLabels(machine.Metadata.Labels));
            Expect(fault is null, $"the machine's labels disagree with its claim: {fault}");
            Expect(
                machine.Metadata.Labels.GetValueOrDefault(WellKnownLabels.CapacityType) == capacityType,
                $"asked for {capacityType}, got {machine.Metadata.Labels.GetValueOrDefault(WellKnownLabels.CapacityType)}"
            );
            Expect(requests.Fits(machine.Status.Allocatable), $"{requests} does not fit {machine.Status.Allocatable}");
        }
    }

    private static async ValueTask LaunchTells(IProviderStage stage, CancellationToken cancel)
    {
        var machine = await LaunchAsync(stage, stage.Claim("told", Small), cancel);
        foreach (
            var label in (string[])
                [
                    WellKnownLabels.InstanceType,
                    WellKnownLabels.Zone,
                    WellKnownLabels.CapacityType,
                    WellKnownLabels.Arch,
                    WellKnownLabels.Os,
                ]
        )
            Expect(machine.Metadata.Labels.GetValueOrDefault(label) is { Length: > 0 }, $"label {label} is missing");
        Expect(machine.Status.Capacity.Of("cpu").Sign > 0, "capacity has no cpu");
        Expect(machine.Status.Allocatable.Of("memory").Sign > 0, "allocatable has no memory");
        var type = (await TypesAsync(stage, cancel)).SingleOrDefault(it =>
            it.Name == machine.Metadata.Labels[WellKnownLabels.InstanceType]
        );
        Expect(type is not null, "the machine's type is not among the listed ones");
        var sold = type!.Offerings.Any(it =>
            it.Zone == machine.Metadata.Labels[WellKnownLabels.Zone]
            && it.CapacityType == machine.Metadata.Labels[WellKnownLabels.CapacityType]
        );
        Expect(sold, "the machine's zone and capacity type are not offered for its type");
    }

    private static async ValueTask LaunchTwice(IProviderStage stage, CancellationToken cancel)
    {
        var claim = stage.Claim("twice", Small);
        var first = await LaunchAsync(stage, claim, cancel);
        var second = await LaunchAsync(stage, claim, cancel);
        Expect(
            first.Status.ProviderId == second.Status.ProviderId,
            $"{first.Status.ProviderId}, then {second.Status.ProviderId}"
        );
        await ExpectMachinesAsync(stage, 1, cancel);
    }

    private static async ValueTask LostReply(IProviderStage stage, CancellationToken cancel)
    {
        if (!stage.LoseNextReply())
            return;
        var claim = stage.Claim("lost", Small);
        var lost = await stage.Provider.LaunchAsync(claim, cancel);
        Expect(
            lost is LaunchOutcome.Failed or LaunchOutcome.Throttled,
            $"a lost reply is a failure to retry, not {lost}"
        );
        await LaunchAsync(stage, claim, cancel);
        await ExpectMachinesAsync(stage, 1, cancel);
    }

    private static async ValueTask TwoClaims(IProviderStage stage, CancellationToken cancel)
    {
        var first = await LaunchAsync(stage, stage.Claim("one", Small), cancel);
        var second = await LaunchAsync(stage, stage.Claim("two", Small), cancel);
        Expect(first.Status.ProviderId != second.Status.ProviderId, $"both got {first.Status.ProviderId}");
        await ExpectMachinesAsync(stage, 2, cancel);
    }

    private static async ValueTask FoundAndListed(IProviderStage stage, CancellationToken cancel)
    {
        foreach (var name in (string[])["c", "a", "b"])
        {
            var machine = await LaunchAsync(stage, stage.Claim(name, Small), cancel);
            var found = await stage.Provider.GetAsync(machine.Status.ProviderId!, cancel);
            Expect(
                found is MachineOutcome.Found it && it.Claim.Status.ProviderId == machine.Status.ProviderId,
                $"get answered {found}"
            );
        }
        await ExpectMachinesAsync(stage, 3, cancel);
        var ids = (await stage.Provider.ListAsync(cancel)).Select(it => it.Status.ProviderId!).ToArray();
        Expect(ids.SequenceEqual(ids.Order(StringComparer.Ordinal)), "the list is not ordered by provider id");
    }

    private static async ValueTask Terminated(IProviderStage stage, CancellationToken cancel)
    {
        var launched = await LaunchAsync(stage, stage.Claim("short", Small), cancel);
        await EndAsync(stage, launched, cancel);
        var found = await stage.Provider.GetAsync(launched.Status.ProviderId!, cancel);
        Expect(found is MachineOutcome.Gone, $"get answered {found}");
        await ExpectMachinesAsync(stage, 0, cancel);
    }

    private static async ValueTask TerminatedTwice(IProviderStage stage, CancellationToken cancel)
    {
        var launched = await LaunchAsync(stage, stage.Claim("again", Small), cancel);
        await EndAsync(stage, launched, cancel);
        var again = await stage.Provider.TerminateAsync(launched, cancel);
        Expect(again is TerminateOutcome.Gone, $"terminating what is gone answered {again}");
        Expect(
            ((TerminateOutcome.Gone)again).Error.StartsWith("nodeclaim not found, ", StringComparison.Ordinal),
            "upstream's words are missing"
        );
    }

    private static async ValueTask NeverLaunched(IProviderStage stage, CancellationToken cancel)
    {
        var outcome = await stage.Provider.TerminateAsync(stage.Claim("never", Small), cancel);
        Expect(outcome is TerminateOutcome.Gone, $"terminating what never was answered {outcome}");
    }

    private static async ValueTask Unknown(IProviderStage stage, CancellationToken cancel)
    {
        var launched = await LaunchAsync(stage, stage.Claim("known", Small), cancel);
        var found = await stage.Provider.GetAsync(launched.Status.ProviderId + "0", cancel);
        Expect(found is MachineOutcome.Gone, $"get answered {found}");
        found = await stage.Provider.GetAsync("nonsense", cancel);
        Expect(found is MachineOutcome.Gone or MachineOutcome.Failed, $"get answered {found}");
    }

    private static async ValueTask Types(IProviderStage stage, CancellationToken cancel)
    {
        var types = await TypesAsync(stage, cancel);
        Expect(!types.IsEmpty, "no types");
        Expect(
            types.Select(it => it.Name).Distinct(StringComparer.Ordinal).Count() == types.Length,
            "a name is used twice"
        );
        foreach (var type in types)
        {
            foreach (
                var label in (string[])
                    [
                        WellKnownLabels.InstanceType,
                        WellKnownLabels.Zone,
                        WellKnownLabels.CapacityType,
                        WellKnownLabels.Arch,
                        WellKnownLabels.Os,
                    ]
            )
                Expect(type.Requirements.Has(label), $"{type.Name} does not say its {label}");
            Expect(
                type.Requirements.Of(WellKnownLabels.InstanceType).Has(type.Name),
                $"{type.Name} names another type in its labels"
            );
            Expect(!type.Offerings.IsEmpty, $"{type.Name} has no offerings");
            foreach (var offering in type.Offerings)
            {
                Expect(
                    type.Requirements.Of(WellKnownLabels.Zone).Has(offering.Zone),
                    $"{type.Name}: zone {offering.Zone}"
                );
                Expect(
                    type.Requirements.Of(WellKnownLabels.CapacityType).Has(offering.CapacityType),
                    $"{type.Name}: {offering.CapacityType}"
                );
                Expect(offering.Price.Micros >= 0, $"{type.Name}: price {offering.Price}");
            }
            foreach (var (name, amount) in type.Allocatable)
                Expect(
                    amount.Sign >= 0 && amount <= type.Capacity.Of(name),
                    $"{type.Name}: allocatable {name} is {amount}"
                );
        }
    }

    private static async ValueTask TypesStay(IProviderStage stage, CancellationToken cancel)
    {
        var first = await TypesAsync(stage, cancel);
        await LaunchAsync(stage, stage.Claim("quiet", Small), cancel);
        Expect(first == await TypesAsync(stage, cancel), "a new list although nothing changed");
    }

    private static async ValueTask OutOfCapacity(IProviderStage stage, CancellationToken cancel)
    {
        stage.Exhaust();
        var claim = stage.Claim("unlucky", Small, In(WellKnownLabels.CapacityType, CapacityTypes.Spot));
        var outcome = await stage.Provider.LaunchAsync(claim, cancel);
        Expect(outcome is LaunchOutcome.OutOfCapacity { Exhausted.IsEmpty: false }, $"launch answered {outcome}");
        var exhausted = (LaunchOutcome.OutOfCapacity)outcome;
        Expect(
            exhausted.Error.StartsWith("insufficient capacity, ", StringComparison.Ordinal),
            "upstream's words are missing"
        );
        var types = await TypesAsync(stage, cancel);
        foreach (var key in exhausted.Exhausted)
        {
            var shown = types
                .Single(it => it.Name == key.InstanceType)
                .Offerings.Single(it => it.Zone == key.Zone && it.CapacityType == key.CapacityType);
            Expect(!shown.Available, $"{key} is still shown as available");
        }
        stage.Restock();
        await stage.PassAsync(Patience, cancel);
        await LaunchAsync(stage, claim, cancel);
        Expect(
            (await TypesAsync(stage, cancel)).All(it => it.Offerings.Any(offering => offering.Available)),
            "nothing came back"
        );
    }

    private static async ValueTask Impossible(IProviderStage stage, CancellationToken cancel)
    {
        var nowhere = stage.Claim("nowhere", Small, In(WellKnownLabels.Zone, "no-such-zone"));
        Expect(
            await stage.Provider.LaunchAsync(nowhere, cancel) is LaunchOutcome.OutOfCapacity,
            "a zone that does not exist was launched in"
        );
        var giant = stage.Claim("giant", ResourceList.Parse(("cpu", "1000000")));
        Expect(
            await stage.Provider.LaunchAsync(giant, cancel) is LaunchOutcome.OutOfCapacity,
            "a million CPUs were found"
        );
        await ExpectMachinesAsync(stage, 0, cancel);
    }

    private static async ValueTask MissingNodeClass(IProviderStage stage, CancellationToken cancel)
    {
        var outcome = await stage.Provider.LaunchAsync(
            stage.OfMissingNodeClass(stage.Claim("classless", Small)),
            cancel
        );
        Expect(outcome is LaunchOutcome.NodeClassNotReady or LaunchOutcome.OutOfCapacity, $"launch answered {outcome}");
        await ExpectMachinesAsync(stage, 0, cancel);
    }

    private static async ValueTask NotDrifted(IProviderStage stage, CancellationToken cancel)
    {
        var claim = stage.Claim("fresh", Small);
        var machine = await LaunchAsync(stage, claim, cancel);
        var reason = await stage.Provider.DriftReasonAsync(claim with { Status = machine.Status }, cancel);
        Expect(reason is null, $"drifted: {reason}");
    }

    private static ValueTask Identity(IProviderStage stage, CancellationToken cancel)
    {
        Expect(stage.Provider.Name.Length > 0, "no name");
        Expect(!stage.Provider.NodeClassTypes.IsEmpty, "no node class");
        Expect(
            stage.Provider.RepairPolicies.Any(it => it.ConditionType == ConditionTypes.Ready),
            "an unready node is never repaired"
        );
        return ValueTask.CompletedTask;
    }

    /// <summary>Launches, asking again as the core does when a call failed for the moment.</summary>
    private static async ValueTask<NodeClaim> LaunchAsync(
        IProviderStage stage,
        NodeClaim claim,
        CancellationToken cancel
    )
    {
        LaunchOutcome outcome = new LaunchOutcome.Failed("not tried");
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            outcome = await stage.Provider.LaunchAsync(claim, cancel);
            if (outcome is LaunchOutcome.Launched launched)
            {
                Expect(launched.Claim.Status.ProviderId is { Length: > 0 }, "a launched claim has no provider id");
                return launched.Claim;
            }
            if (outcome is not (LaunchOutcome.Failed or LaunchOutcome.Throttled))
                break;
            await stage.PassAsync(Pause, cancel);
        }
        throw new ConformanceException($"{claim.Metadata.Name} was not launched: {outcome}");
    }

    private static async ValueTask EndAsync(IProviderStage stage, NodeClaim claim, CancellationToken cancel)
    {
        TerminateOutcome outcome = new TerminateOutcome.Triggered();
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            outcome = await stage.Provider.TerminateAsync(claim, cancel);
            if (outcome is TerminateOutcome.Gone)
                return;
            await stage.PassAsync(Pause, cancel);
        }
        throw new ConformanceException($"{claim.Status.ProviderId} did not end: {outcome}");
    }

    private static async ValueTask<ImmutableArray<Domain.Catalog.InstanceType>> TypesAsync(
        IProviderStage stage,
        CancellationToken cancel
    )
    {
        var outcome = await stage.Provider.InstanceTypesAsync(stage.Pool, cancel);
        return outcome is InstanceTypesOutcome.Known known
            ? known.Types
            : throw new ConformanceException($"the types were not told: {outcome}");
    }

    private static async ValueTask ExpectMachinesAsync(IProviderStage stage, int count, CancellationToken cancel)
    {
        var running = (await stage.Provider.ListAsync(cancel)).Where(it => !it.Metadata.IsDeleting).ToArray();
        Expect(
            running.Length == count,
            $"{count} machines expected, listed: {string.Join(' ', running.Select(it => it.Status.ProviderId))}"
        );
    }

    private static NodeRequirement In(string key, params string[] values) =>
        new()
        {
            Key = key,
            Operator = Operators.In,
            Values = values,
        };

    private static void Expect(bool met, string otherwise)
    {
        if (!met)
            throw new ConformanceException(otherwise);
    }
}

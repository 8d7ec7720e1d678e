using Tenon.Api;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Kube.Client;
using Tenon.Providers.Aws.Drift;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Aws.Launch;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.Placement;
using Tenon.Providers.Aws.Reservations;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws;

/// <summary>
/// EC2 as a cloud of Tenon's (AWS provider specification §5, §7): kind <c>EC2NodeClass</c>, provider ids
/// <c>aws:///ZONE/INSTANCE</c>.
/// </summary>
public sealed class AwsCloudProvider : ICloudProvider
{
    private static readonly TimeSpan UnresponsivePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ThrottledPause = TimeSpan.FromSeconds(5);

    private readonly KubeClient _kube;
    private readonly TypeBook _types;
    private readonly InstanceBook _instances;
    private readonly Launcher _launcher;
    private readonly PlacementBook _placements;
    private readonly ReservationBook _reservations;
    private readonly DriftBook _drift;
    private readonly AwsMetrics _metrics;
    private readonly AwsOptions _options;
    private readonly string _caBundle;

    internal AwsCloudProvider(
        KubeClient kube,
        TypeBook types,
        InstanceBook instances,
        Launcher launcher,
        PlacementBook placements,
        ReservationBook reservations,
        AwsMetrics metrics,
        AwsOptions options,
        string caBundle
    )
    {
        (_kube, _types, _instances, _launcher) = (kube, types, instances, launcher);
        (_placements, _reservations, _metrics, _options, _caBundle) = (
            placements,
            reservations,
            metrics,
            options,
            caBundle
        );
        _drift = new DriftBook(instances, placements);
    }

    public string Name => "aws";

    public ImmutableArray<ResourceType> NodeClassTypes { get; } = [Ec2NodeClass.Resource];

    public ProviderVocabulary Vocabulary { get; } =
        new()
        {
            WellKnownLabels = ProviderVocabulary.Words(Ec2Labels.All),
            RestrictedDomains = ProviderVocabulary.Words(Ec2Labels.Domain),
            WellKnownResources = ProviderVocabulary.Words(Ec2Resources.WellKnown),
            LabelAliases = ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal,
                [KeyValuePair.Create(Ec2Labels.EbsZone, WellKnownLabels.Zone)]
            ),
            FixedValues = ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal,
                [KeyValuePair.Create(Ec2Labels.Tenancy, ProviderVocabulary.Words("default", "dedicated"))]
            ),
            ReservationIdLabel = Ec2Labels.ReservationId,
        };

    /// <summary>Conditions that EKS's node monitoring agent sets besides the kubelet's (§7.2).</summary>
    public ImmutableArray<RepairPolicy> RepairPolicies { get; } =
    [
        new(ConditionTypes.Ready, ConditionStatus.False, TimeSpan.FromMinutes(30)),
        new(ConditionTypes.Ready, ConditionStatus.Unknown, TimeSpan.FromMinutes(30)),
        new("AcceleratedHardwareReady", ConditionStatus.False, TimeSpan.FromMinutes(10)),
        new("StorageReady", ConditionStatus.False, TimeSpan.FromMinutes(30)),
        new("NetworkingReady", ConditionStatus.False, TimeSpan.FromMinutes(30)),
        new("KernelReady", ConditionStatus.False, TimeSpan.FromMinutes(30)),
        new("ContainerRuntimeReady", ConditionStatus.False, TimeSpan.FromMinutes(30)),
    ];

    public async ValueTask<InstanceTypesOutcome> InstanceTypesAsync(NodePool pool, CancellationToken cancel)
    {
        var name = pool.Spec.Template.Spec.NodeClassRef.Name;
        var read = await _kube.GetAsync<Ec2NodeClass>(null, name, cancel);
        if (read.IsNotFound || (read.IsOk && read.Value.Metadata.IsDeleting))
            return new InstanceTypesOutcome.NodeClassNotReady($"resolving node class \"{name}\": not found");
        if (!read.IsOk)
            return new InstanceTypesOutcome.Failed(read.Error!.ToString());
        return await _types.TypesAsync(read.Value, cancel);
    }

    public async ValueTask<LaunchOutcome> LaunchAsync(NodeClaim claim, CancellationToken cancel)
    {
        var name = claim.Spec.NodeClassRef.Name;
        var read = await _kube.GetAsync<Ec2NodeClass>(null, name, cancel);
        if (read.IsNotFound || (read.IsOk && read.Value.Metadata.IsDeleting))
            return new LaunchOutcome.OutOfCapacity($"resolving node class, EC2NodeClass \"{name}\" not found", []);
        if (!read.IsOk)
            return new LaunchOutcome.Throttled(read.Error!.RetryAfter ?? UnresponsivePause, read.Error.ToString());
        var nodeClass = read.Value;
        if (NotReady(nodeClass) is { } refusal)
            return refusal;
        if (NodeTags.Fault(nodeClass) is { } fault)
            return new LaunchOutcome.NodeClassNotReady(fault);
        if (await _types.TypesAsync(nodeClass, cancel) is not InstanceTypesOutcome.Known types)
            return new LaunchOutcome.CreateFailed(
                "InstanceTypeResolutionFailed",
                "Error resolving instance types",
                "resolving instance types"
            );
        switch (await _launcher.BuyAsync(claim, nodeClass, types.Types, cancel))
        {
            case Purchase.Refused refused:
                return refused.Outcome;
            case Purchase.Bought bought:
                var group = (await _placements.ResolveAsync(nodeClass, cancel)).Group;
                return new LaunchOutcome.Launched(Launched(claim, nodeClass, bought, group));
            default:
                throw new InvalidOperationException("a purchase has no other end");
        }
    }

    public async ValueTask<TerminateOutcome> TerminateAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (MachineClaims.InstanceIdOf(claim.Status.ProviderId) is not { } id)
            return new TerminateOutcome.Gone($"NodeClaim {claim.Metadata.Name} was never launched");
        var found = await _instances.GetAsync(id, fresh: true, cancel);
        if (found.Is(AwsErrorKind.NotFound))
            return Gone(claim, found.Error!);
        if (!found.IsOk)
            return new TerminateOutcome.Failed(found.Error.ToString(), Pause(found.Error));
        if (found.Value.IsEnding)
            return new TerminateOutcome.Triggered();
        var ended = await _instances.TerminateAsync(id, cancel);
        if (ended.Is(AwsErrorKind.NotFound))
            return Gone(claim, ended.Error!);
        if (ended.IsOk)
        {
            _instances.Forget(id);
            return new TerminateOutcome.Triggered();
        }
        _metrics.TerminationFailed(found.Value.Zone, claim.Metadata.Labels.GetValueOrDefault(Ec2Labels.ZoneId, ""));
        return new TerminateOutcome.Failed(ended.Error.ToString(), Pause(ended.Error));
    }

    public async ValueTask<MachineOutcome> GetAsync(string providerId, CancellationToken cancel)
    {
        if (MachineClaims.InstanceIdOf(providerId) is not { } id)
            return new MachineOutcome.Failed($"\"{providerId}\" is no provider id of EC2's");
        var found = await _instances.GetAsync(id, fresh: false, cancel);
        if (found.Is(AwsErrorKind.NotFound))
            return new MachineOutcome.Gone(found.Error!.Message);
        if (!found.IsOk)
            return new MachineOutcome.Failed(found.Error.ToString(), Pause(found.Error));
        if (found.Value.IsEnding)
            return new MachineOutcome.Gone($"instance {id} is {found.Value.State}");
        return new MachineOutcome.Found((await ClaimsAsync([found.Value], cancel))[0]);
    }

    public async ValueTask<ImmutableArray<NodeClaim>> ListAsync(CancellationToken cancel)
    {
        var found = await _instances.ListAsync(cancel);
        if (!found.IsOk)
            throw new CloudUnavailableException(found.Error.ToString(), Pause(found.Error));
        var claims = await ClaimsAsync(found.Value, cancel);
        return [.. claims.OrderBy(claim => claim.Status.ProviderId, StringComparer.Ordinal)];
    }

    public async ValueTask<string?> DriftReasonAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (!claim.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var poolName))
            return null;
        var pool = (await _kube.GetAsync<NodePool>(null, poolName, cancel)).ValueOrNull;
        if (pool?.Spec.Template.Spec.NodeClassRef.Name is not { Length: > 0 } name)
            return null;
        var read = await _kube.GetAsync<Ec2NodeClass>(null, name, cancel);
        if (read.IsNotFound || (read.IsOk && read.Value.Metadata.IsDeleting))
            return null;
        if (!read.IsOk)
            throw new CloudUnavailableException(read.Error!.ToString());
        if (DriftBook.OfHash(claim, read.Value) is { } hashed)
            return hashed;
        if (await _types.TypesAsync(read.Value, cancel) is not InstanceTypesOutcome.Known types)
            throw new CloudUnavailableException("resolving instance types");
        return await _drift.ReasonAsync(claim, read.Value, types.Types, cancel);
    }

    private NodeClaim Launched(
        NodeClaim claim,
        Ec2NodeClass nodeClass,
        Purchase.Bought bought,
        Ec2PlacementGroup? group
    )
    {
        var partition = Launcher.PartitionOf(NodeRequirements.From(claim.Spec.Requirements)) is { } number
            ? number.ToString(System.Globalization.CultureInfo.InvariantCulture)
            : "";
        var machine = MachineClaims.Of(
            bought.Instance,
            bought.Type,
            nodeClass,
            group,
            partition,
            _options.ReservedCapacity
        );
        return machine with
        {
            Metadata = machine.Metadata with
            {
                Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    [AwsAnnotations.Hash] = Ec2NodeClassHash.Of(nodeClass, _caBundle),
                    [AwsAnnotations.HashVersion] = Ec2NodeClassHash.Version,
                    [AwsAnnotations.InstanceProfile] = nodeClass.Status?.InstanceProfile ?? "",
                },
            },
        };
    }

    /// <summary>Classes are asked for once per list, not once per instance.</summary>
    private async ValueTask<ImmutableArray<NodeClaim>> ClaimsAsync(
        ImmutableArray<Ec2Instance> instances,
        CancellationToken cancel
    )
    {
        var classes = new Dictionary<
            string,
            (Ec2NodeClass? Class, Dictionary<string, InstanceType> Types, Ec2PlacementGroup? Group)
        >(StringComparer.Ordinal);
        var claims = ImmutableArray.CreateBuilder<NodeClaim>(instances.Length);
        foreach (var instance in instances)
        {
            var name = instance.Tags.GetValueOrDefault(NodeTags.NodeClass, "");
            if (!classes.TryGetValue(name, out var known))
                classes[name] = known = await ClassAsync(name, cancel);
            claims.Add(
                MachineClaims.Of(
                    instance,
                    known.Types.GetValueOrDefault(instance.InstanceType),
                    known.Class,
                    known.Group,
                    instance.Partition?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
                    _options.ReservedCapacity
                )
            );
        }
        return claims.MoveToImmutable();
    }

    private async ValueTask<(
        Ec2NodeClass? Class,
        Dictionary<string, InstanceType> Types,
        Ec2PlacementGroup? Group
    )> ClassAsync(string name, CancellationToken cancel)
    {
        var types = new Dictionary<string, InstanceType>(StringComparer.Ordinal);
        var nodeClass = name.Length == 0 ? null : (await _kube.GetAsync<Ec2NodeClass>(null, name, cancel)).ValueOrNull;
        if (nodeClass is null)
            return (null, types, null);
        if (await _types.TypesAsync(nodeClass, cancel) is InstanceTypesOutcome.Known known)
            foreach (var type in known.Types)
                types[type.Name] = type;
        return (nodeClass, types, (await _placements.ResolveAsync(nodeClass, cancel)).Group);
    }

    private TerminateOutcome.Gone Gone(NodeClaim claim, AwsError error)
    {
        if (
            claim.Metadata.Labels.TryGetValue(WellKnownLabels.CapacityType, out var capacityType)
            && capacityType == CapacityTypes.Reserved
            && claim.Metadata.Labels.TryGetValue(Ec2Labels.ReservationId, out var reservation)
        )
            _reservations.Terminated(reservation);
        return new TerminateOutcome.Gone(error.Message);
    }

    private static LaunchOutcome? NotReady(Ec2NodeClass nodeClass)
    {
        var ready = (nodeClass.Status?.Conditions ?? []).Find(ConditionTypes.Ready);
        if (ready?.Status == ConditionStatus.False)
            return new LaunchOutcome.NodeClassNotReady(ready.Message ?? "");
        if (ready is null || ready.Status == ConditionStatus.Unknown)
            return new LaunchOutcome.CreateFailed(
                ConditionReasons.NodeClassReadinessUnknown,
                "NodeClass is in Ready=Unknown",
                "resolving NodeClass readiness, NodeClass is in Ready=Unknown"
            );
        return ready.ObservedGeneration != nodeClass.Metadata.Generation
            ? new LaunchOutcome.NodeClassNotReady("nodeclass status has not been reconciled against the latest spec")
            : null;
    }

    private static TimeSpan? Pause(AwsError error) => error.Kind == AwsErrorKind.RateLimited ? ThrottledPause : null;
}

using System.Globalization;
using System.Text;
using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Foundation.Hashing;
using Tenon.Providers.Aws.Clusters;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.UserData;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Templates;

/// <summary>One template, and the types that are launched from it.</summary>
/// <param name="ReservationId">The reservation it buys from; null unless the launch is a reserved one.</param>
public sealed record PlannedTemplate(
    Ec2LaunchTemplateRequest Request,
    ResolvedAmi Image,
    ImmutableArray<InstanceType> Types,
    string? ReservationId
);

/// <summary>What became of planning templates.</summary>
public abstract record TemplatePlanOutcome
{
    private TemplatePlanOutcome() { }

    public sealed record Planned(ImmutableArray<PlannedTemplate> Templates) : TemplatePlanOutcome;

    /// <summary>The class cannot serve launches as it stands.</summary>
    public sealed record Refused(string Message) : TemplatePlanOutcome;
}

/// <summary>
/// Which launch templates a launch needs (AWS provider specification §3.6, §3.7): types that share an image and boot
/// alike share one. A pure function of what it is given.
/// </summary>
public sealed record TemplatePlan
{
    public required Ec2NodeClass NodeClass { get; init; }
    public required NodeClaim Claim { get; init; }
    public required ClusterFacts Cluster { get; init; }
    public required AwsOptions Options { get; init; }

    /// <summary><c>on-demand</c>, <c>spot</c> or <c>reserved</c>.</summary>
    public required string CapacityType { get; init; }

    public string Tenancy { get; init; } = "default";
    public Ec2PlacementGroup? Group { get; init; }
    public long? Partition { get; init; }

    private static readonly ImmutableArray<string> RegionsWithoutIpv6Metadata =
    [
        "us-iso-east-1",
        "us-iso-west-1",
        "us-isob-east-1",
        "us-isob-west-1",
        "us-isof-south-1",
        "us-isof-east-1",
    ];

    /// <summary>What makes two types boot differently.</summary>
    private sealed record Boot(
        long Efa,
        long MaxPods,
        string? ReservationId,
        string? ReservationType,
        bool Interruptible
    );

    public TemplatePlanOutcome Of(ImmutableArray<InstanceType> types)
    {
        var images = NodeClass.Status?.Amis ?? [];
        if (images.Count == 0)
            return new TemplatePlanOutcome.Refused("no amis exist given constraints");
        var groups = new List<(ResolvedAmi Image, Boot Boot, List<InstanceType> Types)>();
        foreach (var type in types)
        {
            if (ImageChoice.For(images, type) is not { } image)
                continue;
            foreach (var boot in BootsOf(type))
            {
                var at = groups.FindIndex(it => ReferenceEquals(it.Image, image) && it.Boot == boot);
                if (at < 0)
                    groups.Add((image, boot, [type]));
                else
                    groups[at].Types.Add(type);
            }
        }
        if (groups.Count == 0)
            return new TemplatePlanOutcome.Refused("no instance types satisfy requirements of amis");
        var planned = ImmutableArray.CreateBuilder<PlannedTemplate>();
        foreach (var (image, boot, members) in groups)
        {
            switch (UserDataText.Write(AmiFamily.Of(NodeClass.Spec), BootstrapOf(boot)))
            {
                case UserDataOutcome.Written text:
                    planned.Add(
                        new PlannedTemplate(Request(image, boot, text.Text), image, [.. members], boot.ReservationId)
                    );
                    break;
                case UserDataOutcome.Refused refused:
                    return new TemplatePlanOutcome.Refused(refused.Message);
            }
        }
        return new TemplatePlanOutcome.Planned(planned.ToImmutable());
    }

    private IEnumerable<Boot> BootsOf(InstanceType type)
    {
        var efa = Requests(Ec2Resources.Efa) ? type.Capacity.Of(Ec2Resources.Efa).ToUnits() : 0;
        var pods = type.Capacity.Of("pods").ToUnits();
        if (CapacityType != CapacityTypes.Reserved)
            return [new Boot(efa, pods, null, null, false)];
        return type
            .Offerings.Where(it => it is { Available: true, ReservationId: not null })
            .Select(it => new Boot(
                efa,
                pods,
                it.ReservationId,
                it.Requirements.Of(Ec2Labels.ReservationType).AnyValue(),
                it.Requirements.Of(Ec2Labels.ReservationInterruptible).Has("true")
            ))
            .Distinct();
    }

    private bool Requests(string resource) =>
        (Claim.Spec.Resources?.Requests.Of(resource) ?? default) is { IsZero: false };

    private Bootstrap BootstrapOf(Boot boot)
    {
        var kubelet = KubeletSettings.Of(NodeClass.Spec);
        var labels = Claim.Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal);
        labels = labels.SetItem(WellKnownLabels.CapacityType, CapacityType);
        if (AmiFamily.Of(NodeClass.Spec) != AmiFamilies.Custom)
            labels = labels.SetItem(WellKnownLabels.DoNotSyncTaints, "true");
        return new Bootstrap
        {
            ClusterName = Cluster.Name,
            Endpoint = Cluster.Endpoint,
            CertificateAuthority = Cluster.CaBundle,
            ServiceCidr = Cluster.ServiceCidr,
            ClusterDns =
                !kubelet.ClusterDns.IsEmpty ? kubelet.ClusterDns
                : Cluster.DnsAddress is { } dns ? [dns]
                : [],
            Labels = labels,
            Taints = [.. Claim.Spec.Taints ?? [], .. Claim.Spec.StartupTaints ?? []],
            MaxPods = boot.MaxPods,
            PodsPerCore = kubelet.PodsPerCore,
            KubeReserved = kubelet.KubeReserved,
            SystemReserved = kubelet.SystemReserved,
            Kubelet = kubelet.Written,
            Custom = NodeClass.Spec.UserData,
            Raid0 = NodeClass.Spec.InstanceStorePolicy == "RAID0",
            BottlerocketVersion = BottlerocketVersion.Of(NodeClass),
        };
    }

    private Ec2LaunchTemplateRequest Request(ResolvedAmi image, Boot boot, string userData)
    {
        var spec = NodeClass.Spec;
        var tags = NodeTags.For(
            NodeClass,
            Claim.Metadata.Labels.GetValueOrDefault(WellKnownLabels.NodePool, ""),
            Options
        );
        var request = new Ec2LaunchTemplateRequest
        {
            Name = "",
            Tags = tags,
            ImageId = image.Id,
            UserData = Convert.ToBase64String(Encoding.UTF8.GetBytes(userData)),
            InstanceProfile = NodeClass.Status?.InstanceProfile ?? "",
            BlockDevices = BlockDevices.Of(spec),
            NetworkInterfaces = Interfaces(boot),
            Metadata = Metadata(),
            DetailedMonitoring = spec.DetailedMonitoring ?? false,
            Enclaves = Requests("eks.amazonaws.com/nitro-sandbox") ? true : null,
            NestedVirtualization = spec.CpuOptions?.NestedVirtualization is { Length: > 0 } nested ? nested : null,
            Tenancy = Tenancy,
            PlacementGroupId = Group?.Id,
            Partition = Partition,
            ReservationPreference =
                !Options.ReservedCapacity ? null
                : boot.ReservationId is null ? "none"
                : "capacity-reservations-only",
            ReservationId = Options.ReservedCapacity ? boot.ReservationId : null,
            MarketType =
                boot.ReservationType == "capacity-block" ? "capacity-block"
                : boot.Interruptible ? "interruptible-capacity-reservation"
                : null,
            ResourceTags =
                CapacityType == CapacityTypes.Spot
                    ? [new("network-interface", tags), new("spot-instances-request", tags)]
                    : [new("network-interface", tags)],
        };
        return request with { Name = NameOf(request) };
    }

    /// <summary>Says everything the template says, so that a template of the name is the template.</summary>
    private string NameOf(Ec2LaunchTemplateRequest request)
    {
        var text = Ec2Client.LaunchTemplateForm(request) + "\n" + NodeClass.Metadata.Name + "\n" + CapacityType;
        return $"karpenter.k8s.aws/{StableHash.Of(text).ToString(CultureInfo.InvariantCulture)}";
    }

    private ImmutableArray<Ec2NetworkInterface> Interfaces(Boot boot)
    {
        var groups = (NodeClass.Status?.SecurityGroups ?? []).Select(group => group.Id).ToImmutableArray();
        var bare = new Ec2NetworkInterface { SecurityGroups = groups };
        var full = Full(bare);
        if (NodeClass.Spec.NetworkInterfaces is { Count: > 0 } cards)
            return
            [
                .. cards.Select(card =>
                    (card.InterfaceType == "interface" ? full : bare) with
                    {
                        NetworkCardIndex = card.NetworkCardIndex,
                        DeviceIndex = card.DeviceIndex,
                        InterfaceType = card.InterfaceType,
                    }
                ),
            ];
        if (boot.Efa > 0)
            return
            [
                .. Enumerable
                    .Range(0, (int)boot.Efa)
                    .Select(card =>
                        full with
                        {
                            NetworkCardIndex = card,
                            DeviceIndex = card == 0 ? 0 : 1,
                            InterfaceType = "efa",
                        }
                    ),
            ];
        return [full with { DeviceIndex = 0 }];
    }

    private Ec2NetworkInterface Full(Ec2NetworkInterface bare)
    {
        var spec = NodeClass.Spec;
        return bare with
        {
            PublicIp = spec.AssociatePublicIpAddress,
            Ipv4Prefixes = Cluster.IsIpv6 ? null : spec.IpPrefixCount,
            Ipv6Prefixes = Cluster.IsIpv6 ? spec.IpPrefixCount : null,
            Ipv6Addresses = Cluster.IsIpv6 ? 1 : null,
            PrimaryIpv6 = Cluster.IsIpv6 ? true : null,
            Tracking = spec.ConnectionTracking is { } tracking
                ? new Ec2ConnectionTracking(
                    tracking.TcpEstablishedTimeout,
                    tracking.UdpStreamTimeout,
                    tracking.UdpTimeout
                )
                : null,
        };
    }

    /// <summary>§2.10: the schema's defaults normally fill the object; without them upstream's own apply.</summary>
    private Ec2MetadataOptions Metadata()
    {
        var given = NodeClass.Spec.MetadataOptions;
        var ipv6 = given is null
            ? Cluster.IsIpv6
                ? "enabled"
                : "disabled"
            : given.HttpProtocolIpv6 ?? "disabled";
        return new Ec2MetadataOptions(
            given is null ? "disabled" : given.HttpEndpoint ?? "enabled",
            RegionsWithoutIpv6Metadata.Contains(Options.Region) ? null : ipv6,
            given is null ? 2 : given.HttpPutResponseHopLimit ?? 1,
            given?.HttpTokens ?? "required"
        );
    }
}

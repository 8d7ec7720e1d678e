using Tenon.Api.Aws;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.InstanceTypes;

/// <summary>What a node class changes about a machine's capacity (AWS provider specification §4.3 to §4.6).</summary>
internal static class ShapeOfClass
{
    private const long Gib = 1 << 30;

    public static Ec2Shape.Settings Of(Ec2NodeClassSpec spec, AwsOptions options)
    {
        var family = AmiFamily.Named(AmiFamily.Of(spec));
        var kubelet = KubeletSettings.Of(spec);
        var cards = spec.NetworkInterfaces is { Count: > 0 } given ? given : null;
        return new Ec2Shape.Settings
        {
            MemoryOverhead = options.VmMemoryOverheadPercent,
            ReservedEnis = options.ReservedEnis,
            EphemeralBytes = EphemeralBytes(spec, family),
            Raid0 = spec.InstanceStorePolicy == "RAID0",
            EniLimitedMemory = family.EniLimitedMemoryOverhead,
            EniLimitedPods = family.EniLimitedPods,
            MaxPods = kubelet.MaxPods,
            PodsPerCore = family.PodsPerCore ? kubelet.PodsPerCore : null,
            EfaOnlyOnFirstCard = cards?.Count(card => card is { NetworkCardIndex: 0, InterfaceType: "efa-only" }) ?? 0,
            ConfiguredEfa = cards?.Count(card => card.InterfaceType == "efa-only"),
            KubeReserved = KubeletSettings.Amounts(kubelet.KubeReserved),
            SystemReserved = KubeletSettings.Amounts(kubelet.SystemReserved),
            EvictionHard = kubelet.EvictionHard,
            WindowsBuild = AmiAlias.WindowsBuild(family.Name),
        };
    }

    /// <summary>The volume that pods write to; twenty gibibytes where the class does not say (§4.5).</summary>
    internal static long EphemeralBytes(Ec2NodeClassSpec spec, AmiFamily family)
    {
        var mappings = spec.BlockDeviceMappings ?? [];
        if (Size(mappings.FirstOrDefault(it => it.RootVolume == true)) is { } root)
            return root;
        if (mappings.Count > 0)
        {
            if (family.EphemeralDevice is null)
                return Size(mappings[^1]) ?? 20 * Gib;
            if (Size(mappings.FirstOrDefault(it => it.DeviceName == family.EphemeralDevice)) is { } own)
                return own;
        }
        return (family.IsWindows ? 50 : 20) * Gib;
    }

    private static long? Size(BlockDeviceMapping? mapping) => mapping?.Ebs?.VolumeSize?.ToUnits();
}

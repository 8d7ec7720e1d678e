using Tenon.Api.Aws;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.NodeClass;

namespace Tenon.Providers.Aws.Templates;

/// <summary>The volumes of a machine (AWS provider specification §2.9).</summary>
internal static class BlockDevices
{
    private const long Gib = 1 << 30;

    public static ImmutableArray<Ec2BlockDevice> Of(Ec2NodeClassSpec spec)
    {
        if (spec.BlockDeviceMappings is { Count: > 0 } given)
            return [.. given.Select(it => new Ec2BlockDevice(it.DeviceName, it.Ebs is null ? null : Ebs(it.Ebs)))];
        var family = AmiFamily.Named(AmiFamily.Of(spec));
        return family.Name switch
        {
            AmiFamilies.Custom => [],
            AmiFamilies.Bottlerocket => [Default("/dev/xvda", 4), Default("/dev/xvdb", 20)],
            _ when family.IsWindows => [Default("/dev/sda1", 50)],
            _ => [Default("/dev/xvda", 20)],
        };
    }

    private static Ec2BlockDevice Default(string device, long gib) =>
        new(
            device,
            new Ec2Ebs
            {
                Encrypted = true,
                SizeGib = gib,
                VolumeType = "gp3",
            }
        );

    private static Ec2Ebs Ebs(BlockDevice disk) =>
        new()
        {
            DeleteOnTermination = disk.DeleteOnTermination,
            Encrypted = disk.Encrypted,
            Iops = disk.Iops,
            KmsKeyId = disk.KmsKeyId,
            SnapshotId = disk.SnapshotId,
            Throughput = disk.Throughput,
            VolumeInitializationRate = disk.VolumeInitializationRate,
            SizeGib = disk.VolumeSize is { } size ? (size.ToUnits() + Gib - 1) / Gib : null,
            VolumeType = disk.VolumeType,
        };
}

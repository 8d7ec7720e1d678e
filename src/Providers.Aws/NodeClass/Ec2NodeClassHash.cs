using System.Globalization;
using System.Text;
using System.Text.Json;
using Tenon.Api.Aws;
using Tenon.Api.Rules;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>
/// The drift hash of an EC2NodeClass (AWS provider specification §1.8). It must be upstream's number to the digit:
/// machines bought by Karpenter carry it, and any difference would replace them all.
/// </summary>
public static class Ec2NodeClassHash
{
    /// <summary>The version that goes with the number.</summary>
    public const string Version = "v6";

    /// <summary>Decimal text, as in the annotation.</summary>
    /// <param name="caBundle">The cluster's certificate authority as configured; empty when there is none.</param>
    public static string Of(Ec2NodeClass nodeClass, string caBundle) =>
        StructHash
            .List([
                Spec(nodeClass.Spec),
                StructHash.Text(AmiFamily.Of(nodeClass.Spec)),
                StructHash.Text(caBundle),
                StructHash.Text(KubeletText(nodeClass.Spec.Kubelet)),
            ])
            .ToString(CultureInfo.InvariantCulture);

    private static ulong Spec(Ec2NodeClassSpec spec) =>
        StructHash.Struct(
            "EC2NodeClassSpec",
            (
                "PlacementGroupSelector",
                spec.PlacementGroupSelector is not { } group
                    ? null
                    : StructHash.Struct("PlacementGroupSelector", ("Name", Text(group.Name)), ("ID", Text(group.Id)))
            ),
            ("AssociatePublicIPAddress", Present(spec.AssociatePublicIpAddress)),
            ("UserData", Present(spec.UserData)),
            ("Role", Text(spec.Role)),
            ("InstanceProfile", Present(spec.InstanceProfile)),
            ("Tags", spec.Tags is { } tags ? StructHash.Map(tags) : null),
            (
                "BlockDeviceMappings",
                spec.BlockDeviceMappings is { } devices ? StructHash.List(devices.Select(Device)) : null
            ),
            ("InstanceStorePolicy", Present(spec.InstanceStorePolicy)),
            ("NetworkInterfaces", spec.NetworkInterfaces is { } cards ? StructHash.List(cards.Select(Card)) : null),
            ("DetailedMonitoring", Present(spec.DetailedMonitoring)),
            (
                "MetadataOptions",
                spec.MetadataOptions is not { } metadata
                    ? null
                    : StructHash.Struct(
                        "MetadataOptions",
                        ("HTTPEndpoint", Present(metadata.HttpEndpoint)),
                        ("HTTPProtocolIPv6", Present(metadata.HttpProtocolIpv6)),
                        ("HTTPPutResponseHopLimit", Present(metadata.HttpPutResponseHopLimit)),
                        ("HTTPTokens", Present(metadata.HttpTokens))
                    )
            ),
            (
                "ConnectionTracking",
                spec.ConnectionTracking is not { } tracking
                    ? null
                    : StructHash.Struct(
                        "ConnectionTracking",
                        ("TCPEstablishedTimeout", Present(tracking.TcpEstablishedTimeout)),
                        ("UDPStreamTimeout", Present(tracking.UdpStreamTimeout)),
                        ("UDPTimeout", Present(tracking.UdpTimeout))
                    )
            ),
            ("Context", Present(spec.Context)),
            (
                "CPUOptions",
                spec.CpuOptions is not { } cpu
                    ? null
                    : StructHash.Struct("CPUOptions", ("NestedVirtualization", Present(cpu.NestedVirtualization)))
            )
        );

    private static ulong Device(BlockDeviceMapping device) =>
        StructHash.Struct(
            "BlockDeviceMapping",
            ("DeviceName", Present(device.DeviceName)),
            (
                "EBS",
                device.Ebs is not { } ebs
                    ? null
                    : StructHash.Struct(
                        "BlockDevice",
                        ("DeleteOnTermination", Present(ebs.DeleteOnTermination)),
                        ("Encrypted", Present(ebs.Encrypted)),
                        ("IOPS", Present(ebs.Iops)),
                        ("KMSKeyID", Present(ebs.KmsKeyId)),
                        ("SnapshotID", Present(ebs.SnapshotId)),
                        ("Throughput", Present(ebs.Throughput)),
                        ("VolumeInitializationRate", Present(ebs.VolumeInitializationRate)),
                        ("VolumeSize", Present(ebs.VolumeSize?.ToString())),
                        ("VolumeType", Present(ebs.VolumeType))
                    )
            ),
            ("RootVolume", device.RootVolume is true ? StructHash.Bool(true) : null)
        );

    private static ulong Card(NodeNetworkInterface card) =>
        StructHash.Struct(
            "NetworkInterface",
            ("NetworkCardIndex", card.NetworkCardIndex == 0 ? null : StructHash.Int32(card.NetworkCardIndex)),
            ("DeviceIndex", card.DeviceIndex == 0 ? null : StructHash.Int32(card.DeviceIndex)),
            ("InterfaceType", Text(card.InterfaceType))
        );

    // A pointer counts when it is there, whatever it points at; a plain value counts unless it is zero.
    private static ulong? Present(bool? value) => value is { } it ? StructHash.Bool(it) : null;

    private static ulong? Present(string? value) => value is null ? null : StructHash.Text(value);

    private static ulong? Present(long? value) => value is { } it ? StructHash.Int64(it) : null;

    private static ulong? Present(int? value) => value is { } it ? StructHash.Int32(it) : null;

    private static ulong? Text(string? value) => string.IsNullOrEmpty(value) ? null : StructHash.Text(value);

    /// <summary>
    /// <c>null</c> when empty, else compact with the top-level keys sorted and markup escaped, as Go writes it.
    /// </summary>
    internal static string KubeletText(JsonElement? kubelet)
    {
        if (kubelet is not { ValueKind: JsonValueKind.Object } map || !map.EnumerateObject().Any())
            return "null";
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions
                {
                    Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            )
        )
        {
            json.WriteStartObject();
            foreach (var property in map.EnumerateObject().OrderBy(it => it.Name, StringComparer.Ordinal))
                property.WriteTo(json);
            json.WriteEndObject();
        }
        return Encoding
            .UTF8.GetString(buffer.ToArray())
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
    }
}

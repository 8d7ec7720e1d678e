using System.Globalization;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Images;

/// <param name="IsMutable">The parameter's value changes when a new image is published.</param>
/// <param name="Variants">The image serves machines that satisfy one of these.</param>
internal sealed record AmiParameter(string Name, bool IsMutable, ImmutableArray<RequirementSet> Variants);

/// <summary>Where the images of an alias are published (AWS provider specification §2.1).</summary>
internal static class AmiAlias
{
    private const string Eks = "/aws/service/eks/optimized-ami";

    public static readonly RequirementSet Standard = RequirementSet.Of(
        Requirement.DoesNotExist(Ec2Labels.AcceleratorCount),
        Requirement.DoesNotExist(Ec2Labels.GpuCount)
    );
    public static readonly RequirementSet Nvidia = RequirementSet.Of(Requirement.Exists(Ec2Labels.GpuCount));
    public static readonly RequirementSet Neuron = RequirementSet.Of(Requirement.Exists(Ec2Labels.AcceleratorCount));

    /// <summary>Null when the alias goes with the version.</summary>
    public static string? Unsupported(string alias, string version)
    {
        var minor = MinorOf(version);
        return FamilyOf(alias) switch
        {
            "al2" when minor >= 33 => "AL2 aliases are no longer supported on EKS 1.33+, use the al2023 alias instead",
            "windows2025" when minor < 35 =>
                $"Windows Server 2025 requires EKS version 1.35 or higher, current version: {version}",
            _ => null,
        };
    }

    public static ImmutableArray<AmiParameter> Paths(string alias, string version)
    {
        var pinned = alias.Split('@') is [_, var it] ? it : "latest";
        return FamilyOf(alias) switch
        {
            "al2" => Al2(version, pinned),
            "al2023" => Al2023(version, pinned),
            "bottlerocket" => Bottlerocket(version, pinned),
            "windows2019" => [Windows(version, "2019", "10.0.17763")],
            "windows2022" => [Windows(version, "2022", "10.0.20348")],
            "windows2025" => [Windows(version, "2025", "10.0.26100")],
            _ => [],
        };
    }

    /// <summary>The build of a Windows family; null for the others.</summary>
    public static string? WindowsBuild(string family) =>
        family switch
        {
            "Windows2019" => "10.0.17763",
            "Windows2022" => "10.0.20348",
            "Windows2025" => "10.0.26100",
            _ => null,
        };

    private static ImmutableArray<AmiParameter> Al2(string version, string pinned)
    {
        AmiParameter Path(string variant, string stem, params ReadOnlySpan<RequirementSet> serves) =>
            pinned == "latest"
                ? new($"{Eks}/{version}/amazon-linux-2{variant}/recommended/image_id", true, [.. serves])
                : new(
                    $"{Eks}/{version}/amazon-linux-2{variant}/amazon-eks-{stem}node-{version}-{pinned}/image_id",
                    false,
                    [.. serves]
                );
        return [Path("", "", Standard), Path("-arm64", "arm64-", Standard), Path("-gpu", "gpu-", Neuron, Nvidia)];
    }

    private static ImmutableArray<AmiParameter> Al2023(string version, string pinned)
    {
        AmiParameter Path(string arch, string variant, RequirementSet serves)
        {
            var leaf =
                pinned == "latest" ? "recommended" : $"amazon-eks-node-al2023-{arch}-{variant}-{version}-{pinned}";
            return new(
                $"{Eks}/{version}/amazon-linux-2023/{arch}/{variant}/{leaf}/image_id",
                pinned == "latest",
                [serves]
            );
        }
        return
        [
            Path("x86_64", "standard", Standard),
            Path("x86_64", "nvidia", Nvidia),
            Path("x86_64", "neuron", Neuron),
            Path("arm64", "standard", Standard),
            Path("arm64", "nvidia", Nvidia),
        ];
    }

    private static ImmutableArray<AmiParameter> Bottlerocket(string version, string pinned)
    {
        var trimmed = pinned.TrimStart('v');
        AmiParameter Path(string variant, string arch, params ReadOnlySpan<RequirementSet> serves) =>
            new(
                $"/aws/service/bottlerocket/aws-k8s-{version}{variant}/{arch}/{trimmed}/image_id",
                pinned == "latest",
                [.. serves]
            );
        return
        [
            Path("", "x86_64", Standard, Neuron),
            Path("", "arm64", Standard),
            Path("-nvidia", "x86_64", Nvidia),
            Path("-nvidia", "arm64", Nvidia),
        ];
    }

    private static AmiParameter Windows(string version, string year, string build) =>
        new(
            $"/aws/service/ami-windows-latest/Windows_Server-{year}-English-Core-EKS_Optimized-{version}/image_id",
            true,
            [
                RequirementSet.Of(
                    Requirement.In(WellKnownLabels.Os, "windows"),
                    Requirement.In(WellKnownLabels.WindowsBuild, build)
                ),
            ]
        );

    private static string FamilyOf(string alias) => alias.Split('@')[0].ToLowerInvariant();

    private static int MinorOf(string version) =>
        version.Split('.') is [_, var minor, ..]
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}

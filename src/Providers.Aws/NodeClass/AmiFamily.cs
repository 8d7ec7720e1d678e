using Tenon.Api.Aws;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>What follows from the family of a node class (AWS provider specification §1.4, §2.4, §2.9).</summary>
public sealed record AmiFamily
{
    public required string Name { get; init; }

    /// <summary>The memory kept for the kubelet grows with the pods all interfaces allow.</summary>
    public bool EniLimitedMemoryOverhead { get; init; } = true;

    /// <summary>Interfaces limit the number of pods; else 110.</summary>
    public bool EniLimitedPods { get; init; } = true;

    public bool PodsPerCore { get; init; } = true;

    /// <summary>The device that holds pods' ephemeral storage; null where the image decides.</summary>
    public string? EphemeralDevice { get; init; } = "/dev/xvda";

    public bool IsWindows { get; init; }

    private static readonly ImmutableSortedDictionary<string, AmiFamily> Known = new AmiFamily[]
    {
        new() { Name = AmiFamilies.Al2 },
        new() { Name = AmiFamilies.Al2023 },
        new()
        {
            Name = AmiFamilies.Bottlerocket,
            EniLimitedMemoryOverhead = false,
            PodsPerCore = false,
            EphemeralDevice = "/dev/xvdb",
        },
        new() { Name = AmiFamilies.Custom, EphemeralDevice = null },
        Windows(AmiFamilies.Windows2019),
        Windows(AmiFamilies.Windows2022),
        Windows(AmiFamilies.Windows2025),
    }.ToImmutableSortedDictionary(family => family.Name, family => family, StringComparer.Ordinal);

    private static AmiFamily Windows(string name) =>
        new()
        {
            Name = name,
            EniLimitedMemoryOverhead = false,
            EniLimitedPods = false,
            EphemeralDevice = "/dev/sda1",
            IsWindows = true,
        };

    /// <summary>An unknown name is treated as AL2.</summary>
    public static AmiFamily Named(string name) => Known.GetValueOrDefault(name) ?? Known[AmiFamilies.Al2];

    /// <summary>The family in effect: the given one, else the alias's, else Custom.</summary>
    public static string Of(Ec2NodeClassSpec spec)
    {
        if (spec.AmiFamily is { Length: > 0 } given)
            return given;
        return spec.AmiSelectorTerms.Select(term => term.Alias).FirstOrDefault(alias => alias is not null) is { } alias
            ? OfAlias(alias) ?? AmiFamilies.Custom
            : AmiFamilies.Custom;
    }

    /// <summary>The family an alias names before its <c>@</c>; null when it names none.</summary>
    public static string? OfAlias(string alias) =>
        AmiFamilies.All.FirstOrDefault(family =>
            family != AmiFamilies.Custom && alias.Split('@')[0].Equals(family, StringComparison.OrdinalIgnoreCase)
        );
}

using Tenon.Api.Aws;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Providers.Aws.Ec2;

namespace Tenon.Providers.Aws.Images;

/// <summary>Which image serves which machines (AWS provider specification §2.3).</summary>
internal static class ImageChoice
{
    /// <summary>One image per distinct set of requirements, newest first.</summary>
    public static ImmutableArray<ResolvedAmi> Resolve(
        IEnumerable<(Ec2Image Image, RequirementSet Variant)> candidates,
        DateTimeOffset now
    )
    {
        var best = new Dictionary<RequirementSet, Ec2Image>();
        foreach (var (image, variant) in candidates)
        {
            var architecture = image.Architecture switch
            {
                "x86_64" => Architectures.Amd64,
                "arm64" => Architectures.Arm64,
                _ => null,
            };
            if (architecture is null)
                continue;
            var serves = variant.Add(Requirement.In(WellKnownLabels.Arch, architecture));
            if (!best.TryGetValue(serves, out var other) || IsBetter(image, other, now))
                best[serves] = image;
        }
        return
        [
            .. best.OrderByDescending(entry => entry.Value.CreatedAt ?? DateTimeOffset.MinValue)
                .ThenBy(entry => entry.Value.Id, StringComparer.Ordinal)
                .ThenBy(entry => entry.Key.ToString(), StringComparer.Ordinal)
                .Select(entry => new ResolvedAmi
                {
                    Id = entry.Value.Id,
                    Name = entry.Value.Name,
                    Deprecated = entry.Value.IsDeprecated(now) ? true : null,
                    Requirements =
                    [
                        .. NodeRequirements
                            .ToWire(entry.Key)
                            .OrderBy(it => it.Key.Length)
                            .ThenBy(it => it.Key, StringComparer.Ordinal),
                    ],
                }),
        ];
    }

    /// <summary>The first image in the order of the status whose requirements suit the type.</summary>
    public static ResolvedAmi? For(IReadOnlyList<ResolvedAmi> images, InstanceType type) =>
        images.FirstOrDefault(image =>
            NodeRequirements.From(image.Requirements).DoesIntersect(type.Requirements)
            && type.Requirements.IsCompatible(NodeRequirements.From(image.Requirements), LabelSet.None)
        );

    private static bool IsBetter(Ec2Image image, Ec2Image other, DateTimeOffset now)
    {
        if (image.IsDeprecated(now) != other.IsDeprecated(now))
            return other.IsDeprecated(now);
        var (mine, theirs) = (image.CreatedAt ?? DateTimeOffset.MinValue, other.CreatedAt ?? DateTimeOffset.MinValue);
        return mine != theirs ? mine > theirs : string.CompareOrdinal(image.Name, other.Name) > 0;
    }
}

using Tenon.Providers.Aws.Ec2;

namespace Tenon.Providers.Aws.Networks;

/// <summary>From selector terms to EC2 filters.</summary>
internal static class Selectors
{
    /// <summary>All tags must be there; a value of <c>*</c> asks for the key alone.</summary>
    public static ImmutableArray<Ec2Filter> OfTags(IReadOnlyDictionary<string, string> tags) =>
        [
            .. tags.OrderBy(tag => tag.Key, StringComparer.Ordinal)
                .Select(tag =>
                    tag.Value == "*" ? new Ec2Filter("tag-key", tag.Key) : new Ec2Filter($"tag:{tag.Key}", tag.Value)
                ),
        ];

    /// <summary>Changes whenever the class's spec may have.</summary>
    public static string KeyOf(Api.Aws.Ec2NodeClass nodeClass) =>
        FormattableString.Invariant($"{nodeClass.Metadata.Uid}-{nodeClass.Metadata.Generation}");
}

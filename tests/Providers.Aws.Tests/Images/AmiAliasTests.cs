using Tenon.Api.Aws;
using Tenon.Domain.Requirements;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.UserData;

namespace Tenon.Providers.Aws.Tests.Images;

public sealed class AmiAliasTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("al2@latest", "1.32", 3, "/aws/service/eks/optimized-ami/1.32/amazon-linux-2/recommended/image_id")]
    [InlineData(
        "al2023@v20240807",
        "1.33",
        5,
        "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/amazon-eks-node-al2023-x86_64-standard-1.33-v20240807/image_id"
    )]
    [InlineData("bottlerocket@v1.20.0", "1.33", 4, "/aws/service/bottlerocket/aws-k8s-1.33/x86_64/1.20.0/image_id")]
    [InlineData(
        "windows2022@latest",
        "1.33",
        1,
        "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.33/image_id"
    )]
    public void An_alias_names_the_parameters_its_images_are_published_under(
        string alias,
        string version,
        int count,
        string first
    )
    {
        var paths = AmiAlias.Paths(alias, version);
        Assert.Equal(count, paths.Length);
        Assert.Equal(first, paths[0].Name);
    }

    [Theory]
    [InlineData("al2@latest", "1.32", true)]
    [InlineData("al2@latest", "1.33", false)]
    [InlineData("windows2025@latest", "1.34", false)]
    [InlineData("windows2025@latest", "1.35", true)]
    [InlineData("al2023@latest", "1.36", true)]
    public void An_alias_is_refused_where_its_family_does_not_go_with_the_version(
        string alias,
        string version,
        bool goes
    ) => Assert.Equal(goes, AmiAlias.Unsupported(alias, version) is null);

    [Fact]
    public void Of_two_images_the_one_not_withdrawn_then_the_newer_then_the_greater_name_wins()
    {
        string Best(params (string Id, string Name, int Created, int? Withdrawn)[] images) =>
            Assert
                .Single(
                    ImageChoice.Resolve(
                        images.Select(it =>
                            (
                                new Ec2Image(
                                    it.Id,
                                    it.Name,
                                    "x86_64",
                                    Now.AddDays(it.Created),
                                    it.Withdrawn is { } day ? Now.AddDays(day) : null
                                ),
                                RequirementSet.Empty
                            )
                        ),
                        Now
                    )
                )
                .Id;
        Assert.Equal("old", Best(("new", "n", -1, -1), ("old", "n", -9, null)));
        Assert.Equal("new", Best(("new", "n", -1, 5), ("old", "n", -9, null)));
        Assert.Equal("new", Best(("new", "n", -1, -1), ("old", "n", -9, -1)));
        Assert.Equal("b", Best(("a", "n1", -1, null), ("b", "n2", -1, null)));
    }

    [Fact]
    public void Images_are_listed_newest_first_and_those_of_other_architectures_left_out()
    {
        var images = ImageChoice.Resolve(
            [
                (new Ec2Image("ami-1", "n", "x86_64", Now.AddDays(-3), null), AmiAlias.Standard),
                (new Ec2Image("ami-2", "n", "arm64", Now.AddDays(-1), Now), AmiAlias.Standard),
                (new Ec2Image("ami-3", "n", "i386", Now, null), AmiAlias.Standard),
            ],
            Now
        );
        Assert.Equal(["ami-2", "ami-1"], images.Select(image => image.Id));
        Assert.True(images[0].Deprecated);
        Assert.Null(images[1].Deprecated);
        Assert.Equal(
            [
                "kubernetes.io/arch",
                "karpenter.k8s.aws/instance-gpu-count",
                "karpenter.k8s.aws/instance-accelerator-count",
            ],
            images[1].Requirements.Select(requirement => requirement.Key)
        );
    }

    [Fact]
    public void A_term_is_a_query_of_its_own_with_owners_only_where_a_name_or_the_user_asks_for_them()
    {
        var queries = ImageBook
            .Queries([
                new AmiSelectorTerm { Name = "n" },
                new AmiSelectorTerm
                {
                    Tags = new Dictionary<string, string> { ["a"] = "*", ["b"] = "c" },
                },
                new AmiSelectorTerm { Owner = "123456789012", Name = "m" },
                new AmiSelectorTerm { Id = "ami-1" },
            ])
            .Select(query =>
                string.Join(';', query.Filters.Select(it => $"{it.Name}={string.Join(',', it.Values)}"))
                + "|"
                + string.Join(',', query.Owners)
            );
        Assert.Equal(["name=n|self,amazon", "tag-key=a;tag:b=c|", "name=m|123456789012"], queries);
    }

    [Theory]
    [InlineData("1.46.0", true)]
    [InlineData("v1.46.0", true)]
    [InlineData("2.0.0", true)]
    [InlineData("latest", true)]
    [InlineData("1.45.0", false)]
    [InlineData("1.9.0", false)]
    [InlineData("1.46", false)]
    [InlineData("text", false)]
    [InlineData("", false)]
    public void Bottlerocket_binds_its_directories_by_itself_from_1_46_on(string version, bool does) =>
        Assert.Equal(does, BottlerocketVersion.BindsByItself(version));
}

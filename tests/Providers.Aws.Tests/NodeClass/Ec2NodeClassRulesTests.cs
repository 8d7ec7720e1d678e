using Tenon.Api.Aws;
using Tenon.Api.Json;
using Tenon.Providers.Aws.NodeClass;

namespace Tenon.Providers.Aws.Tests.NodeClass;

public sealed class Ec2NodeClassRulesTests
{
    private const string Good = """
        "role":"r","amiSelectorTerms":[{"alias":"al2023@latest"}],"subnetSelectorTerms":[{"tags":{"a":"*"}}],"securityGroupSelectorTerms":[{"name":"n"}]
        """;

    private static string[] Faults(string spec) =>
        [
            .. Ec2NodeClassRules
                .Validate(ApiJson.Parse<Ec2NodeClass>("{\"metadata\":{\"name\":\"d\"},\"spec\":{" + spec + "}}"))
                .Select(it => it.Message),
        ];

    [Fact]
    public void A_plain_class_is_admitted() => Assert.Empty(Faults(Good));

    [Theory]
    [InlineData(
        "\"role\":\"r\"",
        "\"role\":\"r\",\"instanceProfile\":\"p\"",
        "must specify exactly one of ['role', 'instanceProfile']"
    )]
    [InlineData("\"role\":\"r\",", "", "must specify exactly one of ['role', 'instanceProfile']")]
    [InlineData("\"role\":\"r\"", "\"role\":\"\"", "role cannot be empty")]
    [InlineData("al2023@latest", "al2023", "'alias' is improperly formatted, must match the format 'family@version'")]
    [InlineData(
        "al2023@latest",
        "ubuntu@latest",
        "family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', 'windows2019', 'windows2022', 'windows2025'"
    )]
    [InlineData("al2023@latest", "windows2022@v1", "windows families may only specify version 'latest'")]
    [InlineData(
        "{\"alias\":\"al2023@latest\"}",
        "{\"alias\":\"al2023@latest\"},{\"id\":\"ami-1\"}",
        "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms"
    )]
    [InlineData(
        "\"alias\":\"al2023@latest\"",
        "\"alias\":\"al2023@latest\",\"owner\":\"self\"",
        "'alias' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms"
    )]
    [InlineData(
        "\"alias\":\"al2023@latest\"",
        "\"id\":\"ami-1\"",
        "must specify amiFamily if amiSelectorTerms does not contain an alias"
    )]
    [InlineData(
        "\"role\"",
        "\"amiFamily\":\"AL2\",\"role\"",
        "if set, amiFamily must be 'AL2023' or 'Custom' when using a AL2023 alias"
    )]
    [InlineData("{\"tags\":{\"a\":\"*\"}}", "", "subnetSelectorTerms cannot be empty")]
    [InlineData("{\"tags\":{\"a\":\"*\"}}", "{}", "expected at least one, got none, ['tags', 'id']")]
    [InlineData("{\"a\":\"*\"}", "{\"a\":\"\"}", "empty tag keys or values aren't supported")]
    [InlineData(
        "{\"tags\":{\"a\":\"*\"}}",
        "{\"id\":\"subnet-1\",\"tags\":{\"a\":\"b\"}}",
        "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term"
    )]
    [InlineData(
        "{\"name\":\"n\"}",
        "{\"id\":\"sg-1\",\"tags\":{\"a\":\"b\"}}",
        "'id' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term"
    )]
    [InlineData(
        "\"role\"",
        "\"tags\":{\"kubernetes.io/cluster/x\":\"owned\"},\"role\"",
        "tag contains a restricted tag matching kubernetes.io/cluster/"
    )]
    [InlineData(
        "\"role\"",
        "\"tags\":{\"karpenter.sh/nodepool\":\"x\"},\"role\"",
        "tag contains a restricted tag matching karpenter.sh/nodepool"
    )]
    [InlineData(
        "\"role\"",
        "\"blockDeviceMappings\":[{\"ebs\":{\"volumeType\":\"gp3\"}}],\"role\"",
        "snapshotID or volumeSize must be defined"
    )]
    [InlineData(
        "\"role\"",
        "\"blockDeviceMappings\":[{\"rootVolume\":true},{\"rootVolume\":true}],\"role\"",
        "must have only one blockDeviceMappings with rootVolume"
    )]
    [InlineData(
        "\"role\"",
        "\"connectionTracking\":{},\"role\"",
        "at least one of tcpEstablishedTimeout, udpStreamTimeout, or udpTimeout must be set"
    )]
    [InlineData(
        "\"role\"",
        "\"placementGroupSelector\":{\"name\":\"n\",\"id\":\"pg-1\"},\"role\"",
        "'name' and 'id' are mutually exclusive"
    )]
    [InlineData(
        "\"role\"",
        "\"capacityReservationSelectorTerms\":[{\"ownerID\":\"123456789012\"}],\"role\"",
        "expected at least one, got none, ['tags', 'id', 'instanceMatchCriteria']"
    )]
    [InlineData(
        "\"role\"",
        "\"networkInterfaces\":[{\"networkCardIndex\":0,\"deviceIndex\":0,\"interfaceType\":\"efa-only\"}],\"role\"",
        "networkInterfaces must include a primary interface with interfaceType='interface'"
    )]
    public void A_broken_rule_is_told_in_upstreams_words(string good, string bad, string message) =>
        Assert.Equal([message], Faults(Good.Replace(good, bad, StringComparison.Ordinal)));

    [Fact]
    public void A_list_in_which_only_some_terms_combine_fields_is_admitted_as_upstream_does() =>
        Assert.Empty(
            Faults(
                Good.Replace(
                    "{\"tags\":{\"a\":\"*\"}}",
                    "{\"id\":\"subnet-1\",\"tags\":{\"a\":\"b\"}},{\"id\":\"subnet-2\"}",
                    StringComparison.Ordinal
                )
            )
        );

    [Fact]
    public void Two_efa_interfaces_on_one_card_are_too_many() =>
        Assert.Equal(
            [
                "networkInterfaces must not have duplicate networkCardIndex and deviceIndex pairs, and can have at most one efa device per network card",
            ],
            Faults(
                Good.Replace(
                    "\"role\"",
                    """
                    "networkInterfaces":[{"networkCardIndex":0,"deviceIndex":0,"interfaceType":"interface"},
                      {"networkCardIndex":0,"deviceIndex":1,"interfaceType":"efa-only"},{"networkCardIndex":0,"deviceIndex":2,"interfaceType":"efa-only"}],"role"
                    """.Trim(),
                    StringComparison.Ordinal
                )
            )
        );

    [Fact]
    public void Every_fault_is_told() => Assert.Equal(5, Faults("\"role\":\"\"").Length);
}

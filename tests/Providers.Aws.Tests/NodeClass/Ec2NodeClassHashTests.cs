using System.Text.Json;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Providers.Aws.NodeClass;

namespace Tenon.Providers.Aws.Tests.NodeClass;

/// <summary>Numbers that upstream computes: a fleet bought by Karpenter carries them in its annotations.</summary>
public sealed class Ec2NodeClassHashTests
{
    private static readonly Ec2NodeClassSpec Base = ApiJson
        .Parse<Ec2NodeClass>(
            """
            {"apiVersion":"karpenter.k8s.aws/v1","kind":"EC2NodeClass","metadata":{"name":"default"},"spec":{
              "role":"role-1","tags":{"keyTag-1":"valueTag-1","keyTag-2":"valueTag-2"},"context":"fake-context",
              "detailedMonitoring":false,"associatePublicIPAddress":false,"userData":"userdata-test-1",
              "metadataOptions":{"httpEndpoint":"disabled","httpProtocolIPv6":"disabled","httpPutResponseHopLimit":1,"httpTokens":"optional"},
              "blockDeviceMappings":[
                {"deviceName":"map-device-1","ebs":{"deleteOnTermination":false,"encrypted":false,"iops":0,"kmsKeyID":"fakeKMSKeyID",
                  "snapshotID":"fakeSnapshot","throughput":0,"volumeSize":"2G","volumeType":"standard"}},
                {"deviceName":"map-device-2"}]}}
            """
        )
        .Spec;

    private static string Hash(Ec2NodeClassSpec spec) =>
        Ec2NodeClassHash.Of(new Ec2NodeClass { Spec = spec }, "test-ca-bundle");

    public static TheoryData<string, string> Changes =>
        new()
        {
            { "nothing", "11148166120438674859" },
            { "user data", "11774429238106843388" },
            { "extra tag", "9327338697296909506" },
            { "context", "2279761750428738028" },
            { "detailed monitoring", "1936848126751988570" },
            { "instance store", "16697988646989909967" },
            { "public address", "16141801171825097963" },
            { "hop limit", "14046948658064232764" },
            { "volume size", "10372902467896351912" },
            { "profile instead of role", "10323991363677716244" },
            { "connection tracking", "1619669030802245540" },
            { "nested virtualization", "6157846767212910604" },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_of_the_class_gives_upstreams_number(string change, string expected) =>
        Assert.Equal(
            expected,
            Hash(
                change switch
                {
                    "user data" => Base with { UserData = "userdata-test-2" },
                    "extra tag" => Base with
                    {
                        Tags = new Dictionary<string, string>(Base.Tags!) { ["keyTag-test-3"] = "valueTag-test-3" },
                    },
                    "context" => Base with { Context = "context-2" },
                    "detailed monitoring" => Base with { DetailedMonitoring = true },
                    "instance store" => Base with { InstanceStorePolicy = "RAID0" },
                    "public address" => Base with { AssociatePublicIpAddress = true },
                    "hop limit" => Base with
                    {
                        MetadataOptions = Base.MetadataOptions! with { HttpPutResponseHopLimit = 10 },
                    },
                    "volume size" => Base with
                    {
                        BlockDeviceMappings =
                        [
                            Base.BlockDeviceMappings![0] with
                            {
                                Ebs = Base.BlockDeviceMappings[0].Ebs! with { VolumeSize = Quantity.Parse("10G") },
                            },
                            Base.BlockDeviceMappings[1],
                        ],
                    },
                    "profile instead of role" => Base with { Role = null, InstanceProfile = "test-instance-profile" },
                    "connection tracking" => Base with
                    {
                        ConnectionTracking = new ConnectionTracking { TcpEstablishedTimeout = 300 },
                    },
                    "nested virtualization" => Base with
                    {
                        CpuOptions = new CpuOptions { NestedVirtualization = "enabled" },
                    },
                    _ => Base,
                }
            )
        );

    [Fact]
    public void Order_and_selectors_do_not_count()
    {
        Assert.Equal(Hash(Base), Hash(Base with { BlockDeviceMappings = [.. Base.BlockDeviceMappings!.Reverse()] }));
        Assert.Equal(
            Hash(Base),
            Hash(Base with { SubnetSelectorTerms = [new SubnetSelectorTerm { Id = "subnet-1" }] })
        );
        Assert.NotEqual(
            Hash(Base),
            Hash(Base with { AmiSelectorTerms = [new AmiSelectorTerm { Alias = "al2023@latest" }] })
        );
    }

    [Fact]
    public void Kubelet_settings_are_hashed_as_go_writes_them()
    {
        Assert.Equal("null", Ec2NodeClassHash.KubeletText(null));
        Assert.Equal("null", Ec2NodeClassHash.KubeletText(JsonSerializer.Deserialize<JsonElement>("{}")));
        Assert.Equal(
            """{"clusterDNS":["a\u003cb"],"maxPods":5}""",
            Ec2NodeClassHash.KubeletText(
                JsonSerializer.Deserialize<JsonElement>("""{ "maxPods": 5, "clusterDNS": ["a<b"] }""")
            )
        );
    }

    [Theory]
    [InlineData(null, "al2023@latest", "AL2023")]
    [InlineData(null, "windows2022@latest", "Windows2022")]
    [InlineData("Custom", "al2023@v20250101", "Custom")]
    [InlineData(null, null, "Custom")]
    [InlineData("Bottlerocket", null, "Bottlerocket")]
    public void The_family_is_the_given_one_else_the_aliass_else_custom(
        string? given,
        string? alias,
        string expected
    ) =>
        Assert.Equal(
            expected,
            AmiFamily.Of(
                new Ec2NodeClassSpec
                {
                    AmiFamily = given,
                    AmiSelectorTerms = alias is null ? [] : [new AmiSelectorTerm { Alias = alias }],
                }
            )
        );
}

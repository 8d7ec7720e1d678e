using System.Text.Json;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Tests.InstanceTypes;

/// <summary>Figures of upstream's own suites (AWS provider specification §10).</summary>
public sealed class ShapeOfClassTests
{
    private static Ec2Shape.Settings Shape(string family, string kubelet = "{}", int reservedEnis = 0) =>
        ShapeOfClass.Of(
            new Ec2NodeClassSpec { AmiFamily = family, Kubelet = JsonDocument.Parse(kubelet).RootElement },
            new AwsOptions
            {
                ClusterName = "test",
                Region = "us-west-2",
                ReservedEnis = reservedEnis,
            }
        );

    private static string Memory(string type, Ec2Shape.Settings shape) =>
        Ec2Shape.Overhead(Ec2Facts.Find(type)!, shape).KubeReserved.Of("memory").ToString();

    [Theory]
    [InlineData("AL2023", 24, "640Mi")]
    [InlineData("Custom", 24, "640Mi")]
    [InlineData("Bottlerocket", 24, "519Mi")]
    [InlineData("Windows2022", 110, "1465Mi")]
    public void One_reserved_interface_leaves_a_t3_large_fewer_pods(string family, long pods, string memory)
    {
        var shape = Shape(family, reservedEnis: 1);
        Assert.Equal(pods, shape.PodsOf(Ec2Facts.Find("t3.large")!));
        Assert.Equal(memory, Memory("t3.large", shape));
    }

    [Fact]
    public void More_reserved_interfaces_than_there_are_leave_no_pods() =>
        Assert.Equal(0, Shape("AL2023", reservedEnis: 1_000).PodsOf(Ec2Facts.Find("t3.large")!));

    [Theory]
    [InlineData("AL2", """{"podsPerCore":4}""", 8)]
    [InlineData("AL2", """{"podsPerCore":4,"maxPods":5}""", 5)]
    [InlineData("AL2", """{"podsPerCore":0}""", 35)]
    [InlineData("Bottlerocket", """{"podsPerCore":4}""", 35)]
    [InlineData("Windows2022", """{"maxPods":7}""", 7)]
    public void Limits_on_pods_are_honoured_where_the_family_knows_them(string family, string kubelet, long pods) =>
        Assert.Equal(pods, Shape(family, kubelet).PodsOf(Ec2Facts.Find("t3.large")!));

    [Theory]
    [InlineData("AL2023", "{}", "893Mi", "100Mi")]
    [InlineData("Bottlerocket", """{"maxPods":110}""", "1465Mi", "100Mi")]
    [InlineData("AL2023", """{"kubeReserved":{"memory":"1Gi"}}""", "1Gi", "100Mi")]
    [InlineData("AL2023", """{"evictionHard":{"memory.available":"500Mi"}}""", "893Mi", "500Mi")]
    [InlineData("AL2023", """{"evictionHard":{"memory.available":"100%"}}""", "893Mi", "0")]
    public void Overhead_of_an_m5_xlarge_follows_family_and_settings(
        string family,
        string kubelet,
        string kube,
        string eviction
    )
    {
        var overhead = Ec2Shape.Overhead(Ec2Facts.Find("m5.xlarge")!, Shape(family, kubelet));
        Assert.Equal(kube, overhead.KubeReserved.Of("memory").ToString());
        Assert.Equal(Quantity.Parse(eviction), overhead.EvictionThreshold.Of("memory"));
    }

    [Theory]
    [InlineData(0, 394)]
    [InlineData(1, 345)]
    public void An_interface_for_efa_alone_on_the_first_card_takes_its_pods(int efaOnly, long pods) =>
        Assert.Equal(
            pods,
            (Ec2Shape.Settings.Default with { EfaOnlyOnFirstCard = efaOnly }).PodsOf(Ec2Facts.Find("m6idn.32xlarge")!)
        );
}

using System.Text.Json;
using Tenon.Api.Aws;
using Tenon.Providers.Aws.NodeClass;

namespace Tenon.Providers.Aws.Tests.NodeClass;

public sealed class KubeletRulesTests
{
    private static Ec2NodeClassSpec Spec(string kubelet, string family = "AL2023") =>
        new() { AmiFamily = family, Kubelet = JsonDocument.Parse(kubelet).RootElement };

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"maxPods":110,"podsPerCore":2,"clusterDNS":["10.0.0.10"]}""")]
    [InlineData("""{"evictionHard":{"memory.available":"5%"},"systemReserved":{"cpu":"100m"}}""")]
    [InlineData(
        """{"evictionSoft":{"nodefs.available":"10%"},"evictionSoftGracePeriod":{"nodefs.available":"1m30s"}}"""
    )]
    [InlineData("""{"imageGCHighThresholdPercent":80,"imageGCLowThresholdPercent":50}""")]
    [InlineData("""{"authentication":{"webhook":{"enabled":true,"cacheTTL":"2m"}},"serializeImagePulls":false}""")]
    [InlineData("""{"maxPods":"max_pods - 1","kubeReserved":{"memory":"11 * max_pods + 255"}}""")]
    public void Settings_that_a_kubelet_takes_are_accepted(string kubelet) =>
        Assert.Empty(KubeletRules.Faults(Spec(kubelet)));

    [Theory]
    [InlineData("""{"maxPod":1}""", "unknown field \"maxPod\"")]
    [InlineData("""{"authentication":{"webhook":{"on":true}}}""", "unknown field \"authentication.webhook.on\"")]
    [InlineData("""{"podsPerCore":"two"}""", "podsPerCore must be of type int32")]
    [InlineData("""{"evictionHard":{"memory.free":"5%"}}""", "evictionHard[memory.free]: valid keys are")]
    [InlineData("""{"evictionHard":{"memory.available":"105%"}}""", "no percentage from 0% to 100%")]
    [InlineData("""{"evictionSoft":{"memory.available":"5%"}}""", "has no matching evictionSoftGracePeriod")]
    [InlineData("""{"kubeReserved":{"gpu":"1"}}""", "kubeReserved[gpu]: valid keys are cpu, memory")]
    [InlineData("""{"systemReserved":{"cpu":"-1"}}""", "cannot be a negative resource quantity")]
    [InlineData("""{"imageGCHighThresholdPercent":10,"imageGCLowThresholdPercent":50}""", "must be greater than")]
    [InlineData("""{"maxPods":-1}""", "spec.kubelet.maxPods: -1 is negative")]
    [InlineData("""{"registerWithTaints":[]}""", "owned by the controller")]
    public void Settings_that_it_does_not_take_are_refused_by_name(string kubelet, string words) =>
        Assert.Contains(words, string.Join("; ", KubeletRules.Faults(Spec(kubelet))), StringComparison.Ordinal);

    [Fact]
    public void All_faults_are_told_at_once() =>
        Assert.Equal(3, KubeletRules.Faults(Spec("""{"maxPods":-1,"podsPerCore":-1,"unknown":1}""")).Length);

    [Theory]
    [InlineData("AL2", """{"maxPods":1}""", null)]
    [InlineData("AL2", """{"serializeImagePulls":false}""", "not applied by the AL2 AMI family")]
    [InlineData("AL2023", """{"serializeImagePulls":false}""", null)]
    [InlineData("Custom", """{"serializeImagePulls":false}""", null)]
    [InlineData("Bottlerocket", """{"podsPerCore":2}""", "silently dropped: podsPerCore")]
    [InlineData("AL2", """{"clusterDNS":["a","b"]}""", "doesn't accept multiple entries, only one, but 2 were set")]
    public void What_a_family_would_drop_is_refused(string family, string kubelet, string? words)
    {
        var told = KubeletRules.Unsupported(Spec(kubelet, family));
        if (words is null)
            Assert.Null(told);
        else
            Assert.Contains(words, told!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"maxPods":5}""", "")]
    [InlineData("""{"maxPods":"5"}""", "maxPods")]
    [InlineData("""{"kubeReserved":{"cpu":"max(100, vcpus)","memory":"1Gi"}}""", "kubeReserved[cpu]")]
    [InlineData("""{"evictionHard":{"memory.available":"x"}}""", "")]
    public void Expressions_are_told_from_plain_values(string kubelet, string expressions) =>
        Assert.Equal(expressions, string.Join(',', KubeletSettings.Of(Spec(kubelet)).Expressions));
}

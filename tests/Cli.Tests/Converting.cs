using Tenon.Api.Yaml;

namespace Tenon.Cli.Tests;

public sealed class Converting
{
    [Fact]
    public void Old_pools_come_out_new_with_the_reason_of_each_change()
    {
        using var scratch = new Scratch();
        var file = scratch.Write(
            "pool.yaml",
            """
            apiVersion: karpenter.sh/v1beta1
            kind: NodePool
            metadata: {name: legacy}
            spec:
              template: {spec: {requirements: [], nodeClassRef: {name: default}}}
              disruption: {consolidationPolicy: WhenUnderutilized, expireAfter: 200h}
            """
        );
        var once = TenonBinary.Run("convert", "-f", file);
        Assert.Equal((0, ""), (once.ExitCode, once.Error));
        Assert.Contains("# WhenUnderutilized is called", once.Output, StringComparison.Ordinal);
        var pool = Assert.Single(Manifests.Parse(once.Output, "x").Manifests).Object;
        Assert.Equal("200h", (string?)pool["spec"]!["template"]!["spec"]!["expireAfter"]);

        var again = TenonBinary.RunIn(scratch.Path, once.Output, "convert", "-f", "-");
        Assert.Equal(
            pool.ToJsonString(),
            Assert.Single(Manifests.Parse(again.Output, "x").Manifests).Object.ToJsonString()
        );
        Assert.Equal(0, TenonBinary.RunIn(scratch.Path, once.Output, "validate", "-f", "-").ExitCode);
    }

    [Fact]
    public void What_cannot_be_converted_is_told_with_its_file_and_line_and_the_rest_is_converted()
    {
        using var scratch = new Scratch();
        var file = scratch.Write(
            "pools.yaml",
            """
            apiVersion: karpenter.sh/v1beta1
            kind: NodePool
            metadata: {name: good}
            spec: {template: {spec: {nodeClassRef: {name: default}}}}
            ---
            apiVersion: karpenter.sh/v1beta1
            kind: NodePool
            metadata: {name: bad}
            spec: {template: {spec: {nodeClassRef: {name: default}}}, disruption: {expireAfter: 1hfoo}}
            """
        );
        var ran = TenonBinary.Run("convert", "-f", file);
        Assert.Equal(1, ran.ExitCode);
        Assert.StartsWith(
            $"{file}:6: NodePool bad: spec.disruption.expireAfter:",
            ran.Complaint,
            StringComparison.Ordinal
        );
        Assert.Equal("good", Assert.Single(Manifests.Parse(ran.Output, "x").Manifests).Name);
    }

    [Fact]
    public void A_reference_without_a_kind_means_the_named_clouds()
    {
        var ran = TenonBinary.RunIn(
            Path.GetTempPath(),
            "{apiVersion: karpenter.sh/v1beta1, kind: NodePool, metadata: {name: p}, spec: {template: {spec: {nodeClassRef: {name: default}}}}}",
            "convert",
            "--provider",
            "azure",
            "-f",
            "-"
        );
        Assert.Contains("kind: AKSNodeClass", ran.Output, StringComparison.Ordinal);
    }
}

using Tenon.Api.Policy;
using Tenon.ControlPlane.Tests.Cluster;
using Tenon.Kube.Client.Requests;

namespace Tenon.ControlPlane.Tests;

[Trait("tier", "kube")]
public sealed class ServerTests(RealCluster cluster)
{
    [Fact]
    public async Task The_client_reads_disruption_budgets_in_the_version_that_is_served()
    {
        Assert.Equal("policy/v1beta1", cluster.Admin.Options.Versions.Of(PodDisruptionBudget.Resource).ApiVersion);
        var budgets = await cluster.Admin.ListAsync<PodDisruptionBudget>(ListOptions.All, default);
        Assert.True(budgets.IsOk, budgets.Error?.ToString());
    }

    [Fact]
    public async Task Every_custom_resource_definition_is_accepted_as_structural()
    {
        var definitions = (
            await cluster.Admin.ListAsync<Api.Extensions.CustomResourceDefinition>(ListOptions.All, default)
        ).OrThrow();
        Assert.Equal(
            Directory.GetFiles(Path.Combine(RealCluster.Root, "deploy", "crds"), "*.yaml").Length,
            definitions.Items.Length
        );
        foreach (var definition in definitions.Items)
        {
            var conditions = definition.Status?.Conditions ?? [];
            Assert.Contains(conditions, it => it is { Type: "Established", Status: "True" });
            Assert.DoesNotContain(conditions, it => it is { Type: "NonStructuralSchema", Status: "True" });
        }
    }
}

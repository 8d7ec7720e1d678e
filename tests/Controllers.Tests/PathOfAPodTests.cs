using Tenon.Api.Names;

namespace Tenon.Controllers.Tests;

public sealed class PathOfAPodTests
{
    [Fact]
    public void A_pending_pod_gets_a_machine_that_joins_is_initialized_and_runs_it()
    {
        using var cluster = new TestCluster();
        cluster.Pool();
        cluster.Deployment("web", 3);
        cluster.UntilBound(3);
        var claim = Assert.Single(cluster.Claims);
        var node = Assert.Single(cluster.Nodes);
        Assert.Equal(node.Metadata.Name, claim.Status.NodeName);
        cluster.Until(
            () => cluster.Claims[0].Status.Conditions.All(static it => it.Status == "True"),
            30,
            "a ready claim"
        );
        Assert.Equal("true", cluster.Nodes[0].Metadata.Labels[WellKnownLabels.Initialized]);
    }
}

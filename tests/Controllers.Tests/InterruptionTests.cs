namespace Tenon.Controllers.Tests;

public sealed class InterruptionTests
{
    [Fact]
    public void A_reclaimed_machine_is_replaced_before_it_is_drained_when_the_notice_allows()
    {
        using var cluster = new TestCluster();
        cluster.Pool();
        cluster.Deployment("web", 3, podExtra: """ "terminationGracePeriodSeconds":5, """);
        cluster.UntilBound(3);
        var old = cluster.Claims[0];
        cluster.Reclaim(old.Status.ProviderId!);
        cluster.Until(
            () => cluster.Claims.Any(it => it.Metadata.Name == old.Metadata.Name && it.Metadata.IsDeleting),
            120,
            "the drain"
        );
        Assert.Contains(
            cluster.Claims,
            it =>
                it.Metadata.Name != old.Metadata.Name
                && it.Status.Conditions.Any(static c => c is { Type: "Initialized", Status: "True" })
        );
        cluster.Until(
            () => cluster.Claims.All(it => it.Metadata.Name != old.Metadata.Name),
            300,
            "the end of the old claim"
        );
        cluster.UntilBound(3);
        Assert.Contains(cluster.Events, static it => it.Reason == "SpotInterrupted");
        Assert.Equal(1, cluster.Alive);
    }

    [Fact]
    public void A_drain_starts_without_a_place_when_waiting_would_cost_pods_their_grace()
    {
        using var cluster = new TestCluster();
        cluster.Pool();
        cluster.Deployment("web", 3, podExtra: """ "terminationGracePeriodSeconds":90, """);
        cluster.UntilBound(3);
        var old = cluster.Claims[0].Metadata.Name;
        cluster.Reclaim(cluster.Claims[0].Status.ProviderId!);
        cluster.Until(
            () => cluster.Claims.Any(it => it.Metadata.Name == old && it.Metadata.IsDeleting),
            20,
            "an early drain"
        );
        cluster.UntilBound(3);
    }
}

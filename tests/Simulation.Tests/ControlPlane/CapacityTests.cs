using System.Text;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Simulation.Tests.ControlPlane;

/// <summary>
/// Room for large worlds: bytes are counted, because they are the same on every machine.
/// </summary>
[Collection(nameof(Alone))]
public sealed class CapacityTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const int Objects = 20_000;

    private static KubeRequest Create(int i) =>
        new(
            "POST",
            Maps,
            Encoding.UTF8.GetBytes(
                $$"""{"metadata":{"name":"m-{{i}}","labels":{"group":"{{i % 40}}"} },"data":{"k":"v"} }"""
            ),
            "application/json"
        );

    [Fact]
    public void Twenty_thousand_objects_stay_small()
    {
        var server = new ApiServer(new HandClock(), new ApiServerOptions { WatchHistoryEvents = 1_000 });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Objects; i++)
            Assert.Equal(201, server.Handle(Create(i)).Status);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Objects;
        Assert.InRange(each, 1, 900);
        Assert.Equal(
            Objects / 40,
            server.Handle(new KubeRequest("GET", $"{Maps}?labelSelector=group%3D7")).Body.Span.Count("\"uid\""u8)
        );
        GC.KeepAlive(server);
    }

    [Fact]
    public void A_simple_write_costs_a_bounded_number_of_bytes()
    {
        var server = new ApiServer(new HandClock(), new ApiServerOptions());
        for (var i = 0; i < 2_000; i++)
            server.Handle(Create(i));
        var patch = Encoding.UTF8.GetBytes("""{"data":{"x":"1"}}""");
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2_000; i++)
            Assert.Equal(
                200,
                server.Handle(new KubeRequest("PATCH", $"{Maps}/m-{i}", patch, "application/merge-patch+json")).Status
            );
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocated) / 2_000, 1, 14_000);
    }
}

/// <summary>Tests that weigh the heap: what others allocate meanwhile would be counted too.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

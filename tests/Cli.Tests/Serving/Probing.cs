using System.Diagnostics.Metrics;
using System.Net;
using Tenon.Cli.Serving;

namespace Tenon.Cli.Tests.Serving;

public sealed class Probing
{
    [Fact]
    public void All_is_well_in_two_letters() => Assert.Equal((200, "ok"), Checks(null).All(verbose: false, []));

    [Fact]
    public void Verbose_lists_every_check_by_name() =>
        Assert.Equal(
            (200, "[+]crd ok\n[+]manager ok\n[+]readyz ok\nreadyz check passed\n"),
            Checks(null).All(verbose: true, [])
        );

    [Fact]
    public void A_failed_check_is_named_but_not_explained_to_everybody() =>
        Assert.Equal(
            (500, "[-]crd failed: reason withheld\n[+]manager ok\n[+]readyz ok\nreadyz check failed\n"),
            Checks("no NodePool").All(verbose: false, [])
        );

    [Fact]
    public void An_excluded_check_does_not_count() =>
        Assert.Equal(
            (200, "[+]crd excluded: ok\n[+]manager ok\n[+]readyz ok\nreadyz check passed\n"),
            Checks("no NodePool").All(verbose: true, ["crd"])
        );

    [Fact]
    public void One_check_alone_tells_why()
    {
        Assert.Equal((500, "internal server error: no NodePool\n"), Checks("no NodePool").One("crd"));
        Assert.Equal((200, "ok"), Checks("no NodePool").One("manager"));
        Assert.Equal(404, Checks(null).One("nothing").Status);
    }

    [Fact]
    public async Task Metrics_and_probes_have_a_port_each()
    {
        using var meter = new Meter("test-" + Guid.NewGuid());
        using var book = new MetricBook([meter.Name], TimeProvider.System);
        meter.CreateCounter<long>("karpenter_hits_total").Add(7);
        await using var served = await OperatorEndpoints.StartAsync(
            new EndpointPlan(IPAddress.Loopback, 0, 0),
            book,
            new HealthChecks("healthz", []),
            Checks("no NodePool"),
            default
        );
        using var http = new HttpClient { BaseAddress = served.Addresses[0] };
        var page = await http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.Contains("karpenter_hits_total 7\n", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("ok", await http.GetStringAsync("/healthz"));
        Assert.Equal(HttpStatusCode.InternalServerError, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz?exclude=crd&verbose")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/debug/pprof/")).StatusCode);
        using var nothing = new StringContent("");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.PostAsync("/metrics", nothing)).StatusCode);
    }

    static HealthChecks Checks(string? crdFault) =>
        new("readyz", [("readyz", () => null), ("manager", () => null), ("crd", () => crdFault)]);
}

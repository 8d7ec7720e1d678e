using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tenon.Controllers.Journal;
using Tenon.Foundation.Units;
using Tenon.Insight.Cost;

namespace Tenon.Dashboard.Tests;

public sealed partial class ServingThePage : IAsyncLifetime
{
    DashboardView? _view;
    DashboardServer _server = null!;
    readonly HttpClient _browser = new();

    public async ValueTask InitializeAsync()
    {
        _server = await DashboardServer.StartAsync(0, () => _view, CancellationToken.None);
        _browser.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _server.DisposeAsync();
    }

    static DashboardView Moment() =>
        new()
        {
            Now = new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero),
            Bill = new ClusterBill
            {
                Lines =
                [
                    new BillLine("default", "m5.large", "a", "spot", 2, 2, HourlyPrice.FromDollars(0.2m), 0.5, 0.25, 7),
                ],
                Total = HourlyPrice.FromDollars(0.2m),
                Cpu = 0.5,
                Memory = 0.25,
            },
            Pods = new PodTally(9, 7),
            NodeClaims = 2,
            Bound = 0.15m,
            Pending = [new PendingPod("default/web-1", "too large <b>")],
            Decisions =
            [
                new Decision(
                    DateTimeOffset.UnixEpoch,
                    DecisionKind.Launch,
                    "nodeclaim/default-1",
                    "seven pods wait",
                    100_000
                )
                {
                    Sequence = 1,
                },
            ],
        };

    [Fact]
    public async Task The_page_and_all_it_asks_for_are_served_from_here()
    {
        var page = await _browser.GetStringAsync("/");
        var parts = Part()
            .Matches(page)
            .Select(match => match.Groups[1].Value)
            .Where(part => part != "data:,")
            .ToList();
        Assert.NotEmpty(parts);
        foreach (var part in parts)
            Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync(part)).StatusCode);
    }

    [Fact]
    public async Task Nothing_points_outside_this_machine()
    {
        foreach (var part in new[] { "/", "/app.js", "/style.css" })
            Assert.DoesNotContain("//", ProtocolComment().Replace(await _browser.GetStringAsync(part), ""));
    }

    [Fact]
    public async Task Every_place_the_script_writes_to_is_on_the_page()
    {
        var page = await _browser.GetStringAsync("/");
        var script = await _browser.GetStringAsync("/app.js");
        var places = Place().Matches(script).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(places.Count > 5);
        foreach (var place in places)
            Assert.Contains($"id=\"{place}\"", page);
    }

    [Fact]
    public async Task The_state_holds_what_the_view_holds()
    {
        _view = Moment();
        using var state = JsonDocument.Parse(await _browser.GetStringAsync("/state.json"));
        var root = state.RootElement;
        Assert.Equal(0.2m, root.GetProperty("hourlyCost").GetDecimal());
        Assert.Equal(0.25, root.GetProperty("gap").GetDouble(), 6);
        Assert.Equal(2, root.GetProperty("pods").GetProperty("pending").GetInt32());
        Assert.Equal("m5.large", root.GetProperty("lines")[0].GetProperty("instanceType").GetString());
        Assert.Equal("too large <b>", root.GetProperty("pending")[0].GetProperty("reason").GetString());
        Assert.Equal("seven pods wait", root.GetProperty("decisions")[0].GetProperty("why").GetString());
        Assert.Equal(0.1m, root.GetProperty("decisions")[0].GetProperty("hourlyCostChange").GetDecimal());
    }

    [Fact]
    public async Task Before_the_first_view_the_state_is_not_available()
    {
        var reply = await _browser.GetAsync("/state.json");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/state.json", "127.0.0.1", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/", "127.0.0.1", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/../appsettings.json", "127.0.0.1", HttpStatusCode.NotFound)]
    [InlineData("GET", "/state.json", "rebound.example.com", HttpStatusCode.Forbidden)]
    public async Task It_only_reads_and_only_for_this_machine(
        string method,
        string path,
        string host,
        HttpStatusCode expected
    )
    {
        _view = Moment();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = host;
        Assert.Equal(expected, (await _browser.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task It_listens_on_loopback_and_tells_the_browser_to_stay_there()
    {
        Assert.Equal("127.0.0.1", _server.Address.Host);
        var reply = await _browser.GetAsync("/");
        Assert.Contains("default-src 'none'", Assert.Single(reply.Headers.GetValues("Content-Security-Policy")));
    }

    [Fact]
    public async Task A_port_in_use_is_an_io_error() =>
        await Assert.ThrowsAsync<IOException>(() =>
            DashboardServer.StartAsync(_server.Address.Port, () => null, CancellationToken.None)
        );

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Part();

    [GeneratedRegex("(?:byId|rows)\\(\"([\\w-]+)\"")]
    private static partial Regex Place();

    [GeneratedRegex(@"(?m)^\s*//.*$")]
    private static partial Regex ProtocolComment();
}

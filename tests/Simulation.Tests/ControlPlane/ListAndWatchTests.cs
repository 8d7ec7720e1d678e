using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class ListAndWatchTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private static Box WithMaps(int count, ApiServerOptions? options = null)
    {
        var box = new Box(options);
        for (var i = 0; i < count; i++)
            box.Post(Maps, $$$"""{"metadata":{"name":"m-{{{i:000}}}","labels":{"odd":"{{{i % 2}}}"} } }""").Expect(201);
        return box;
    }

    [Fact]
    public void Pages_are_cut_from_one_snapshot_whatever_happens_meanwhile()
    {
        var box = WithMaps(25);
        var page = box.Get($"{Maps}?limit=10").Expect(200);
        Assert.Equal("15", page.Text("metadata.remainingItemCount"));
        box.Delete($"{Maps}/m-015");
        box.Post(Maps, """{"metadata":{"name":"m-0125"}}""");
        box.Merge($"{Maps}/m-016", """{"data":{"new":"yes"}}""");
        var names = page.Names.ToList();
        while (page.Text("metadata.continue") is { Length: > 0 } token)
        {
            var version = page.Text("metadata.resourceVersion");
            page = box.Get($"{Maps}?limit=10&continue={token}").Expect(200);
            Assert.Equal(version, page.Text("metadata.resourceVersion"));
            names.AddRange(page.Names);
        }
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"m-{i:000}"), names);
    }

    [Fact]
    public void A_page_whose_snapshot_is_out_of_reach_is_gone()
    {
        var box = WithMaps(10, new ApiServerOptions { WatchHistoryEvents = 4 });
        var token = box.Get($"{Maps}?limit=3").Text("metadata.continue");
        for (var i = 0; i < 6; i++)
            box.Merge($"{Maps}/m-001", $$$"""{"data":{"i":"{{{i}}}"}}""");
        Assert.Equal("Expired", box.Get($"{Maps}?limit=3&continue={token}").Expect(410).Text("reason"));
    }

    [Theory]
    [InlineData("odd=1", 5)]
    [InlineData("odd!=1", 5)]
    [InlineData("odd in (0,1),odd notin (1)", 5)]
    [InlineData("odd", 10)]
    [InlineData("!odd", 0)]
    [InlineData("", 10)]
    public void Label_selectors_choose(string selector, int expected) =>
        Assert.Equal(
            expected,
            WithMaps(10).Get($"{Maps}?labelSelector={Uri.EscapeDataString(selector)}").Expect(200).Items.Count
        );

    [Fact]
    public void An_unknown_field_selector_is_refused_by_name() =>
        Assert.Equal(
            "field label not supported: data.x",
            new Box().Get($"{Maps}?fieldSelector=data.x=1").Expect(400).Message
        );

    [Fact]
    public async Task A_watch_starts_with_what_is_there_and_goes_on_with_what_happens()
    {
        var box = WithMaps(1);
        box.Merge($"{Maps}/m-000", """{"data":{"x":"1"}}""");
        var watch = box.Watch($"{Maps}?watch=true", 4);
        box.Post(Maps, """{"metadata":{"name":"n"}}""");
        box.Merge($"{Maps}/n", """{"data":{"x":"1"}}""");
        var last = box.Delete($"{Maps}/n");
        var events = await watch;
        Assert.Equal(
            ["ADDED m-000", "ADDED n", "MODIFIED n", "DELETED n"],
            events.Select(e => $"{e["type"]} {e["object"]!["metadata"]!["name"]}")
        );
        Assert.Equal(200, last.Status);
        Assert.Equal(box.Server.Revision.ToString(), events[3]["object"]!["metadata"]!["resourceVersion"]!.ToString());
    }

    [Fact]
    public async Task A_watch_resumes_after_the_version_it_names()
    {
        var box = WithMaps(1);
        var version = box.Get(Maps).Text("metadata.resourceVersion");
        box.Post(Maps, """{"metadata":{"name":"n"}}""");
        var events = await box.Watch($"{Maps}?watch=true&resourceVersion={version}", 1);
        Assert.Equal("n", events[0]["object"]!["metadata"]!["name"]!.ToString());
    }

    [Fact]
    public async Task A_watch_behind_the_history_is_told_410()
    {
        var box = WithMaps(1, new ApiServerOptions { WatchHistoryEvents = 3 });
        var version = box.Get(Maps).Text("metadata.resourceVersion");
        for (var i = 0; i < 8; i++)
            box.Merge($"{Maps}/m-000", $$$"""{"data":{"i":"{{{i}}}"}}""");
        var events = await box.Watch($"{Maps}?watch=true&resourceVersion={version}", 9);
        var error = Assert.Single(events);
        Assert.Equal("ERROR", error["type"]!.ToString());
        Assert.Equal("410", error["object"]!["code"]!.ToString());
    }

    [Fact]
    public async Task An_object_that_stops_matching_is_deleted_for_its_watcher()
    {
        var box = WithMaps(2);
        var version = box.Get(Maps).Text("metadata.resourceVersion");
        box.Merge($"{Maps}/m-001", """{"metadata":{"labels":{"odd":"0"}}}""");
        box.Merge($"{Maps}/m-000", """{"metadata":{"labels":{"odd":"1"}}}""");
        var events = await box.Watch($"{Maps}?watch=true&labelSelector=odd%3D1&resourceVersion={version}", 2);
        Assert.Equal(
            ["DELETED m-001", "ADDED m-000"],
            events.Select(e => $"{e["type"]} {e["object"]!["metadata"]!["name"]}")
        );
        Assert.Equal("1", events[0]["object"]!["metadata"]!["labels"]!["odd"]!.ToString());
    }

    [Fact]
    public async Task A_streamed_list_ends_with_a_marked_bookmark()
    {
        var box = WithMaps(2);
        var events = await box.Watch(
            $"{Maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
            3
        );
        Assert.Equal(["ADDED", "ADDED", "BOOKMARK"], events.Select(e => e["type"]!.ToString()));
        Assert.Equal(
            "true",
            events[2]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString()
        );
        Assert.Equal(box.Server.Revision.ToString(), events[2]["object"]!["metadata"]!["resourceVersion"]!.ToString());
    }

    [Fact]
    public async Task An_idle_watch_gets_bookmarks_and_ends_at_its_timeout()
    {
        var box = new Box();
        var version = box.Server.Revision;
        var reading = ReadAll(
            box,
            $"{Maps}?watch=true&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=90"
        );
        for (var i = 0; i < 4; i++)
            box.Time.Advance(TimeSpan.FromSeconds(30));
        var events = await reading.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.All(events, e => Assert.Equal("BOOKMARK", e["type"]!.ToString()));
    }

    [Fact]
    public async Task Asking_for_a_version_from_the_future_is_refused()
    {
        var box = new Box();
        Assert.Equal(
            "ResourceVersionTooLarge",
            box.Get($"{Maps}?resourceVersion=99999").Expect(504).Text("details.causes.0.reason")
        );
        var refused = await Assert.ThrowsAsync<StreamRefusedException>(() =>
            box.Watch($"{Maps}?watch=true&resourceVersion=99999", 1)
        );
        Assert.Equal(504, refused.Reply.Status);
    }

    [Fact]
    public async Task A_cut_ends_every_watch()
    {
        var box = new Box();
        var reading = ReadAll(box, $"{Maps}?watch=true");
        box.Server.CutWatches();
        Assert.Empty(await reading.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static async Task<List<JsonObject>> ReadAll(Box box, string path)
    {
        var seen = new List<JsonObject>();
        await foreach (var bytes in box.Transport.StreamAsync(new KubeRequest("GET", path), CancellationToken.None))
            seen.Add((JsonObject)JsonNode.Parse(bytes.Span)!);
        return seen;
    }
}

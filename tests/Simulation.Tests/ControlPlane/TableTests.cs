using System.Text.Json.Nodes;

namespace Tenon.Simulation.Tests.ControlPlane;

public sealed class TableTests
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private static string Row(Box box, string path) => box.Get(path, Table).Expect(200)["rows.0.cells"]!.ToJsonString();

    [Fact]
    public void A_pod_shows_ready_status_restarts_and_age()
    {
        var box = new Box();
        box.Pod("web", "n1");
        const string Pods = "/api/v1/namespaces/default/pods";
        Assert.Equal(
            """["web","0/1","Pending","0","0s","\u003Cnone\u003E","n1","\u003Cnone\u003E","\u003Cnone\u003E"]""",
            Row(box, Pods)
        );
        box.Merge(
                $"{Pods}/web/status",
                """
                {"status":{"phase":"Running","podIP":"10.0.0.1","containerStatuses":[{"name":"main","ready":true,"restartCount":2,
                 "state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2030-01-01T00:00:00Z"}}}]}}
                """
            )
            .Expect(200);
        box.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.StartsWith("""["web","1/1","Running","2 (3m ago)","3m","10.0.0.1","n1",""", Row(box, Pods));
        box.Delete($"{Pods}/web");
        Assert.Contains("\"Terminating\"", Row(box, Pods));
    }

    [Fact]
    public void A_cordoned_node_says_so()
    {
        var box = new Box();
        box.Post(
                "/api/v1/nodes",
                """
                {"metadata":{"name":"n1","labels":{"node-role.kubernetes.io/worker":""}},"spec":{"unschedulable":true},
                 "status":{"nodeInfo":{"kubeletVersion":"v1.33.0"},"conditions":[{"type":"Ready","status":"True"}]}}
                """
            )
            .Expect(201);
        Assert.StartsWith("""["n1","Ready,SchedulingDisabled","worker","0s","v1.33.0",""", Row(box, "/api/v1/nodes"));
    }

    [Fact]
    public async Task A_watched_table_names_its_columns_once()
    {
        var box = new Box();
        box.Pod("a");
        var seen = new List<JsonObject>();
        await foreach (
            var bytes in box.Transport.StreamAsync(
                new Kube.Client.Transport.KubeRequest("GET", "/api/v1/pods?watch=true", Accept: Table),
                CancellationToken.None
            )
        )
        {
            seen.Add((JsonObject)JsonNode.Parse(bytes.Span)!);
            if (seen.Count == 2)
                break;
            box.Pod("b");
        }
        Assert.Equal("Table", seen[0]["object"]!["kind"]!.ToString());
        Assert.NotNull(seen[0]["object"]!["columnDefinitions"]);
        Assert.Null(seen[1]["object"]!["columnDefinitions"]);
    }
}

using System.Diagnostics.Metrics;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Client;

public sealed class ClientMetricsBehaviour
{
    [Theory]
    [InlineData("GET", "/api/v1/pods?limit=5", "LIST  v1 pods ")]
    [InlineData("GET", "/api/v1/namespaces/shop", "GET  v1 namespaces ")]
    [InlineData("GET", "/api/v1/namespaces", "LIST  v1 namespaces ")]
    [InlineData("POST", "/api/v1/namespaces/shop/pods/web-1/eviction", "CREATE  v1 pods eviction")]
    [InlineData(
        "PUT",
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/karpenter",
        "UPDATE coordination.k8s.io v1 leases "
    )]
    [InlineData(
        "PATCH",
        "/apis/karpenter.sh/v1/nodeclaims/a/status?fieldManager=x",
        "PATCH karpenter.sh v1 nodeclaims status"
    )]
    [InlineData("GET", "/apis/apps/v1", null)]
    [InlineData("GET", "/version", null)]
    public void A_request_is_filed_under_its_target(string method, string path, string? expected)
    {
        var target = RequestTarget.Of(new KubeRequest(method, path));
        Assert.Equal(
            expected,
            target is { } it ? $"{it.Verb} {it.Group} {it.Version} {it.Plural} {it.Subresource}" : null
        );
    }

    [Fact]
    public void Every_attempt_counts_by_its_code() =>
        World.Run(async time =>
        {
            using var meter = new Meter("client");
            using var counted = new Counts(meter);
            var server = new ScriptedTransport(
                (_, n) =>
                    n switch
                    {
                        0 => throw new TransportException("refused"),
                        1 => ScriptedTransport.Refuse(503),
                        _ => ScriptedTransport.Ok("""{"metadata":{"resourceVersion":"1"},"items":[]}"""),
                    }
            );
            await World
                .Client(server, time, new KubeClientOptions { Meter = meter })
                .ListAsync<Pod>(ListOptions.All, default);
            foreach (var code in new[] { "<error>", "503", "200" })
                Assert.Equal(1, counted[$"client_go_request_total code={code} method=GET"]);
        });
}

using System.Text;
using Tenon.Api.Apps;
using Tenon.Api.Policy;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Discovery;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Tests.Support;
using static Tenon.Kube.Tests.Support.ScriptedTransport;

namespace Tenon.Kube.Tests.Client;

public sealed class ServedVersionsBehaviour
{
    [Theory]
    // Kubernetes 1.20, 1.21 and 1.36: which versions of policy are served, what evictions take, what is asked for.
    [InlineData("v1beta1", "v1beta1", "/apis/policy/v1beta1/poddisruptionbudgets", "policy/v1beta1")]
    [InlineData("v1,v1beta1", "v1beta1", "/apis/policy/v1/poddisruptionbudgets", "policy/v1beta1")]
    [InlineData("v1", "v1", "/apis/policy/v1/poddisruptionbudgets", "policy/v1")]
    public void A_server_is_spoken_to_in_the_versions_it_serves(
        string policies,
        string evictions,
        string budgetPath,
        string evictionVersion
    ) =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((request, _) => Answer(request, policies, evictions));
            var versions = (await ServedVersions.ReadAsync(World.Client(server, time), default)).OrThrow();
            var client = new KubeClient(server, KubeClientOptions.Default with { Versions = versions }, time);

            await client.ListAsync<PodDisruptionBudget>(ListOptions.All, default);
            Assert.Equal(budgetPath, server.Requests[^1].Path.Split('?')[0]);
            await client.EvictAsync(new ObjectKey("shop", "web"), null, default);
            Assert.Equal("/api/v1/namespaces/shop/pods/web/eviction", server.Requests[^1].Path);
            Assert.Contains(
                $"\"apiVersion\":\"{evictionVersion}\"",
                Encoding.UTF8.GetString(server.Requests[^1].Body.Span),
                StringComparison.Ordinal
            );
            await client.ListAsync<Deployment>(ListOptions.All, default);
            Assert.Equal("/apis/apps/v1/deployments", server.Requests[^1].Path.Split('?')[0]);
        });

    [Fact]
    public void A_server_that_does_not_answer_is_an_error() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => Refuse(403, "Forbidden"));
            var read = await ServedVersions.ReadAsync(World.Client(server, time), default);
            Assert.True(read.Is(KubeErrorKind.Forbidden));
        });

    [Fact]
    public void Discovery_that_cannot_be_read_is_an_error() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => Ok("{}"));
            var read = await ServedVersions.ReadAsync(World.Client(server, time), default);
            Assert.True(read.Is(KubeErrorKind.Internal));
        });

    private static KubeReply Answer(KubeRequest request, string policies, string evictions) =>
        request.Path switch
        {
            "/apis" => Ok(
                $$"""
                {"groups":[{"name":"apps","versions":[{"version":"v1"}]},
                 {"name":"policy","versions":[{{string.Join(
                    ',',
                    policies.Split(',').Select(each => $"{{\"version\":\"{each}\"}}")
                )}}]}]}
                """
            ),
            "/api/v1" => Ok(
                $$"""
                {"resources":[{"name":"pods"},
                 {"name":"pods/eviction","group":"policy","version":"{{evictions}}","kind":"Eviction"}]}
                """
            ),
            _ => Ok("""{"metadata":{"resourceVersion":"1"},"items":[]}"""),
        };
}

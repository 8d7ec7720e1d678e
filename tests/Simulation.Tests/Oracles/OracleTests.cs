using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client.Patching;
using Tenon.Providers.Catalog;
using Tenon.Simulation.Tests.Worlds;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Tests.Oracles;

/// <summary>
/// A judge that cannot convict is worth nothing: every law is broken here on purpose, and the judge has to say so.
/// </summary>
public sealed class OracleTests
{
    private const string Pool = """
        apiVersion: karpenter.sh/v1
        kind: NodePool
        metadata: {name: default}
        spec:
          limits: {cpu: "8"}
          disruption: {consolidateAfter: 30s, budgets: [{nodes: "1"}]}
          template:
            spec:
              nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
              requirements: [{key: kubernetes.io/arch, operator: In, values: [amd64]}]
        """;

    [Fact]
    public void One_node_taken_within_its_budget_is_no_violation()
    {
        using var world = WorldWithClaims(2, "1");
        Disrupt(world, "claim-0");
        Assert.Empty(world.Oracles!.Violations);
    }

    [Fact]
    public void A_budget_that_is_overdrawn_is_seen()
    {
        using var world = WorldWithClaims(2, "1");
        Disrupt(world, "claim-0");
        Disrupt(world, "claim-1");
        Assert.Equal(
            "pool default loses 2 of 2 nodes at once (Underutilized); its budgets allow 1",
            Assert.Single(world.Oracles!.Violations, it => it.Law == "budgets of a pool hold").What
        );
    }

    [Fact]
    public void A_pool_above_its_limits_is_seen()
    {
        using var world = WorldWithClaims(3, "4");
        world.RunFor(TimeSpan.FromMinutes(2));
        Assert.Contains(world.Oracles!.Violations, it => it.Law == "limits hold");
    }

    [Fact]
    public void A_pod_bound_where_it_does_not_fit_is_seen()
    {
        using var world = Given.World(Given.Node("small", cpu: "1"));
        world.Apply(
            Given.Pod("large", cpu: "3") with
            {
                Spec = Given.Pod("large", cpu: "3").Spec with { SchedulerName = "nobody" },
            }
        );
        world.RunFor(Given.Second);
        world.Ask(async client => (await client.BindAsync(world.Get<Pod>("large"), "small", default)).OrThrow());
        world.RunFor(Given.Second);
        Assert.Equal("every binding is legal", Assert.Single(world.Oracles!.Violations).Law);
    }

    [Fact]
    public void A_pod_that_waits_and_is_not_told_why_is_seen()
    {
        using var world = Given.World();
        world.Apply(Given.Pod("lost") with { Spec = Given.Pod("lost").Spec with { SchedulerName = "nobody" } });
        world.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal("every pending pod has a node or a reason", Assert.Single(world.Oracles!.Violations).Law);
    }

    [Fact]
    public void A_pod_that_nobody_serves_in_a_calm_world_is_seen_and_one_that_just_came_is_not()
    {
        using var world = WorldWithClaims(0, "1");
        world.Apply(Given.Pod("waits", cpu: "1"));
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Oracles!.JudgeCalm();
        Assert.Empty(world.Oracles.Violations);

        world.RunFor(TimeSpan.FromMinutes(10));
        world.Oracles.JudgeCalm();
        Assert.Equal("every pending pod gets a node", Assert.Single(world.Oracles.Violations).Law);
    }

    private static SimulatedWorld WorldWithClaims(int claims, string cpu)
    {
        var world = new SimulatedWorld(
            new WorldOptions
            {
                Seed = 7,
                TellsEvents = false,
                Catalogue = ((CatalogueOutcome.Loaded)Catalogues.Load("generic")).Catalogue,
                Cloud = Cloud.CloudOptions.Calm,
            }
        );
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        world.Apply(WorldManifests.Parse(Pool, "pool"));
        for (var i = 0; i < claims; i++)
        {
            world.Apply(
                WorldManifests.Parse(
                    $$"""
                    apiVersion: karpenter.sh/v1
                    kind: NodeClaim
                    metadata: {name: claim-{{i}}, labels: {karpenter.sh/nodepool: default} }
                    spec:
                      nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
                      requirements: [{key: kubernetes.io/arch, operator: In, values: [amd64]}]
                    """,
                    "claim"
                )
            );
            Status(
                world,
                $"claim-{i}",
                $$"""{"capacity": {"cpu": "{{cpu}}"}, "conditions": [{{Condition("Initialized")}}]}"""
            );
        }
        world.RunFor(Given.Second);
        return world;
    }

    private static void Disrupt(SimulatedWorld world, string claim)
    {
        Status(
            world,
            claim,
            $$"""{"conditions": [{{Condition("Initialized")}}, {{Condition("DisruptionReason", "Underutilized")}}]}"""
        );
        world.RunFor(Given.Second);
    }

    private static string Condition(string type, string reason = "Done") =>
        $$"""{"type": "{{type}}", "status": "True", "reason": "{{reason}}", "message": "", "lastTransitionTime": "2026-01-05T00:00:00Z"}""";

    private static void Status(SimulatedWorld world, string claim, string status) =>
        world.Ask(async client =>
            (
                await client.PatchStatusAsync<NodeClaim>(
                    null,
                    claim,
                    Patch.Merge(new JsonObject { ["status"] = JsonNode.Parse(status) }),
                    CancellationToken.None
                )
            ).OrThrow()
        );
}

using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Operator;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Tests;

/// <summary>The loops that users report, replayed.</summary>
[Trait("tier", "sim")]
public sealed class ChurnTests
{
    [Fact]
    public void A_cloud_that_always_sells_the_dearest_allowed_type_is_asked_once_and_not_for_hours()
    {
        // Every replacement is allowed because a much cheaper type could come; what comes is the dearest below the
        // last.
        Assert.InRange(Replacements(new OperatorOptions()), 1, 1);
        Assert.True(
            Replacements(new OperatorOptions { DisruptionPolicy = Tenon.Disruption.DisruptionPolicy.Upstream }) > 2
        );
    }

    [Fact]
    public void A_replacement_that_is_always_sold_out_moves_no_pod_and_is_tried_ever_less_often()
    {
        var attempts = 0;
        using var cluster = new TestCluster(script: cloud =>
            cloud.OnLaunch = claim =>
            {
                if (!claim.Metadata.Annotations.ContainsKey("tenon.sh/promised-price"))
                    return null;
                attempts++;
                return new LaunchOutcome.OutOfCapacity("sold out", []);
            }
        );
        Oversized(cluster);
        var pod = cluster.Pods.Single().Metadata.Name;
        cluster.RunFor(6 * 3600);
        Assert.Equal(pod, cluster.Pods.Single().Metadata.Name);
        // Rests of 5, 10, 20, 40, 80, 120 and 120 minutes fit into six hours.
        Assert.InRange(attempts, 2, 8);
        Assert.DoesNotContain(
            cluster.Nodes,
            static it => it.Spec.Taints.Any(static t => t.Key == "karpenter.sh/disrupted")
        );
    }

    private static int Replacements(OperatorOptions options)
    {
        using var cluster = new TestCluster(options: options, script: static cloud => cloud.OnOrder = Dearest);
        Oversized(cluster);
        cluster.RunFor(6 * 3600);
        return cluster
            .Tenon.Journal.Latest(2000)
            .Count(static it => it.Why.Contains("Underutilized: replace", StringComparison.Ordinal));
    }

    /// <summary>A large node that was bought for a pod that is gone, with a small one left on it.</summary>
    private static void Oversized(TestCluster cluster)
    {
        cluster.Pool(
            disruption: """{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""",
            requirements: """
            {"key":"karpenter.sh/capacity-type","operator":"In","values":["on-demand"]},
            {"key":"kubernetes.io/arch","operator":"In","values":["amd64"]},
            {"key":"kubernetes.io/os","operator":"In","values":["linux"]}
            """
        );
        cluster.Deployment("big", 1, cpu: "40", memory: "2Gi");
        cluster.Deployment("small", 1, cpu: "100m", podExtra: """ "terminationGracePeriodSeconds":1, """);
        cluster.UntilBound(2);
        cluster.Deployment("big", 0);
        cluster.Until(() => cluster.Pods.Count == 1, 60, "one pod");
    }

    /// <summary>Types are listed by price: the last one is the dearest.</summary>
    private static NodeClaim Dearest(NodeClaim claim) =>
        claim with
        {
            Spec = claim.Spec with
            {
                Requirements =
                [
                    .. claim.Spec.Requirements.Select(static it =>
                        it.Key == "node.kubernetes.io/instance-type" && it.Values.Count > 1
                            ? it with
                            {
                                Values = [it.Values.MaxBy(static name => Cpu(name))!],
                            }
                            : it
                    ),
                ],
            },
        };

    /// <summary>The generic catalogue names a type by family and size: <c>c-16x-amd64-linux</c>.</summary>
    private static int Cpu(string name) =>
        int.Parse(name.Split('-')[1].TrimEnd('x'), System.Globalization.CultureInfo.InvariantCulture) * 10
        + (
            name[0] == 'm' ? 2
            : name[0] == 's' ? 1
            : 0
        );
}

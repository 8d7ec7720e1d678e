using System.Security.Cryptography;
using Tenon.Bench.Workloads;

namespace Tenon.Scheduling.Tests;

/// <summary>Upstream's benchmark workload, drawn by its generator and planned as it plans.</summary>
public sealed class ReferenceWorkload
{
    [Fact]
    public void The_generator_is_the_one_upstream_draws_with()
    {
        Assert.Equal(
            "1928503b93a563e491119a5889baba73d1605b90b63634c14a408805797a7c7b",
            Convert.ToHexStringLower(SHA256.HashData(GoRandom.MaskBytes()))
        );
        var raw = new GoRandom(42);
        Assert.Equal(
            [3440579354231278675, 608747136543856411, 5571782338101878760, 1926012586526624009],
            Enumerable.Range(0, 4).Select(_ => raw.NextInt63())
        );
        var drawn = new GoRandom(42);
        Assert.Equal(
            [5, 2, 4, 1, 5, 0, 6, 4, 4, 3, 0, 3, 2, 4, 5, 6, 3, 6, 3, 5, 5, 0, 5, 0, 4, 0, 0, 2, 2, 6],
            Enumerable.Range(0, 30).Select(_ => drawn.Next(7))
        );
    }

    [Theory]
    [InlineData(1, "74d2cf7dc5dc1b1e295549bce4c6aac1")]
    [InlineData(50, "14e18e9dbbe3e51862fdb96a1fbe3b51")]
    [InlineData(1000, "f6e5505bb1f2e7d23dfb5013e25f7291")]
    [InlineData(5000, "f908641c5f6eeac93e480314b9a59f72")]
    [InlineData(20000, "86a1797111486f28b566ff6dc69f40d2")]
    public void The_workload_is_the_one_upstream_measures(int pods, string fingerprint) =>
        Assert.Equal(fingerprint, ReferenceMix.Fingerprint(pods));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(50, 10)]
    [InlineData(100, 20)]
    [InlineData(500, 100)]
    [InlineData(1000, 200)]
    [InlineData(2000, 400)]
    public void Every_pod_that_wants_a_host_of_its_own_gets_one_and_the_others_fill_them(int pods, int claims)
    {
        var result = Scheduler.Schedule(ReferenceMix.Input(pods), SolveLimits.Greedy);
        Assert.Equal(claims, result.Claims.Length);
        Assert.Empty(result.Refusals);
        Assert.Equal(pods, result.Claims.Sum(claim => claim.Pods.Length));
    }

    [Fact]
    public void Preferences_are_kept_to_the_letter_or_not_looked_at()
    {
        var kept = Scheduler.Schedule(ReferenceMix.Preferences(200, PreferencePolicy.Respect), SolveLimits.Greedy);
        Assert.Equal(200, kept.Claims.Length);
        Assert.All(
            kept.Claims,
            claim =>
                Assert.Equal(
                    "topology.kubernetes.io/zone In [test-zone-1]",
                    claim.Requirements.Of("topology.kubernetes.io/zone").ToString()
                )
        );
        var ignored = Scheduler.Schedule(ReferenceMix.Preferences(4000, PreferencePolicy.Ignore), SolveLimits.Greedy);
        Assert.Equal(21, ignored.Claims.Length);
    }

    [Fact]
    public void The_same_moment_gives_the_same_plan()
    {
        var first = Scheduler.Schedule(ReferenceMix.Input(500), SolveLimits.Greedy);
        var second = Scheduler.Schedule(ReferenceMix.Input(500), SolveLimits.Greedy);
        Assert.Equal(first.PlanSha256, second.PlanSha256);
    }
}

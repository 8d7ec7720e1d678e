using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client.Requests;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;
using Tenon.Simulation.Cloud;

namespace Tenon.Providers.Tests.Kwok;

public sealed class SimulatedCloudTests
{
    private static readonly ResourceList Small = ResourceList.Parse(("cpu", "1500m"), ("memory", "1Gi"), ("pods", "4"));

    private static NodeRequirement In(string key, params string[] values) =>
        new()
        {
            Key = key,
            Operator = "In",
            Values = values,
        };

    private static NodeClaim Launch(KwokStage stage, NodeClaim claim) =>
        Assert
            .IsType<LaunchOutcome.Launched>(stage.Run(() => stage.Kwok.LaunchAsync(claim, CancellationToken.None)))
            .Claim;

    private static ImmutableArray<Node> Nodes(KwokStage stage) =>
        stage.Run(() => stage.Kube.ListAsync<Node>(ListOptions.All, CancellationToken.None)).OrThrow().Items;

    private static List<InterruptionNotice> Notices(KwokStage stage)
    {
        var all = new List<InterruptionNotice>();
        while (true)
        {
            var some = stage.Run(() => stage.Cloud!.ReceiveAsync(10, CancellationToken.None));
            if (some.IsEmpty)
                return all;
            foreach (var delivery in some)
            {
                all.AddRange(delivery.Notices);
                stage.Run(() => stage.Cloud!.AcknowledgeAsync(delivery, CancellationToken.None));
            }
        }
    }

    [Fact]
    public void A_machine_joins_after_its_launch_time_and_is_charged_by_the_second()
    {
        using var stage = KwokStage.OverCloud();
        var launched = Launch(stage, stage.Claim("a", Small, In("karpenter.sh/capacity-type", "on-demand")));
        stage.Loop.RunFor(TimeSpan.FromSeconds(14));
        Assert.Empty(Nodes(stage));
        stage.Loop.RunFor(TimeSpan.FromSeconds(76));
        Assert.Equal(launched.Status.ProviderId, Assert.Single(Nodes(stage)).Spec.ProviderId);
        stage.Loop.RunFor(TimeSpan.FromSeconds(3600 - 90));

        var entry = Assert.Single(stage.Cloud!.Ledger.Entries);
        Assert.Equal(entry.Price.Dollars, entry.CostAt(stage.Loop.Time.GetUtcNow()));
        stage.Run(() => stage.Kwok.TerminateAsync(launched, CancellationToken.None));
        stage.Loop.RunFor(TimeSpan.FromHours(5));
        Assert.Equal(entry.Price.Dollars, stage.Cloud.Ledger.CostAt(stage.Loop.Time.GetUtcNow()));
        Assert.Equal(0, stage.Cloud.Rate.Micros);
    }

    [Fact]
    public void A_machine_is_charged_for_a_minute_at_least()
    {
        using var stage = KwokStage.OverCloud();
        var launched = Launch(stage, stage.Claim("a", Small));
        stage.Run(() => stage.Kwok.TerminateAsync(launched, CancellationToken.None));
        var entry = Assert.Single(stage.Cloud!.Ledger.Entries);
        Assert.Equal(entry.Price.Dollars / 60, entry.CostAt(stage.Loop.Time.GetUtcNow()));
    }

    [Fact]
    public void What_is_sold_out_is_passed_over_and_remembered()
    {
        using var stage = KwokStage.OverCloud();
        stage.Cloud!.Weather.Exhaust(null, null, "spot", DateTimeOffset.MaxValue);
        var launched = Launch(
            stage,
            stage.Claim("a", Small, In("node.kubernetes.io/instance-type", "c-2x-amd64-linux"))
        );
        Assert.Equal("on-demand", launched.Metadata.Labels["karpenter.sh/capacity-type"]);
        Assert.Equal(
            "InsufficientInstanceCapacity",
            stage.Kwok.Unavailable.ReasonOf(new OfferingKey("c-2x-amd64-linux", "test-zone-a", "spot"))
        );
        Assert.Equal(
            4,
            stage
                .Kwok.ChoicesFor(stage.Claim("b", Small, In("node.kubernetes.io/instance-type", "c-2x-amd64-linux")))
                .Length
        );
    }

    [Fact]
    public void A_quota_binds_by_vcpus_until_machines_are_given_back()
    {
        using var stage = KwokStage.OverCloud(
            CloudOptions.Calm with
            {
                Quotas = CloudOptions.Calm.Quotas.Add("standard/on-demand", 8),
            }
        );
        NodeClaim Claim(string name) =>
            stage.Claim(
                name,
                Small,
                In("node.kubernetes.io/instance-type", "c-4x-amd64-linux"),
                In("karpenter.sh/capacity-type", "on-demand")
            );
        var first = Launch(stage, Claim("a"));
        Launch(stage, Claim("b"));
        var third = Claim("c");
        var refused = Assert.IsType<LaunchOutcome.OutOfCapacity>(
            stage.Run(() => stage.Kwok.LaunchAsync(third, CancellationToken.None))
        );
        Assert.Contains("VcpuLimitExceeded", refused.Error, StringComparison.Ordinal);
        Assert.Equal(8, stage.Cloud!.InUse("standard/on-demand"));

        stage.Run(() => stage.Kwok.TerminateAsync(first, CancellationToken.None));
        stage.Loop.RunFor(TimeSpan.FromMinutes(3));
        Launch(stage, third);
    }

    [Theory]
    [InlineData("m5.large", "spot", "standard/spot")]
    [InlineData("g5.xlarge", "on-demand", "g/on-demand")]
    [InlineData("gr6.4xlarge", "on-demand", "g/on-demand")]
    [InlineData("p4d.24xlarge", "spot", "p/spot")]
    [InlineData("im4gn.large", "reserved", "standard/on-demand")]
    public void Quotas_are_grouped_as_ec2_groups_them(string type, string capacityType, string quota) =>
        Assert.Equal(quota, CloudQuota.Of(new OfferingKey(type, "us-east-1a", capacityType)));

    [Fact]
    public void A_reclaimed_machine_gets_notice_ends_at_the_deadline_and_its_node_is_removed()
    {
        using var stage = KwokStage.OverCloud();
        var launched = Launch(stage, stage.Claim("a", Small));
        stage.Loop.RunFor(TimeSpan.FromMinutes(5));
        var changes = new List<MachineChange>();
        stage.Cloud!.Changed += changes.Add;
        stage.Run(() =>
        {
            stage.Cloud.Reclaim(launched.Status.ProviderId!);
            return ValueTask.CompletedTask;
        });
        var notice = Assert.IsType<InterruptionNotice.Reclaim>(Assert.Single(Notices(stage)));
        Assert.Equal(TimeSpan.FromMinutes(2), notice.Deadline - notice.At);
        Assert.True(stage.Cloud.IsAlive(launched.Status.ProviderId!));

        stage.Loop.RunFor(TimeSpan.FromMinutes(2));
        Assert.False(stage.Cloud.IsAlive(launched.Status.ProviderId!));
        Assert.IsType<MachineOutcome.Gone>(
            stage.Run(() => stage.Kwok.GetAsync(launched.Status.ProviderId!, CancellationToken.None))
        );
        stage.Loop.RunFor(TimeSpan.FromMinutes(3));
        Assert.Empty(Nodes(stage));
        Assert.Empty(stage.Run(() => stage.Kwok.ListAsync(CancellationToken.None)));
        Assert.Equal([MachineStage.Ending, MachineStage.Gone], changes.Select(change => change.Stage));
        Assert.Equal(MachineEnd.Reclaimed, Assert.Single(stage.Cloud.Ledger.Entries).End);
        Assert.Equal(["Stopping", "Stopped"], Notices(stage).Select(it => it.GetType().Name));
    }

    [Fact]
    public void Maintenance_is_announced_hours_ahead()
    {
        using var stage = KwokStage.OverCloud();
        var launched = Launch(stage, stage.Claim("a", Small));
        stage.Run(() =>
        {
            stage.Cloud!.Maintain(launched.Status.ProviderId!);
            return ValueTask.CompletedTask;
        });
        var notice = Assert.IsType<InterruptionNotice.ScheduledMaintenance>(Assert.Single(Notices(stage)));
        Assert.Equal(TimeSpan.FromHours(6), notice.NotBefore - notice.At);
        stage.Loop.RunFor(TimeSpan.FromHours(6));
        Assert.Equal(MachineEnd.StoppedForMaintenance, Assert.Single(stage.Cloud!.Ledger.Entries).End);
    }

    [Fact]
    public void A_notice_that_is_not_acknowledged_comes_again()
    {
        using var stage = KwokStage.OverCloud();
        var launched = Launch(stage, stage.Claim("a", Small));
        stage.Run(() =>
        {
            stage.Cloud!.Reclaim(launched.Status.ProviderId!);
            return ValueTask.CompletedTask;
        });
        var first = Assert.Single(stage.Run(() => stage.Cloud!.ReceiveAsync(10, CancellationToken.None)));
        Assert.Empty(stage.Run(() => stage.Cloud!.ReceiveAsync(10, CancellationToken.None)));
        stage.Loop.RunFor(TimeSpan.FromSeconds(10));
        var again = Assert.Single(stage.Run(() => stage.Cloud!.ReceiveAsync(10, CancellationToken.None)));
        Assert.Equal(first.Notices, again.Notices);
    }

    [Fact]
    public void A_machine_lost_before_its_claim_learned_of_it_sends_the_claim_back_to_planning()
    {
        using var stage = KwokStage.OverCloud();
        var claim = stage.Claim("a", Small);
        stage.LoseNextReply();
        Assert.IsType<LaunchOutcome.Failed>(stage.Run(() => stage.Kwok.LaunchAsync(claim, CancellationToken.None)));
        stage.Run(() =>
        {
            stage.Cloud!.Kill(Assert.Single(stage.Cloud.Ledger.Entries).ProviderId);
            return ValueTask.CompletedTask;
        });
        Assert.IsType<LaunchOutcome.OutOfCapacity>(
            stage.Run(() => stage.Kwok.LaunchAsync(claim, CancellationToken.None))
        );
        Assert.Single(stage.Cloud!.Ledger.Entries);
    }

    [Fact]
    public void Through_faults_of_every_kind_no_claim_gets_two_machines()
    {
        using var stage = KwokStage.OverCloud(new CloudOptions { Seed = 11 });
        using var cloud = new SimulatedCloud(
            stage.Kube,
            new CloudOptions
            {
                Seed = 11,
                Faults = new SeededCloudFaults(11, throttled: 100_000, requestsLost: 100_000, repliesLost: 200_000),
            },
            stage.Loop.Time
        );
        var provider = new Tenon.Providers.Kwok.KwokProvider(stage.Kwok.Catalogue, stage.Kube, cloud, stage.Loop.Time);
        var launched = 0;
        for (var i = 0; i < 60; i++)
        {
            var claim = stage.Claim(string.Create(CultureInfo.InvariantCulture, $"n{i}"), Small);
            for (var attempt = 0; attempt < 20; attempt++)
                if (stage.Run(() => provider.LaunchAsync(claim, CancellationToken.None)) is LaunchOutcome.Launched)
                {
                    launched++;
                    break;
                }
        }
        Assert.Equal(60, launched);
        Assert.Equal(60, cloud.Ledger.Entries.Count);
        Assert.Empty(cloud.Ledger.BoughtTwice());
    }

    [Fact]
    public void Machines_without_a_claim_are_evidence_of_a_leak()
    {
        using var stage = KwokStage.OverCloud();
        var (kept, leaked) = (stage.Claim("kept", Small), stage.Claim("leaked", Small));
        Launch(stage, kept);
        var lost = Launch(stage, leaked);
        stage.Loop.RunFor(TimeSpan.FromMinutes(20));
        var claims = new HashSet<string> { kept.Metadata.Uid! };
        var now = stage.Loop.Time.GetUtcNow();
        Assert.Equal(
            lost.Status.ProviderId,
            Assert.Single(stage.Cloud!.Ledger.Unclaimed(claims, now, TimeSpan.FromMinutes(15))).ProviderId
        );
        Assert.Empty(stage.Cloud.Ledger.Unclaimed(claims, now, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void The_weather_depends_on_seed_place_and_time_alone()
    {
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        string Day(ulong seed, string capacityType)
        {
            var weather = new CloudWeather(new CloudOptions { Seed = seed });
            return string.Concat(
                Enumerable
                    .Range(0, 24 * 60 / 4)
                    .Select(at =>
                        weather.IsSoldOut(
                            new OfferingKey("m5.large", "us-east-1a", capacityType),
                            start.AddMinutes(4 * at)
                        )
                            ? '#'
                            : '.'
                    )
            );
        }
        Assert.Equal(Day(1, "spot"), Day(1, "spot"));
        Assert.NotEqual(Day(1, "spot"), Day(2, "spot"));
        var shares = Enumerable
            .Range(1, 40)
            .Select(seed => Day((ulong)seed, "spot").Count(it => it == '#') / 360.0)
            .Average();
        Assert.InRange(shares, 0.015, 0.25);
        Assert.InRange(
            Enumerable
                .Range(1, 40)
                .Select(seed => Day((ulong)seed, "on-demand").Count(it => it == '#') / 360.0)
                .Average(),
            0,
            0.02
        );
    }

    [Fact]
    public void Two_clouds_of_one_seed_tell_the_same_story()
    {
        static string Story(ulong seed)
        {
            using var stage = KwokStage.OverCloud(CloudOptions.Default with { Seed = seed });
            for (var i = 0; i < 30; i++)
                Launch(stage, stage.Claim(string.Create(CultureInfo.InvariantCulture, $"n{i}"), Small));
            stage.Loop.RunFor(TimeSpan.FromDays(2));
            return string.Join('\n', stage.Cloud!.Ledger.Entries);
        }
        var story = Story(3);
        Assert.Equal(story, Story(3));
        Assert.NotEqual(story, Story(4));
        Assert.Contains("End = Reclaimed", story, StringComparison.Ordinal);
    }
}

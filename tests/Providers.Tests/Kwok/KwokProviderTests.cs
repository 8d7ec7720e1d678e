using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client.Requests;
using Tenon.Providers.Port;

namespace Tenon.Providers.Tests.Kwok;

public sealed class KwokProviderTests : IDisposable
{
    private static readonly ResourceList Small = ResourceList.Parse(("cpu", "1500m"), ("memory", "1Gi"), ("pods", "4"));

    private readonly KwokStage _stage = KwokStage.OverNodeObjects();

    public void Dispose() => _stage.Dispose();

    private static NodeRequirement In(string key, params string[] values) =>
        new()
        {
            Key = key,
            Operator = "In",
            Values = values,
        };

    private LaunchOutcome Try(NodeClaim claim) =>
        _stage.Run(() => _stage.Kwok.LaunchAsync(claim, CancellationToken.None));

    private NodeClaim Launch(NodeClaim claim) => Assert.IsType<LaunchOutcome.Launched>(Try(claim)).Claim;

    private Node NodeOf(NodeClaim launched) =>
        _stage
            .Run(() =>
                _stage.Kube.GetAsync<Node>(
                    null,
                    launched.Status.ProviderId!["kwok://".Length..],
                    CancellationToken.None
                )
            )
            .OrThrow();

    private ImmutableArray<Node> Nodes() =>
        _stage.Run(() => _stage.Kube.ListAsync<Node>(ListOptions.All, CancellationToken.None)).OrThrow().Items;

    [Fact]
    public void The_node_is_what_kwoks_provider_makes()
    {
        var claim = _stage.Claim(
            "web-abc",
            Small,
            In("kubernetes.io/arch", "arm64"),
            In("kubernetes.io/os", "linux"),
            In("example.com/team", "blue")
        );
        claim = claim with
        {
            Metadata = claim.Metadata with
            {
                Labels = new Dictionary<string, string> { ["karpenter.sh/nodepool"] = "default" },
                Annotations = new Dictionary<string, string> { ["karpenter.sh/nodepool-hash"] = "42" },
            },
        };
        var node = NodeOf(Launch(claim));
        Assert.Matches("^kwok-web-abc-[a-z]+-[0-9]+$", node.Metadata.Name!);
        Assert.Equal($"kwok://{node.Metadata.Name}", node.Spec.ProviderId);
        Assert.Equal(
            ["karpenter.sh/unregistered:NoExecute"],
            node.Spec.Taints.Select(taint => $"{taint.Key}:{taint.Effect}")
        );
        Assert.Equal("42", node.Metadata.Annotations["karpenter.sh/nodepool-hash"]);
        Assert.Equal("fake", node.Metadata.Annotations["kwok.x-k8s.io/node"]);
        var labels = node.Metadata.Labels;
        Assert.Equal("default", labels["karpenter.sh/nodepool"]);
        Assert.Equal("blue", labels["example.com/team"]);
        Assert.Equal("c-2x-arm64-linux", labels["node.kubernetes.io/instance-type"]);
        Assert.Equal("c", labels["karpenter.kwok.sh/instance-family"]);
        Assert.Equal("2", labels["karpenter.kwok.sh/instance-size"]);
        Assert.Equal("4Gi", labels["karpenter.kwok.sh/instance-memory"]);
        Assert.Equal("spot", labels["karpenter.sh/capacity-type"]);
        Assert.Equal("web-abc", labels["kubernetes.io/hostname"]);
        Assert.Equal("fake", labels["kwok.x-k8s.io/node"]);
        Assert.Equal("a", labels["kwok-partition"]);
        Assert.Equal("0.038006", labels["eks-node-viewer/instance-price"]);
        Assert.Matches("^test-zone-[abcd]$", labels["topology.kubernetes.io/zone"]);
    }

    [Fact]
    public void The_cheapest_compatible_offering_is_bought()
    {
        var launched = Launch(
            _stage.Claim(
                "a",
                Small,
                In("node.kubernetes.io/instance-type", "m-8x-amd64-linux", "c-4x-amd64-linux", "s-4x-amd64-linux"),
                In("karpenter.sh/capacity-type", "on-demand"),
                In("topology.kubernetes.io/zone", "test-zone-c")
            )
        );
        Assert.Equal("c-4x-amd64-linux", launched.Metadata.Labels["node.kubernetes.io/instance-type"]);
        Assert.Equal("test-zone-c", launched.Metadata.Labels["topology.kubernetes.io/zone"]);
        Assert.Equal("on-demand", launched.Metadata.Labels["karpenter.sh/capacity-type"]);
    }

    [Fact]
    public void A_type_too_small_for_the_requests_is_passed_over()
    {
        var launched = Launch(_stage.Claim("a", ResourceList.Parse(("cpu", "2")), In("kubernetes.io/os", "linux")));
        Assert.Equal("4", launched.Status.Capacity.Of("cpu").ToString());
    }

    [Fact]
    public void Equal_prices_spread_claims_over_the_zones_and_repeat_themselves()
    {
        var claims = Enumerable
            .Range(0, 24)
            .Select(at => _stage.Claim(string.Create(CultureInfo.InvariantCulture, $"n{at}"), Small))
            .ToArray();
        var zones = claims.Select(claim => _stage.Kwok.ChoicesFor(claim)[0].Offering.Zone).ToArray();
        Assert.Equal(4, zones.Distinct().Count());
        Assert.Equal(zones, claims.Select(claim => _stage.Kwok.ChoicesFor(claim)[0].Offering.Zone));
    }

    [Fact]
    public void A_node_appears_after_the_registration_delay_of_its_class()
    {
        _stage.Wire.NodeClass = _stage.Wire.NodeClass with
        {
            Spec = new KwokNodeClassSpec { NodeRegistrationDelay = GoDuration.Parse("30s") },
        };
        var launched = Launch(_stage.Claim("late", Small));
        Assert.Empty(Nodes());
        Assert.IsType<MachineOutcome.Found>(
            _stage.Run(() => _stage.Kwok.GetAsync(launched.Status.ProviderId!, CancellationToken.None))
        );
        Assert.Equal(
            launched.Status.ProviderId,
            Launch(
                _stage.Claim("late", Small) with
                {
                    Metadata = new ObjectMeta { Name = "late", Uid = UidOf(1) },
                }
            ).Status.ProviderId
        );
        _stage.Loop.RunFor(TimeSpan.FromSeconds(29));
        Assert.Empty(Nodes());
        _stage.Loop.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(launched.Status.ProviderId, Assert.Single(Nodes()).Spec.ProviderId);
    }

    [Fact]
    public void A_machine_returned_before_it_registered_never_appears()
    {
        _stage.Wire.NodeClass = _stage.Wire.NodeClass with
        {
            Spec = new KwokNodeClassSpec { NodeRegistrationDelay = GoDuration.Parse("30s") },
        };
        var launched = Launch(_stage.Claim("late", Small));
        Assert.IsType<TerminateOutcome.Triggered>(
            _stage.Run(() => _stage.Kwok.TerminateAsync(launched, CancellationToken.None))
        );
        Assert.IsType<TerminateOutcome.Gone>(
            _stage.Run(() => _stage.Kwok.TerminateAsync(launched, CancellationToken.None))
        );
        _stage.Loop.RunFor(TimeSpan.FromMinutes(1));
        Assert.Empty(Nodes());
    }

    [Fact]
    public void A_provider_that_restarted_finds_the_machine_of_its_predecessor()
    {
        var claim = _stage.Claim("kept", Small);
        var before = Launch(claim);
        using var market = new Tenon.Providers.Kwok.NodeObjectMarket(_stage.Kube, _stage.Loop.Time);
        var successor = new Tenon.Providers.Kwok.KwokProvider(
            _stage.Kwok.Catalogue,
            _stage.Kube,
            market,
            _stage.Loop.Time
        );
        var after = Assert
            .IsType<LaunchOutcome.Launched>(_stage.Run(() => successor.LaunchAsync(claim, CancellationToken.None)))
            .Claim;
        Assert.Equal(before.Status.ProviderId, after.Status.ProviderId);
        Assert.Single(Nodes());
    }

    [Fact]
    public void A_node_held_by_a_finalizer_counts_as_gone_once_it_is_told_to_go()
    {
        var launched = Launch(_stage.Claim("held", Small));
        var node = NodeOf(launched);
        _stage
            .Run(() =>
                _stage.Kube.UpdateAsync(
                    node with
                    {
                        Metadata = node.Metadata with { Finalizers = ["karpenter.sh/termination"] },
                    },
                    CancellationToken.None
                )
            )
            .OrThrow();
        Assert.IsType<TerminateOutcome.Triggered>(
            _stage.Run(() => _stage.Kwok.TerminateAsync(launched, CancellationToken.None))
        );
        Assert.IsType<TerminateOutcome.Gone>(
            _stage.Run(() => _stage.Kwok.TerminateAsync(launched, CancellationToken.None))
        );
        Assert.True(Assert.Single(_stage.Run(() => _stage.Kwok.ListAsync(CancellationToken.None))).Metadata.IsDeleting);
    }

    [Fact]
    public void Other_peoples_nodes_are_neither_listed_nor_touched()
    {
        _stage
            .Run(() =>
                _stage.Kube.CreateAsync(
                    new Node
                    {
                        Metadata = new ObjectMeta { Name = "theirs" },
                        Spec = new NodeSpec { ProviderId = "aws:///us-east-1a/i-1" },
                    },
                    CancellationToken.None
                )
            )
            .OrThrow();
        Assert.Empty(_stage.Run(() => _stage.Kwok.ListAsync(CancellationToken.None)));
        var gone = _stage.Run(() =>
            _stage.Kwok.TerminateAsync(
                new NodeClaim { Status = new NodeClaimStatus { ProviderId = "aws:///us-east-1a/i-1" } },
                CancellationToken.None
            )
        );
        Assert.IsType<TerminateOutcome.Gone>(gone);
        Assert.Single(Nodes());
    }

    [Fact]
    public void A_class_that_is_not_ready_serves_no_launch()
    {
        _stage.Wire.NodeClass = _stage.Wire.NodeClass with
        {
            Status = new KwokNodeClassStatus
            {
                Conditions =
                [
                    new Condition
                    {
                        Type = "Ready",
                        Status = "False",
                        Message = "out of ideas",
                    },
                ],
            },
        };
        var outcome = Assert.IsType<LaunchOutcome.NodeClassNotReady>(Try(_stage.Claim("a", Small)));
        Assert.Equal("NodeClassRef not ready, KWOKNodeClass \"default\": out of ideas", outcome.Error);
        Assert.Empty(Nodes());
    }

    private static string UidOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{number:d12}");
}

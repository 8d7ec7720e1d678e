using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Domain.Claims;
using Tenon.Domain.Pods;

namespace Tenon.Controllers.Tests;

/// <summary>The rules of a claim's life as pure functions.</summary>
public sealed class ClaimRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Taint Unregistered = new() { Key = "karpenter.sh/unregistered", Effect = "NoExecute" };
    private static readonly Taint Startup = new() { Key = "agent/starting", Effect = "NoSchedule" };
    private static readonly Taint Own = new()
    {
        Key = "team",
        Value = "a",
        Effect = "NoSchedule",
    };

    [Fact]
    public void Registration_brings_owner_finalizer_labels_annotations_and_taints_once()
    {
        var node = Registration.Completed(BareNode(), Claim());
        Assert.Equal("uid-c", Assert.Single(node.Metadata.OwnerReferences).Uid);
        Assert.Equal(["karpenter.sh/termination"], node.Metadata.Finalizers);
        Assert.Equal("x", node.Metadata.Labels["claim-label"]);
        Assert.Equal("true", node.Metadata.Labels["karpenter.sh/registered"]);
        Assert.Equal("y", node.Metadata.Annotations["claim-annotation"]);
        Assert.Equal(["team", "agent/starting"], node.Spec.Taints.Select(static it => it.Key));
        var again = Registration.Completed(node, Claim());
        Assert.Single(again.Metadata.OwnerReferences);
        Assert.Single(again.Metadata.Finalizers);
        Assert.Equal(2, again.Spec.Taints.Count);
    }

    [Theory]
    [InlineData("true", 0)]
    [InlineData("false", 2)]
    [InlineData("TRUE", 2)]
    public void Only_the_exact_opt_out_keeps_taints_off(string value, int taints)
    {
        var node = BareNode(("karpenter.sh/do-not-sync-taints", value));
        Assert.Equal(
            taints,
            Registration.Completed(node, Claim()).Spec.Taints.Count(static it => it.Key is "team" or "agent/starting")
        );
    }

    [Fact]
    public void A_node_without_the_taint_or_the_label_is_noticed()
    {
        Assert.False(Registration.LacksUnregisteredTaint(BareNode()));
        Assert.True(Registration.LacksUnregisteredTaint(BareNode() with { Spec = new NodeSpec() }));
        Assert.False(
            Registration.LacksUnregisteredTaint(
                BareNode(("karpenter.sh/registered", "true")) with
                {
                    Spec = new NodeSpec(),
                }
            )
        );
    }

    [Fact]
    public void Each_hindrance_of_initialization_has_its_reason_and_words()
    {
        Assert.Equal(
            new Hindrance("NodeNotFound", "Node not registered with cluster"),
            Initialization.Hindered(null, Claim())
        );
        Assert.Equal(
            new Hindrance("NodeNotReady", "Node status is NotReady"),
            Initialization.Hindered(ReadyNode("False"), Claim())
        );
        Assert.Equal(
            new Hindrance("StartupTaintsExist", "StartupTaint \"agent/starting:NoSchedule\" still exists"),
            Initialization.Hindered(ReadyNode("True", Startup), Claim())
        );
        Assert.Equal(
            new Hindrance(
                "KnownEphemeralTaintsExist",
                "KnownEphemeralTaint \"node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule\" still exists"
            ),
            Initialization.Hindered(
                ReadyNode(
                    "True",
                    new Taint
                    {
                        Key = "node.cloudprovider.kubernetes.io/uninitialized",
                        Value = "true",
                        Effect = "NoSchedule",
                    }
                ),
                Claim()
            )
        );
        Assert.Equal(
            "KnownEphemeralTaintsExist",
            Initialization
                .Hindered(
                    ReadyNode("True", new Taint { Key = "readiness.k8s.io/net", Effect = "NoSchedule" }),
                    Claim()
                )!
                .Value.Reason
        );
        Assert.Equal(
            new Hindrance("ResourceNotRegistered", "Resource \"gpu\" was requested but not registered"),
            Initialization.Hindered(ReadyNode("True"), Claim())
        );
        var complete = ReadyNode("True") with
        {
            Status = ReadyNode("True").Status with { Allocatable = ResourceList.Parse(("gpu", "1")) },
        };
        Assert.Null(Initialization.Hindered(complete, Claim()));
    }

    [Fact]
    public void Both_clocks_of_liveness_start_at_the_condition_and_the_launch_clock_can_be_set()
    {
        Assert.IsType<LivenessVerdict.Alive>(Live(launched: "True", registered: "True", since: -9999));
        Assert.Equal(
            TimeSpan.FromMinutes(1),
            Assert.IsType<LivenessVerdict.Wait>(Live("Unknown", "Unknown", -240)).For
        );
        Assert.Equal("launch_timeout", Assert.IsType<LivenessVerdict.GiveUp>(Live("Unknown", "Unknown", -300)).Reason);
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.IsType<LivenessVerdict.Wait>(Live("True", "Unknown", -600)).For);
        Assert.Equal(
            "registration_timeout",
            Assert.IsType<LivenessVerdict.GiveUp>(Live("True", "Unknown", -900)).Reason
        );
        Assert.Equal("registration_timeout", Assert.IsType<LivenessVerdict.GiveUp>(Live("True", "False", -900)).Reason);
        Assert.IsType<LivenessVerdict.GiveUp>(Live("Unknown", "Unknown", -31, TimeSpan.FromSeconds(30)));
        Assert.IsType<LivenessVerdict.Wait>(Liveness.Judge(new NodeClaim(), Now, Liveness.LaunchTimeout));
    }

    [Fact]
    public void Two_failures_of_the_last_four_are_unhealthy_and_no_outcome_is_unknown()
    {
        Assert.Equal(PoolHealth.Unknown, RegistrationHealth.Unknown.State);
        Assert.Equal(PoolHealth.Healthy, RegistrationHealth.Unknown.With(true).State);
        Assert.Equal(PoolHealth.Healthy, RegistrationHealth.Unknown.With(false).State);
        Assert.Equal(PoolHealth.Unhealthy, RegistrationHealth.Unknown.With(false).With(false).State);
        Assert.Equal(PoolHealth.Unhealthy, RegistrationHealth.Unhealthy.With(true).State);
        Assert.Equal(PoolHealth.Healthy, RegistrationHealth.Unhealthy.With(true).With(true).With(true).State);
        Assert.Equal(4, RegistrationHealth.Healthy.With(true).With(true).With(true).With(true).Outcomes.Length);
    }

    [Fact]
    public void A_node_is_consolidatable_after_its_quiet_time_counted_from_the_last_pod_or_from_initialization()
    {
        var minute = TimeSpan.FromMinutes(1);
        Assert.False(Consolidatable.Judge(Quiet("True", -30), null, Now).IsTrue);
        Assert.False(Consolidatable.Judge(Quiet("Unknown", -3600), minute, Now).IsTrue);
        Assert.False(Consolidatable.Judge(Quiet("False", -3600), minute, Now).IsTrue);
        Assert.True(Consolidatable.Judge(Quiet("True", -61), minute, Now).IsTrue);
        Assert.True(Consolidatable.Judge(Quiet("True", 0), TimeSpan.Zero, Now).IsTrue);
        Assert.Equal(
            new ConsolidatableVerdict(false, TimeSpan.FromSeconds(30)),
            Consolidatable.Judge(Quiet("True", -30), minute, Now)
        );
        var disturbed = Quiet("True", -3600) with
        {
            Status = Quiet("True", -3600).Status with { LastPodEventTime = Now.AddSeconds(-20) },
        };
        Assert.Equal(
            new ConsolidatableVerdict(false, TimeSpan.FromSeconds(40)),
            Consolidatable.Judge(disturbed, minute, Now)
        );
    }

    [Theory]
    [InlineData("zone", "In", "a,b", false)]
    [InlineData("zone", "In", "b,c", true)]
    [InlineData("zone", "In", "c", true)]
    [InlineData("zone", "NotIn", "a", true)]
    [InlineData("zone", "Exists", "", false)]
    [InlineData("zone", "DoesNotExist", "", true)]
    [InlineData("new-key", "In", "v", true)]
    [InlineData("new-key", "Exists", "", true)]
    [InlineData("new-key", "NotIn", "v", false)]
    [InlineData("new-key", "DoesNotExist", "", false)]
    [InlineData("cpus", "Gt", "3", false)]
    [InlineData("cpus", "Gt", "4", true)]
    [InlineData("cpus", "Lt", "5", false)]
    [InlineData("cpus", "Lt", "4", true)]
    public void A_claim_drifts_when_its_labels_no_longer_satisfy_the_pool(
        string key,
        string @operator,
        string values,
        bool drifts
    )
    {
        var claim = new NodeClaim
        {
            Metadata = new ObjectMeta
            {
                Labels = new Dictionary<string, string> { ["zone"] = "a", ["cpus"] = "4" },
            },
        };
        Assert.Equal(
            drifts,
            Drift.RequirementsDrifted(
                claim,
                PoolWith(
                    new NodeRequirement
                    {
                        Key = key,
                        Operator = @operator,
                        Values = values.Split(',', StringSplitOptions.RemoveEmptyEntries),
                    }
                )
            )
        );
    }

    [Theory]
    [InlineData("1", "v3", "2", "v3", true)]
    [InlineData("1", "v3", "1", "v3", false)]
    [InlineData("1", "v2", "2", "v3", false)]
    [InlineData(null, "v3", "2", "v3", false)]
    [InlineData("1", null, "2", "v3", false)]
    [InlineData("1", "v3", null, "v3", false)]
    [InlineData("1", "v3", "2", null, false)]
    public void Hashes_of_one_version_are_compared_and_nothing_else(
        string? claimHash,
        string? claimVersion,
        string? poolHash,
        string? poolVersion,
        bool drifts
    )
    {
        var claim = new NodeClaim { Metadata = new ObjectMeta { Annotations = Hashed(claimHash, claimVersion) } };
        var pool = new NodePool { Metadata = new ObjectMeta { Annotations = Hashed(poolHash, poolVersion) } };
        Assert.Equal(drifts, Drift.StaticallyDrifted(claim, pool));
    }

    [Fact]
    public void A_claim_expires_by_its_own_age_and_its_own_span()
    {
        static NodeClaim Aged(string span) =>
            new()
            {
                Metadata = new ObjectMeta { CreationTimestamp = Now },
                Spec = new NodeClaimSpec { ExpireAfter = NillableDuration.Parse(span) },
            };
        Assert.Equal(Now.AddHours(720), Expiration.Deadline(Aged("720h")));
        Assert.Null(Expiration.Deadline(Aged("Never")));
    }

    [Fact]
    public void Pods_leave_tier_by_tier_and_those_that_would_lose_their_grace_leave_at_once()
    {
        Pod[] pods =
        [
            OnNode("web"),
            OnNode("agent", owner: "DaemonSet"),
            OnNode("dns", priorityClass: "system-cluster-critical"),
            OnNode("cni", owner: "DaemonSet", priorityClass: "system-node-critical"),
        ];
        foreach (var gone in Enumerable.Range(0, 4))
        {
            var plan = DrainPlan.For(pods[gone..], Now, null);
            Assert.Equal([pods[gone].Metadata.Name], plan.Evict.Select(static it => it.Metadata.Name));
            Assert.Equal(4 - gone, plan.Waiting);
            Assert.Empty(plan.Force);
        }
        Assert.True(DrainPlan.For([], Now, null).IsDrained);
        // Thirty seconds of grace each: the deadline forces everything that has less left, whatever its tier.
        Assert.Equal(4, DrainPlan.For(pods, Now, Now.AddSeconds(29)).Force.Length);
        Assert.Empty(DrainPlan.For(pods, Now, Now.AddSeconds(31)).Force);
    }

    [Fact]
    public void Some_pods_do_not_hold_a_node()
    {
        static Toleration Tolerating(string key, string op, string? value = null) =>
            new()
            {
                Key = key,
                Operator = op,
                Value = value,
            };
        Assert.True(DrainPlan.For([OnNode("done", phase: "Succeeded")], Now, null).IsDrained);
        Assert.True(DrainPlan.For([OnNode("failed", phase: "Failed")], Now, null).IsDrained);
        Assert.True(DrainPlan.For([OnNode("static", owner: "Node")], Now, null).IsDrained);
        Assert.True(
            DrainPlan
                .For([OnNode("stays", toleration: Tolerating("karpenter.sh/disrupted", "Exists"))], Now, null)
                .IsDrained
        );
        Assert.True(
            DrainPlan
                .For([OnNode("stays", toleration: Tolerating("karpenter.sh/disrupted", "Equal"))], Now, null)
                .IsDrained
        );
        Assert.False(
            DrainPlan
                .For([OnNode("goes", toleration: Tolerating("node.kubernetes.io/unschedulable", "Exists"))], Now, null)
                .IsDrained
        );
        Assert.True(DrainPlan.For([OnNode("stuck", deleted: Now.AddSeconds(-61))], Now, null).IsDrained);
        Assert.False(DrainPlan.For([OnNode("going", deleted: Now.AddSeconds(-59))], Now, null).IsDrained);
        Assert.False(DrainPlan.For([OnNode("lonely", owner: null)], Now, null).IsDrained);
        Assert.True(DrainPlan.NeedsForce(OnNode("going", deleted: Now.AddSeconds(90)), Now, Now.AddSeconds(60)));
        Assert.False(DrainPlan.NeedsForce(OnNode("going", deleted: Now.AddSeconds(30)), Now, Now.AddSeconds(60)));
    }

    private static LivenessVerdict Live(string launched, string registered, int since, TimeSpan? timeout = null) =>
        Liveness.Judge(
            new NodeClaim
            {
                Metadata = new ObjectMeta { CreationTimestamp = Now.AddDays(-1) },
                Status = new NodeClaimStatus
                {
                    Conditions = [At("Launched", launched, since), At("Registered", registered, since)],
                },
            },
            Now,
            timeout ?? Liveness.LaunchTimeout
        );

    private static NodeClaim Quiet(string initialized, int since) =>
        new() { Status = new NodeClaimStatus { Conditions = [At("Initialized", initialized, since)] } };

    private static Condition At(string type, string status, int seconds) =>
        new()
        {
            Type = type,
            Status = status,
            LastTransitionTime = Now.AddSeconds(seconds),
        };

    private static NodePool PoolWith(NodeRequirement requirement) =>
        new()
        {
            Spec = new NodePoolSpec
            {
                Template = new NodeClaimTemplate { Spec = new NodeClaimTemplateSpec { Requirements = [requirement] } },
            },
        };

    private static Dictionary<string, string> Hashed(string? hash, string? version)
    {
        var annotations = new Dictionary<string, string>();
        if (hash is not null)
            annotations["karpenter.sh/nodepool-hash"] = hash;
        if (version is not null)
            annotations["karpenter.sh/nodepool-hash-version"] = version;
        return annotations;
    }

    private static NodeClaim Claim() =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = "c",
                Uid = "uid-c",
                Labels = new Dictionary<string, string> { ["claim-label"] = "x" },
                Annotations = new Dictionary<string, string> { ["claim-annotation"] = "y" },
            },
            Spec = new NodeClaimSpec
            {
                Taints = [Own],
                StartupTaints = [Startup],
                Resources = new NodeClaimResources { Requests = ResourceList.Parse(("gpu", "1"), ("none", "0")) },
            },
        };

    private static Node BareNode(params (string Key, string Value)[] labels) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = "n",
                Labels = labels.ToDictionary(static it => it.Key, static it => it.Value),
            },
            Spec = new NodeSpec { Taints = [Unregistered] },
        };

    private static Node ReadyNode(string ready, params Taint[] taints) =>
        new()
        {
            Metadata = new ObjectMeta { Name = "n" },
            Spec = new NodeSpec { Taints = taints },
            Status = new NodeStatus { Conditions = [At("Ready", ready, 0)] },
        };

    private static Pod OnNode(
        string name,
        string? owner = "ReplicaSet",
        string? priorityClass = null,
        string phase = "Running",
        Toleration? toleration = null,
        DateTimeOffset? deleted = null
    ) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                DeletionTimestamp = deleted,
                OwnerReferences = owner is null
                    ? []
                    :
                    [
                        new OwnerReference
                        {
                            ApiVersion = owner == "Node" ? "v1" : "apps/v1",
                            Kind = owner,
                            Name = "o",
                            Uid = "o",
                            Controller = true,
                        },
                    ],
            },
            Spec = new PodSpec
            {
                NodeName = "n",
                PriorityClassName = priorityClass,
                TerminationGracePeriodSeconds = 30,
                Tolerations = toleration is null ? [] : [toleration],
            },
            Status = new PodStatus { Phase = phase },
        };
}

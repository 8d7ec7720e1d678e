using Tenon.Api.Autoscaling;
using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Api.Extensions;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Tests;

public sealed class WireShape
{
    [Fact]
    public void A_pod_with_everything_a_scheduler_reads_survives_a_round_trip()
    {
        const string Text = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"b","creationTimestamp":"2026-01-02T03:04:05Z"},"spec":{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}],"initContainers":[{"name":"side","resources":{"requests":{"cpu":"100m"}},"restartPolicy":"Always"}],"containers":[{"name":"main","ports":[{"hostPort":80,"containerPort":80,"protocol":"TCP"}],"resources":{"limits":{"memory":"1Gi"},"requests":{"cpu":"1","memory":"512Mi"},"claims":[{"name":"gpu"}]}}],"nodeSelector":{"x":"y"},"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]}]}},"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":5,"podAffinityTerm":{"labelSelector":{"matchLabels":{"a":"b"}},"topologyKey":"zone"}}]}},"tolerations":[{"operator":"Exists"}],"priority":-5,"overhead":{"cpu":"10m"},"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","minDomains":2,"nodeTaintsPolicy":"Honor","matchLabelKeys":["h"]}],"schedulingGates":[{"name":"g"}],"resourceClaims":[{"name":"gpu","resourceClaimTemplateName":"t"}]},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable"}],"nominatedNodeName":"n"}}
            """;
        Assert.Equal(Text, ApiJson.WriteText(ApiJson.Parse<Pod>(Text)));
    }

    [Fact]
    public void A_pool_writes_required_empty_lists_and_keeps_the_words_of_its_durations()
    {
        const string Text = """
            {"apiVersion":"karpenter.sh/v1","kind":"NodePool","metadata":{"name":"a"},"spec":{"template":{"metadata":{"labels":{}},"spec":{"taints":[],"requirements":[],"nodeClassRef":{"group":"g","kind":"K","name":"n"},"terminationGracePeriod":"1h0m0s","expireAfter":"720h"}},"disruption":{"consolidateAfter":"Never","budgets":[]},"limits":{"cpu":"10"}},"status":{}}
            """;
        var pool = ApiJson.Parse<NodePool>(Text);
        Assert.True(pool.Spec.Disruption!.ConsolidateAfter!.Value.IsNever);
        Assert.Equal(TimeSpan.FromHours(720), pool.Spec.Template.Spec.ExpireAfter!.Value.ToTimeSpan());
        Assert.Equal(Text, ApiJson.WriteText(pool));
    }

    [Fact]
    public void A_list_is_a_kind_of_its_own_and_is_written_even_when_it_is_empty()
    {
        Assert.Equal(
            """{"apiVersion":"v1","kind":"NodeList","metadata":{},"items":[]}""",
            ApiJson.WriteText(new KubeList<Node>())
        );
        var parsed = ApiJson.Parse<KubeList<NodeClaim>>(
            """{"metadata":{"resourceVersion":"7","continue":"x"},"items":[{"metadata":{"name":"n"}}]}"""
        );
        Assert.Equal("NodeClaimList", parsed.Kind);
        Assert.Equal("n", Assert.Single(parsed.Items).Metadata.Name);
    }

    [Fact]
    public void Times_are_whole_seconds_except_in_leases()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)).AddTicks(1_234_567);
        var meta = new ObjectMeta { CreationTimestamp = time };
        Assert.Contains(
            "{\"creationTimestamp\":\"2026-01-02T02:04:05Z\"}",
            ApiJson.WriteText(new Namespace { Metadata = meta })
        );
        Assert.Contains(
            "\"renewTime\":\"2026-01-02T02:04:05.123456Z\"",
            ApiJson.WriteText(new Lease { Spec = new LeaseSpec { RenewTime = time } })
        );
        Assert.Equal(
            new DateTimeOffset(2026, 1, 2, 2, 4, 5, TimeSpan.Zero),
            ApiJson
                .Parse<Namespace>("""{"metadata":{"creationTimestamp":"2026-01-02T03:04:05+01:00"}}""")
                .Metadata.CreationTimestamp
        );
    }

    [Fact]
    public void Absent_parts_read_as_empty_parts_that_are_safe_to_walk()
    {
        var pod = ApiJson.Parse<Pod>("{}");
        Assert.Empty(pod.Metadata.Labels);
        Assert.Empty(pod.Spec.Containers);
        Assert.Empty(pod.Spec.NodeSelector);
        Assert.Empty(pod.Spec.Overhead);
        Assert.Empty(pod.Status.Conditions);
        Assert.Empty(new Pod().Metadata.Annotations);
        Assert.Empty(new NodeClaim().Spec.Requirements);
        Assert.Null(ApiJson.Parse<CapacityBuffer>("{}").Spec.Replicas);
    }

    [Fact]
    public void A_schema_keeps_its_extensions_and_both_forms_of_additional_properties()
    {
        const string Text = """
            {"type":"object","minimum":1,"properties":{"a":{"additionalProperties":{"pattern":"^x$","anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true},"x-kubernetes-map-type":"atomic"},"b":{"additionalProperties":false}},"x-kubernetes-validations":[{"rule":"self == oldSelf","message":"fixed"}]}
            """;
        Assert.Equal(Text, ApiJson.WriteText(ApiJson.Parse<JsonSchemaProps>(Text)));
    }
}

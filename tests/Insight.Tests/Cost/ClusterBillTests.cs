using Tenon.Api.Core;
using Tenon.Foundation.Units;
using Tenon.Insight.Cost;

namespace Tenon.Insight.Tests.Cost;

public sealed class ClusterBillTests
{
    static Node Machine(
        string name,
        string type,
        string capacity,
        string price,
        string cpu = "4",
        string memory = "8Gi"
    ) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string>
                {
                    ["karpenter.sh/nodepool"] = "default",
                    ["node.kubernetes.io/instance-type"] = type,
                    ["topology.kubernetes.io/zone"] = "a",
                    ["karpenter.sh/capacity-type"] = capacity,
                    ["eks-node-viewer/instance-price"] = price,
                },
            },
            Status = new NodeStatus { Allocatable = ResourceList.Parse(("cpu", cpu), ("memory", memory)) },
        };

    static Pod OnNode(string? node, string cpu, string memory, string phase = "Running") =>
        new()
        {
            Metadata = new ObjectMeta { Name = "p", Namespace = "default" },
            Spec = new PodSpec
            {
                NodeName = node,
                Containers =
                [
                    new Container
                    {
                        Name = "c",
                        Resources = new ResourceRequirements
                        {
                            Requests = ResourceList.Parse(("cpu", cpu), ("memory", memory)),
                        },
                    },
                ],
            },
            Status = new PodStatus { Phase = phase },
        };

    [Fact]
    public void Machines_alike_share_a_line_and_the_dearest_line_comes_first()
    {
        var bill = ClusterBill.Of(
            [
                Machine("n1", "m5.large", "spot", "0.04"),
                Machine("n2", "m5.large", "spot", "0.04"),
                Machine("n3", "m5.large", "on-demand", "0.096"),
            ],
            [],
            ClusterBill.PriceLabel
        );
        Assert.Equal([("on-demand", 1), ("spot", 2)], bill.Lines.Select(line => (line.CapacityType, line.Nodes)));
        Assert.Equal(HourlyPrice.FromDollars(0.176m), bill.Total);
        Assert.Equal(3, bill.Nodes);
    }

    [Fact]
    public void Utilisation_counts_what_running_pods_ask_for()
    {
        var bill = ClusterBill.Of(
            [Machine("n1", "m5.large", "spot", "0.04")],
            [OnNode("n1", "1", "2Gi"), OnNode("n1", "1", "2Gi", "Succeeded"), OnNode(null, "3", "3Gi")],
            ClusterBill.PriceLabel
        );
        Assert.Equal(0.25, bill.Cpu);
        Assert.Equal(0.25, bill.Memory);
        Assert.Equal(1, bill.Lines[0].Pods);
    }

    [Fact]
    public void A_node_without_a_known_price_costs_nothing_rather_than_stopping_the_sum()
    {
        var bill = ClusterBill.Of([Machine("n1", "m5.large", "spot", "cheap")], [], ClusterBill.PriceLabel);
        Assert.Equal(HourlyPrice.Zero, bill.Total);
    }

    [Fact]
    public void Finished_and_leaving_pods_are_not_counted()
    {
        var leaving = OnNode("n1", "1", "1Gi");
        var tally = PodTally.Of([
            OnNode("n1", "1", "1Gi"),
            OnNode(null, "1", "1Gi", "Pending"),
            OnNode("n1", "1", "1Gi", "Succeeded"),
            leaving with
            {
                Metadata = leaving.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch },
            },
        ]);
        Assert.Equal(new PodTally(2, 1), tally);
        Assert.Equal(1, tally.Pending);
    }
}

using System.Text.RegularExpressions;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Tests.Emulated;

/// <summary>
/// What boots on the emulator's instances: a kubelet that reads the user data its machine was given and registers with
/// the labels and taints written there, and nothing else. The rest of its life is the box's simulated kubelet.
/// </summary>
internal sealed partial class EmulatedNodes(
    KubeClient kube,
    HttpAwsTransport direct,
    MotoFront front,
    TimeProvider time
)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private readonly Ec2Client _ec2 = new(new AwsSession(direct, AwsRetryOptions.Default, time));
    private readonly HashSet<string> _booted = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            var all = await _ec2.ListInstancesAsync(EmulatedAccount.Cluster, cancel);
            foreach (var instance in all.IsOk ? all.Value : [])
                if (instance.State == "running" && _booted.Add(instance.Id))
                    await BootAsync(instance, cancel);
            await Task.Delay(Look, time, cancel);
        }
    }

    private async Task BootAsync(Ec2Instance instance, CancellationToken cancel)
    {
        var text =
            front.UserDataOf(instance.Id) ?? throw new InvalidOperationException($"{instance.Id} has no user data");
        var facts = Ec2Facts.Find(instance.InstanceType)!;
        var labels = NodeLabels()
            .Match(text)
            .Groups[1]
            .Value.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(label => label.Split('='))
            .ToDictionary(label => label[0], label => label[1], StringComparer.Ordinal);
        // What a kubelet and the cloud's own controller know without being told.
        labels["kubernetes.io/hostname"] = $"{instance.Id}.compute.internal";
        labels["kubernetes.io/arch"] = facts.Architecture!;
        labels["kubernetes.io/os"] = "linux";
        labels["node.kubernetes.io/instance-type"] = instance.InstanceType;
        labels["topology.kubernetes.io/zone"] = instance.Zone;
        labels["topology.kubernetes.io/region"] = MotoServer.Region;
        var capacity = Ec2Shape.Capacity(facts, Ec2Shape.Settings.Default);
        var node = new Node
        {
            Metadata = new ObjectMeta { Name = $"{instance.Id}.compute.internal", Labels = labels },
            Spec = new NodeSpec
            {
                ProviderId = instance.ProviderId,
                Taints = text.Contains("karpenter.sh/unregistered", StringComparison.Ordinal)
                    ? [new Taint { Key = "karpenter.sh/unregistered", Effect = "NoExecute" }]
                    : [],
            },
            Status = new NodeStatus
            {
                Capacity = capacity,
                Allocatable = capacity - Ec2Shape.Overhead(facts, Ec2Shape.Settings.Default).Total,
            },
        };
        (await kube.CreateAsync(node, cancel)).OrThrow();
        (
            await kube.UpdateStatusAsync(
                (await kube.GetAsync<Node>(null, node.Metadata.Name!, cancel)).OrThrow() with
                {
                    Status = node.Status,
                },
                cancel
            )
        ).OrThrow();
    }

    [GeneratedRegex("--node-labels=[\\\\]?\"([^\"\\\\]*)")]
    private static partial Regex NodeLabels();
}

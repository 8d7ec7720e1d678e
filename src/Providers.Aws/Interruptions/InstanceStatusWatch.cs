using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Interruptions;

/// <summary>
/// Acts on what EC2's own checks say of instances (AWS provider specification §6.2), whether or not there is a queue: a
/// failed check ends the machine at once, a scheduled event in good order.
/// </summary>
internal sealed partial class InstanceStatusWatch(
    KubeClient kube,
    Informer<NodeClaim> claims,
    Ec2Client ec2,
    AwsMetrics metrics,
    IEventRecorder events,
    TimeProvider time,
    ILogger log
)
{
    public const string InstanceStatus = "InstanceStatus";
    public const string SystemStatus = "SystemStatus";
    public const string EventStatus = "EventStatus";

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>A check that failed for less may recover by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly ImmutableArray<Ec2Filter> Questions =
    [
        new("instance-status.status", "impaired"),
        new("system-status.status", "impaired"),
        new(
            "event.code",
            "instance-reboot",
            "system-reboot",
            "system-maintenance",
            "instance-retirement",
            "instance-stop"
        ),
    ];

    private HashSet<(string Instance, string Category)> _counted = [];
    private bool _isForbidden;

    public async ValueTask<Requeue> ReconcileAsync(CancellationToken cancel)
    {
        if (_isForbidden)
            return Requeue.Never;
        var byId = new SortedDictionary<string, Ec2InstanceStatus>(StringComparer.Ordinal);
        foreach (var question in Questions)
        {
            var answer = await ec2.DescribeInstanceStatusAsync(question, cancel);
            if (answer.Error?.Code == "UnauthorizedOperation")
            {
                _isForbidden = true;
                LogForbidden(log, answer.Error.Message);
                return Requeue.Never;
            }
            if (!answer.IsOk)
                throw new AwsTransportException(answer.Error.ToString());
            foreach (var status in answer.Value)
                byId.TryAdd(status.InstanceId, status);
        }
        var seen = new HashSet<(string, string)>();
        foreach (var status in byId.Values)
            await ActAsync(status, seen, cancel);
        _counted = seen;
        return Requeue.In(Period);
    }

    private async ValueTask ActAsync(Ec2InstanceStatus status, HashSet<(string, string)> seen, CancellationToken cancel)
    {
        var categories = CategoriesOf(status).ToArray();
        if (categories.Length == 0)
            return;
        var claim = claims.All.FirstOrDefault(it =>
            MachineClaims.InstanceIdOf(it.Status.ProviderId) == status.InstanceId
        );
        if (claim is null)
            return;
        foreach (var category in categories)
        {
            seen.Add((status.InstanceId, category));
            if (!_counted.Contains((status.InstanceId, category)))
                metrics.Unhealthy(category);
        }
        events.Publish(
            new KubeEvent(
                claim,
                KubeEvent.Warning,
                "InstanceUnhealthy",
                "An unhealthy warning was triggered for the instance"
            )
            {
                DedupeValues = [claim.Metadata.Uid ?? ""],
            }
        );
        if (claim.Metadata.IsDeleting)
            return;
        if (categories.Any(category => category != EventStatus))
            await MarkAsync(claim, cancel);
        var deleted = await kube.DeleteAsync(claim, null, cancel);
        if (!deleted.IsNotFound)
            deleted.OrThrow();
    }

    /// <summary>
    /// The time by which the drain must have ended is now: there is nothing to drain on a dead machine.
    /// </summary>
    private async ValueTask MarkAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (claim.Metadata.Annotations.ContainsKey(Annotations.NodeClaimTerminationTimestamp))
            return;
        var marked = claim with
        {
            Metadata = claim.Metadata with
            {
                Annotations = claim
                    .Metadata.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal)
                    .SetItem(
                        Annotations.NodeClaimTerminationTimestamp,
                        time.GetUtcNow()
                            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)
                    ),
            },
        };
        var written = await kube.MergeAsync(claim, marked, ifUnchanged: false, cancel);
        if (!written.IsNotFound)
            written.OrThrow();
    }

    private IEnumerable<string> CategoriesOf(Ec2InstanceStatus status)
    {
        if (status.Instance.Any(HasFailed))
            yield return InstanceStatus;
        if (status.System.Any(HasFailed))
            yield return SystemStatus;
        if (!status.EventCodes.IsEmpty)
            yield return EventStatus;
    }

    private bool HasFailed(Ec2StatusDetail detail) =>
        detail.Status == "failed" && time.GetUtcNow() - detail.ImpairedSince >= Patience;

    [LoggerMessage(
        EventId = 5201,
        Level = LogLevel.Error,
        Message = "instance statuses are not read until the next start: allow ec2:DescribeInstanceStatus and restart ({Why})"
    )]
    private static partial void LogForbidden(ILogger logger, string why);
}

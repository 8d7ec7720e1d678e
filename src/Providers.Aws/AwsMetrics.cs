using System.Diagnostics.Metrics;

namespace Tenon.Providers.Aws;

/// <summary>The provider's instruments, named as upstream's (AWS provider specification §8.4).</summary>
public sealed class AwsMetrics
{
    private readonly Counter<long> _launchFailures;
    private readonly Counter<long> _terminationFailures;
    private readonly Gauge<long> _userData;
    private readonly Counter<long> _unhealthy;

    public AwsMetrics(Meter meter)
    {
        _launchFailures = meter.CreateCounter<long>("karpenter_cloudprovider_instance_launch_failures_total");
        _terminationFailures = meter.CreateCounter<long>("karpenter_cloudprovider_instance_termination_failures_total");
        _userData = meter.CreateGauge<long>("karpenter_ec2nodeclasses_userdata_bytes");
        _unhealthy = meter.CreateCounter<long>("karpenter_interruption_instance_status_unhealthy_total");
    }

    public void LaunchFailed(string zone, string zoneId, string capacityType, string reason) =>
        _launchFailures.Add(
            1,
            new("zone", zone),
            new("zone_id", zoneId),
            new("capacity_type", capacityType),
            new("reason", reason)
        );

    public void TerminationFailed(string zone, string zoneId) =>
        _terminationFailures.Add(1, new("zone", zone), new("zone_id", zoneId));

    /// <param name="base64">As it is sent; the size told is that of what it stands for.</param>
    public void UserData(string nodeClass, string base64)
    {
        var padding =
            base64.EndsWith("==", StringComparison.Ordinal) ? 2
            : base64.EndsWith('=') ? 1
            : 0;
        _userData.Record(base64.Length / 4 * 3 - padding, new KeyValuePair<string, object?>("nodeclass", nodeClass));
    }

    public void Unhealthy(string category) =>
        _unhealthy.Add(1, new KeyValuePair<string, object?>("category", category));
}

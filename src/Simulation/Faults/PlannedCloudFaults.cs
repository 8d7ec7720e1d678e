using Tenon.Simulation.Cloud;

namespace Tenon.Simulation.Faults;

/// <summary>The cloud's answers, as bad as the plan says.</summary>
public sealed class PlannedCloudFaults(FaultPlan plan) : ICloudFaults
{
    public CloudFault Strike(string call, string subject, int attempt, DateTimeOffset now)
    {
        if (call is not ("Buy" or "Return"))
            return CloudFault.None;
        if (plan.Strikes(FaultSite.LaunchRefused))
            return CloudFault.Throttled;
        return plan.Strikes(FaultSite.LaunchReplyLost) ? CloudFault.ReplyLost : CloudFault.None;
    }
}

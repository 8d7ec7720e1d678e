using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Simulation.Faults;

/// <summary>The road between one client and the API server, as bad as the plan says.</summary>
public sealed class PlannedApiFaults(FaultPlan plan) : IApiFaults
{
    private static readonly byte[] Busy =
        """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the server is currently unable to handle the request","reason":"ServiceUnavailable","code":503}"""u8.ToArray();

    private static readonly byte[] TooMany =
        """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too many requests, please try again later","reason":"TooManyRequests","details":{"retryAfterSeconds":1},"code":429}"""u8.ToArray();

    public ApiFault Before(KubeRequest request)
    {
        if (plan.IsApiAway)
            return new ApiFault { LosesRequest = true };
        var fault = new ApiFault();
        if (plan.Strikes(FaultSite.ApiSlow))
            fault = fault with { Delay = TimeSpan.FromMilliseconds(plan.Draw(FaultSite.ApiSlow, 50, 8_000)) };
        if (plan.Strikes(FaultSite.ApiRefused))
            return fault with
            {
                Refusal =
                    plan.Draw(FaultSite.ApiRefused, 0, 2) == 0
                        ? new KubeReply(503, Busy, "application/json")
                        : new KubeReply(429, TooMany, "application/json", TimeSpan.FromSeconds(1)),
            };
        if (plan.Strikes(FaultSite.ApiRequestLost))
            return fault with { LosesRequest = true };
        return plan.Strikes(FaultSite.ApiReplyLost) ? fault with { LosesReply = true } : fault;
    }

    public bool CutsWatch(KubeRequest request) => plan.IsApiAway || plan.Strikes(FaultSite.WatchCut);
}

namespace Tenon.Simulation.Cloud;

/// <summary>What goes wrong with one call.</summary>
public enum CloudFault
{
    None,

    /// <summary>Refused before anything was done.</summary>
    Throttled,

    /// <summary>Never arrived: nothing was done and no answer came.</summary>
    RequestLost,

    /// <summary>Carried out, but the answer never came.</summary>
    ReplyLost,
}

/// <summary>Decides the fate of each call to the simulated cloud.</summary>
public interface ICloudFaults
{
    static readonly ICloudFaults None = new Reliable();

    /// <param name="call"><c>Buy</c>, <c>Return</c>, <c>Find</c>, <c>List</c> or <c>Receive</c>.</param>
    /// <param name="subject">The token or provider id the call is about; empty for a list.</param>
    /// <param name="attempt">Counts the calls of this kind about this subject, from 1.</param>
    CloudFault Strike(string call, string subject, int attempt, DateTimeOffset now);

    private sealed class Reliable : ICloudFaults
    {
        public CloudFault Strike(string call, string subject, int attempt, DateTimeOffset now) => CloudFault.None;
    }
}

/// <summary>Independent faults by seed, each with its share of the calls in millionths.</summary>
public sealed class SeededCloudFaults(ulong seed, int throttled, int requestsLost, int repliesLost) : ICloudFaults
{
    private readonly CloudDraw _draw = new(seed);

    public CloudFault Strike(string call, string subject, int attempt, DateTimeOffset now)
    {
        var at = _draw.Below(FormattableString.Invariant($"{call}|{subject}|{attempt}"), 1_000_000);
        if (at < throttled)
            return CloudFault.Throttled;
        if (at < throttled + requestsLost)
            return CloudFault.RequestLost;
        return at < throttled + requestsLost + repliesLost ? CloudFault.ReplyLost : CloudFault.None;
    }
}

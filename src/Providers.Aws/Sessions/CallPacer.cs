namespace Tenon.Providers.Aws.Sessions;

/// <summary>
/// Keeps the calls of one process below EC2's published limits, each API by itself: questions 100 at once and 20 a
/// second, everything else 50 at once and 5 a second. An account may have more callers than this one, so a throttled
/// reply halves the API's rate, and every good one gives a little of it back. Safe for concurrent use.
/// </summary>
public sealed class CallPacer(TimeProvider time)
{
    /// <summary>One call in four seconds is made whatever EC2 says.</summary>
    private const double Slowest = 0.25;

    /// <summary>Of the full rate, given back by one good reply.</summary>
    private const double Recovery = 0.05;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    private sealed class Bucket(double burst, double rate, long since)
    {
        public double Burst { get; } = burst;
        public double Full { get; } = rate;
        public double Rate { get; set; } = rate;
        public double Tokens { get; set; } = burst;
        public long Since { get; set; } = since;
    }

    /// <summary>Calls at once and calls a second that are allowed for an operation of EC2.</summary>
    public static (double Burst, double PerSecond) LimitOf(string operation) =>
        operation.StartsWith("Describe", StringComparison.Ordinal) ? (100, 20) : (50, 5);

    /// <summary>Waits until the call may be made. Services other than EC2 have limits we stay far below.</summary>
    public async ValueTask TakeAsync(string service, string operation, CancellationToken cancel)
    {
        if (service != "ec2")
            return;
        TimeSpan wait;
        lock (_lock)
        {
            var bucket = Filled_NeedsLock(operation);
            bucket.Tokens--;
            wait = bucket.Tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-bucket.Tokens / bucket.Rate);
        }
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancel);
    }

    public void Answered(string service, string operation, bool throttled)
    {
        if (service != "ec2")
            return;
        lock (_lock)
        {
            var bucket = Filled_NeedsLock(operation);
            if (!throttled)
            {
                bucket.Rate = Math.Min(bucket.Full, bucket.Rate + bucket.Full * Recovery);
                return;
            }
            bucket.Rate = Math.Max(Slowest, bucket.Rate / 2);
            bucket.Tokens = Math.Min(bucket.Tokens, 0);
        }
    }

    private Bucket Filled_NeedsLock(string operation)
    {
        var now = time.GetTimestamp();
        if (!_buckets.TryGetValue(operation, out var bucket))
        {
            var (burst, rate) = LimitOf(operation);
            _buckets.Add(operation, bucket = new Bucket(burst, rate, now));
        }
        var passed = time.GetElapsedTime(bucket.Since, now).TotalSeconds;
        bucket.Tokens = Math.Min(bucket.Burst, bucket.Tokens + passed * bucket.Rate);
        bucket.Since = now;
        return bucket;
    }
}

namespace Tenon.Providers.Port;

/// <summary>The cloud gave no complete answer to a question whose half answer would do harm.</summary>
public sealed class CloudUnavailableException(string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

namespace Tenon.Kube.Client.Transport;

public sealed record HttpTransportOptions
{
    public static readonly HttpTransportOptions Default = new();

    public string UserAgent { get; init; } = "karpenter/0.1.0";

    /// <summary>
    /// From the first byte of a request to the last of its reply; streams are not bound by it once they are open.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// An HTTP/2 connection without a frame for this long is asked whether it lives, and given up after the same again
    /// by half.
    /// </summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest line of a stream. An object has at most 1.5 MiB in etcd; JSON may be a few times that.
    /// </summary>
    public int LongestLine { get; init; } = 16 * 1024 * 1024;

    /// <summary>Longest reply. A page of 500 pods has about 5 MiB.</summary>
    public int LongestReply { get; init; } = 512 * 1024 * 1024;
}

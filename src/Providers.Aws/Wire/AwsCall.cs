namespace Tenon.Providers.Aws.Wire;

/// <summary>
/// One call to an AWS service before it has an endpoint, credentials or a signature. This is the seam where tests stand
/// in for AWS: above it are typed operations, below it sockets.
/// </summary>
public sealed record AwsCall
{
    /// <summary>
    /// Also the signing name: <c>ec2</c>, <c>iam</c>, <c>ssm</c>, <c>sqs</c>, <c>eks</c>, <c>pricing</c> …
    /// </summary>
    public required string Service { get; init; }

    /// <summary>For logs, pacing and metrics: <c>DescribeInstances</c>.</summary>
    public required string Operation { get; init; }

    public string Method { get; init; } = "POST";
    public string Path { get; init; } = "/";
    public string ContentType { get; init; } = "application/x-www-form-urlencoded; charset=utf-8";

    /// <summary><c>X-Amz-Target</c> of the JSON protocols.</summary>
    public string? Target { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>False where repeating is the caller's business, as for dry-run authorisation.</summary>
    public bool MayRepeat { get; init; } = true;
}

/// <param name="Status">HTTP status.</param>
/// <param name="ErrorType">Header <c>x-amzn-errortype</c> or <c>x-amzn-query-error</c>, where there is one.</param>
public sealed record AwsReply(int Status, ReadOnlyMemory<byte> Body, string? ErrorType = null)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Carries a call to AWS and back.</summary>
public interface IAwsTransport
{
    /// <summary>
    /// A refusal by the service is a reply. Throws <see cref="AwsTransportException"/> when no reply came.
    /// </summary>
    ValueTask<AwsReply> SendAsync(AwsCall call, CancellationToken cancel);
}

/// <summary>
/// No reply: no route, no name, no credentials, cut in the middle. The call may or may not have been carried out.
/// </summary>
public sealed class AwsTransportException(string message, Exception? inner = null) : Exception(message, inner);

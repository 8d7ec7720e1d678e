using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Sessions;

/// <summary>Where credentials come from. They may be temporary, so they are asked for before each call.</summary>
public interface ICredentialSource
{
    /// <exception cref="AwsTransportException">There are none to be had; the message says what was tried.</exception>
    ValueTask<Wire.AwsCredentials> CurrentAsync(CancellationToken cancel);
}

/// <summary>
/// The AWS SDK's own chain, which refreshes what expires: environment keys, web identity (IRSA), shared profiles,
/// container credentials (Pod Identity), instance profile.
/// </summary>
public sealed class SdkCredentials : ICredentialSource
{
    private readonly Lazy<AWSCredentials> _chain = new(() => DefaultAWSCredentialsIdentityResolver.GetCredentials());

    public async ValueTask<Wire.AwsCredentials> CurrentAsync(CancellationToken cancel)
    {
        try
        {
            var found = await _chain.Value.GetCredentialsAsync().WaitAsync(cancel);
            return new Wire.AwsCredentials(found.AccessKey, found.SecretKey, found.UseToken ? found.Token : null);
        }
        catch (AmazonClientException none)
        {
            throw new AwsTransportException($"no AWS credentials: {none.Message}", none);
        }
    }
}

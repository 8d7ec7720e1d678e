using System.Text.Json;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Images;

/// <summary>The one operation of the parameter store that images need.</summary>
public sealed class SsmClient(AwsSession session)
{
    public ValueTask<AwsResult<string>> GetParameterAsync(string name, CancellationToken cancel) =>
        session.JsonAsync(
            JsonCall.Of("ssm", "AmazonSSM", "GetParameter", "1.1", json => json.WriteString("Name", name)),
            root =>
                root.GetProperty("Parameter").GetProperty("Value").GetString()
                ?? throw new JsonException("Value is null"),
            cancel
        );
}

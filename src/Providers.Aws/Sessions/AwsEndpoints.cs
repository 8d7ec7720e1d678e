namespace Tenon.Providers.Aws.Sessions;

/// <summary>
/// Where a service listens and for which region its calls are signed (AWS provider specification §9.1). Overrides come
/// from
/// <c>AWS_ENDPOINT_URL_&lt;SERVICE&gt;</c> and <c>AWS_ENDPOINT_URL</c>, which the composition root reads.
/// </summary>
public sealed record AwsEndpoints
{
    public required string Region { get; init; }

    /// <summary>For every service without an override of its own.</summary>
    public Uri? Override { get; init; }

    /// <summary>By service name as in <see cref="Wire.AwsCall.Service"/>.</summary>
    public ImmutableSortedDictionary<string, Uri> Overrides { get; init; } =
        ImmutableSortedDictionary.Create<string, Uri>(StringComparer.Ordinal);

    /// <summary>FIPS endpoints (<c>AWS_USE_FIPS_ENDPOINT</c>) for the services that have them.</summary>
    public bool Fips { get; init; }

    private const string Everywhere = "AWS_ENDPOINT_URL";

    /// <summary>Names of services as the environment variables spell them, by ours.</summary>
    private static readonly (string Service, string Variable)[] Variables =
    [
        ("ec2", "EC2"),
        ("eks", "EKS"),
        ("iam", "IAM"),
        ("pricing", "PRICING"),
        ("sqs", "SQS"),
        ("ssm", "SSM"),
        ("sts", "STS"),
    ];

    /// <summary>As the AWS SDKs read the environment; what is no address is passed over.</summary>
    public static AwsEndpoints From(string region, Func<string, string?> environment)
    {
        var isIgnored = environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true";
        Uri? Address(string name) =>
            !isIgnored && Uri.TryCreate(environment(name), UriKind.Absolute, out var uri) ? uri : null;
        return new AwsEndpoints
        {
            Region = region,
            Override = Address(Everywhere),
            Overrides = Variables
                .Where(it => Address($"{Everywhere}_{it.Variable}") is not null)
                .ToImmutableSortedDictionary(
                    it => it.Service,
                    it => Address($"{Everywhere}_{it.Variable}")!,
                    StringComparer.Ordinal
                ),
            Fips = environment("AWS_USE_FIPS_ENDPOINT") == "true",
        };
    }

    public (Uri Uri, string SigningRegion) Of(string service)
    {
        var signing = SigningRegion(service);
        if (Overrides.TryGetValue(service, out var own))
            return (own, signing);
        if (Override is not null)
            return (Override, signing);
        return (new Uri($"https://{Host(service, signing)}"), signing);
    }

    private string Host(string service, string region)
    {
        var suffix = Suffix(region);
        if (service == "iam")
            return region switch
            {
                _ when region.StartsWith("cn-", StringComparison.Ordinal) => $"iam.cn-north-1.{suffix}",
                _ when region.StartsWith("us-gov-", StringComparison.Ordinal) => $"iam.us-gov.{suffix}",
                _ when region.StartsWith("us-iso", StringComparison.Ordinal) => $"iam.{region}.{suffix}",
                _ => Fips ? $"iam-fips.{suffix}" : $"iam.{suffix}",
            };
        if (service == "pricing")
            return $"api.pricing.{region}.{suffix}";
        return Fips && service is "ec2" or "sts" or "ssm" && Fips
            ? $"{service}-fips.{region}.{suffix}"
            : $"{service}.{region}.{suffix}";
    }

    /// <summary>
    /// IAM is global within its partition; prices are told in four regions only (specification §4.11).
    /// </summary>
    private string SigningRegion(string service) =>
        service switch
        {
            "iam" => Region switch
            {
                _ when Region.StartsWith("cn-", StringComparison.Ordinal) => "cn-north-1",
                _ when Region.StartsWith("us-gov-", StringComparison.Ordinal) => "us-gov-west-1",
                _ when Region.StartsWith("us-iso", StringComparison.Ordinal) => Region,
                _ => "us-east-1",
            },
            "pricing" => PricingRegion(Region),
            _ => Region,
        };

    internal static string PricingRegion(string region) =>
        region switch
        {
            _ when region.StartsWith("ap-", StringComparison.Ordinal) => "ap-south-1",
            _ when region.StartsWith("cn-", StringComparison.Ordinal) => "cn-northwest-1",
            _ when region.StartsWith("eu-", StringComparison.Ordinal) => "eu-central-1",
            _ => "us-east-1",
        };

    private static string Suffix(string region) =>
        region switch
        {
            _ when region.StartsWith("cn-", StringComparison.Ordinal) => "amazonaws.com.cn",
            _ when region.StartsWith("us-iso-", StringComparison.Ordinal) => "c2s.ic.gov",
            _ when region.StartsWith("us-isob-", StringComparison.Ordinal) => "sc2s.sgov.gov",
            _ when region.StartsWith("us-isof-", StringComparison.Ordinal) => "csp.hci.ic.gov",
            _ => "amazonaws.com",
        };
}

using System.Text;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Tests.Wire;

/// <summary>The examples that AWS publishes for Signature Version 4, and where calls go.</summary>
public sealed class SigV4Tests
{
    private static readonly AwsCredentials Example = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    private static readonly DateTimeOffset Then = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    private static string Authorization(
        string method,
        string uri,
        string body,
        params KeyValuePair<string, string>[] headers
    ) =>
        SigV4
            .Sign(method, new Uri(uri), headers, Encoding.UTF8.GetBytes(body), Example, "us-east-1", "service", Then)
            .Single(header => header.Key == "Authorization")
            .Value;

    [Fact]
    public void The_plain_example_is_signed_as_published() =>
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
                + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            Authorization("GET", "https://example.amazonaws.com/", "")
        );

    [Fact]
    public void Query_parameters_are_signed_in_order() =>
        Assert.EndsWith(
            "Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            Authorization("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", ""),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_posted_form_is_signed_with_its_type() =>
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            Authorization(
                "POST",
                "https://example.amazonaws.com/",
                "Param1=value1",
                new KeyValuePair<string, string>("Content-Type", "application/x-www-form-urlencoded")
            )
        );

    [Fact]
    public void A_session_token_is_sent_and_signed()
    {
        var headers = SigV4.Sign(
            "GET",
            new Uri("https://example.amazonaws.com/"),
            [],
            [],
            Example with
            {
                Token = "t",
            },
            "us-east-1",
            "service",
            Then
        );
        Assert.Equal("t", headers.Single(header => header.Key == "X-Amz-Security-Token").Value);
        Assert.Contains(
            "SignedHeaders=host;x-amz-date;x-amz-security-token",
            headers[^1].Value,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Credentials_never_show_their_secret() => Assert.Equal("AKIDEXAMPLE", Example.ToString());

    [Theory]
    [InlineData("eu-west-1", "ec2", "https://ec2.eu-west-1.amazonaws.com/", "eu-west-1")]
    [InlineData("eu-west-1", "iam", "https://iam.amazonaws.com/", "us-east-1")]
    [InlineData("cn-north-1", "iam", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1")]
    [InlineData("us-gov-east-1", "iam", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1")]
    [InlineData("ap-southeast-2", "pricing", "https://api.pricing.ap-south-1.amazonaws.com/", "ap-south-1")]
    [InlineData("cn-north-1", "pricing", "https://api.pricing.cn-northwest-1.amazonaws.com.cn/", "cn-northwest-1")]
    [InlineData("us-west-2", "sqs", "https://sqs.us-west-2.amazonaws.com/", "us-west-2")]
    [InlineData("us-iso-east-1", "ec2", "https://ec2.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1")]
    public void Services_are_called_where_they_listen(string region, string service, string uri, string signing) =>
        Assert.Equal((new Uri(uri), signing), new AwsEndpoints { Region = region }.Of(service));

    [Fact]
    public void An_override_of_one_service_beats_the_override_of_all()
    {
        var endpoints = new AwsEndpoints
        {
            Region = "us-west-2",
            Override = new Uri("http://localhost:5000"),
            Overrides = ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal,
                [KeyValuePair.Create("sqs", new Uri("http://localhost:6000"))]
            ),
        };
        Assert.Equal(new Uri("http://localhost:5000"), endpoints.Of("ec2").Uri);
        Assert.Equal(new Uri("http://localhost:6000"), endpoints.Of("sqs").Uri);
    }

    [Fact]
    public void Fips_endpoints_are_used_where_they_exist()
    {
        var endpoints = new AwsEndpoints { Region = "us-east-1", Fips = true };
        Assert.Equal("ec2-fips.us-east-1.amazonaws.com", endpoints.Of("ec2").Uri.Host);
        Assert.Equal("sqs.us-east-1.amazonaws.com", endpoints.Of("sqs").Uri.Host);
        Assert.Equal(
            "ec2.us-east-1.amazonaws.com",
            new AwsEndpoints { Region = "us-east-1" }
                .Of("ec2")
                .Uri.Host
        );
    }
}

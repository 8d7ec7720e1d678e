using System.Text.Json;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Tests.Emulated;

/// <summary>What an administrator prepares in the account before Tenon comes, and looks at after it went.</summary>
internal sealed class EmulatedAccount(HttpAwsTransport direct)
{
    public const string Cluster = "tenon-test";
    public const string Role = "tenon-node";
    public const string Queue = "tenon-interruptions";

    /// <summary>An image that moto ships, for x86_64.</summary>
    public const string Image = "ami-760aaa0f";

    private readonly Ec2Client _ec2 = new(new AwsSession(direct, AwsRetryOptions.Default, TimeProvider.System));

    public string SecurityGroup { get; private set; } = "";
    public string QueueUrl { get; private set; } = "";

    public async Task PrepareAsync()
    {
        var groups = await _ec2.DescribeSecurityGroupsAsync([new Ec2Filter("group-name", "default")], default);
        SecurityGroup = groups.Value[0].Id;
        var subnets = await _ec2.DescribeSubnetsAsync([], default);
        foreach (var subnet in subnets.Value)
            await _ec2.CreateTagsAsync(
                subnet.Id,
                ImmutableSortedDictionary<string, string>.Empty.Add("tenon", "yes"),
                default
            );
        await SendAsync(
            MotoServer.Form(
                "iam",
                "CreateRole",
                "2010-05-08",
                ("RoleName", Role),
                ("AssumeRolePolicyDocument", """{"Version":"2012-10-17","Statement":[]}""")
            )
        );
        await SendAsync(
            new AwsCall
            {
                Service = "eks",
                Operation = "CreateCluster",
                Path = "/clusters",
                ContentType = "application/json",
                Body = JsonSerializer.SerializeToUtf8Bytes(
                    new Dictionary<string, object>
                    {
                        ["name"] = Cluster,
                        ["version"] = "1.33",
                        ["roleArn"] = "arn:aws:iam::123456789012:role/eks",
                        ["resourcesVpcConfig"] = new Dictionary<string, object>
                        {
                            ["subnetIds"] = new[] { subnets.Value[0].Id },
                        },
                    }
                ),
            }
        );
        var created = await SendAsync(
            MotoServer.Json("sqs", "AmazonSQS.CreateQueue", $$"""{"QueueName":"{{Queue}}"}""")
        );
        QueueUrl = JsonDocument.Parse(created.Body).RootElement.GetProperty(nameof(QueueUrl)).GetString()!;
    }

    /// <summary>What EventBridge writes two minutes before a spot machine is taken.</summary>
    public Task InterruptAsync(string instance) =>
        TellAsync(
            $$$"""{"version":"0","id":"{{{Guid.NewGuid()}}}","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2","account":"123456789012","time":"{{{DateTimeOffset.UtcNow:O}}}","region":"us-west-2","resources":[],"detail":{"instance-id":"{{{instance}}}","instance-action":"terminate"}}"""
        );

    public Task TellAsync(string body) =>
        SendAsync(
            MotoServer.Json(
                "sqs",
                "AmazonSQS.SendMessage",
                $$"""{"QueueUrl":{{JsonSerializer.Serialize(QueueUrl)}},"MessageBody":{{JsonSerializer.Serialize(body)}}}"""
            )
        );

    /// <summary>Instances that cost money, whoever owns them.</summary>
    public async Task<Ec2Instance[]> RunningAsync()
    {
        var all = await _ec2.DescribeInstancesAsync([], default);
        return [.. all.Value.Where(it => !it.IsEnding)];
    }

    public async Task<string[]> TemplatesAsync()
    {
        var all = await _ec2.ListLaunchTemplatesAsync([], default);
        return [.. all.Value.Select(it => it.Name)];
    }

    private async Task<AwsReply> SendAsync(AwsCall call)
    {
        var reply = await direct.SendAsync(call, default);
        Assert.True(reply.IsSuccess, $"{call.Operation}: {System.Text.Encoding.UTF8.GetString(reply.Body.Span)}");
        return reply;
    }
}

using System.Text;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Tests.Wire;

public sealed class AwsSessionTests : IDisposable
{
    private const string Terminated = """
        <TerminateInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><instancesSet><item>
        <instanceId>i-1</instanceId><currentState><code>32</code><name>shutting-down</name></currentState></item></instancesSet></TerminateInstancesResponse>
        """;

    private readonly FakeAws _aws = new();

    public void Dispose() => _aws.Dispose();

    private AwsResult<ImmutableSortedDictionary<string, string>> Terminate() =>
        _aws.Run(() => new Ec2Client(_aws.Session).TerminateInstancesAsync(["i-1"], CancellationToken.None));

    private static string Error(string code, string message = "no") =>
        $"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>r</RequestID></Response>";

    [Theory]
    [InlineData("RequestLimitExceeded", 503)]
    [InlineData("InternalError", 500)]
    [InlineData("Throttling", 400)]
    public void What_may_pass_is_tried_three_times_with_pauses_between(string code, int status)
    {
        _aws.Answer("TerminateInstances", Error(code), status);
        Assert.Equal(code, Terminate().Error!.Code);
        Assert.Equal(3, _aws.Calls.Count);
        Assert.InRange(_aws.Loop.Time.Elapsed, TimeSpan.FromMilliseconds(750), TimeSpan.FromMilliseconds(1500));
        Assert.Equal(3, _aws.Session.CallsSent);
    }

    [Fact]
    public void A_lost_reply_is_asked_again()
    {
        _aws.Lose("TerminateInstances").Answer("TerminateInstances", Terminated);
        Assert.Equal("shutting-down", Terminate().Value["i-1"]);
        Assert.Equal(2, _aws.Calls.Count);
    }

    [Fact]
    public void What_cannot_pass_is_told_at_once()
    {
        _aws.Answer("TerminateInstances", Error("UnauthorizedOperation", "You are not authorized"), 403);
        var error = Terminate().Error!;
        Assert.Equal(AwsErrorKind.Unauthorized, error.Kind);
        Assert.Equal("TerminateInstances: UnauthorizedOperation: You are not authorized", error.ToString());
        Assert.Single(_aws.Calls);
    }

    [Fact]
    public void An_answer_that_is_no_xml_is_unreadable_and_nothing_worse()
    {
        _aws.Answer("TerminateInstances", "<half");
        Assert.Equal(AwsErrorKind.Unreadable, Terminate().Error!.Kind);
        using var proxy = new FakeAws();
        proxy.Answer("TerminateInstances", "<html>bad gateway", 502);
        var error = proxy
            .Run(() => new Ec2Client(proxy.Session).TerminateInstancesAsync(["i-1"], CancellationToken.None))
            .Error!;
        Assert.Equal((AwsErrorKind.ServerFault, "the service answered 502"), (error.Kind, error.Message));
    }

    [Theory]
    [InlineData("InvalidInstanceID.NotFound", 400, AwsErrorKind.NotFound)]
    [InlineData("InvalidLaunchTemplateName.NotFoundException", 400, AwsErrorKind.NotFound)]
    [InlineData("NoSuchEntity", 404, AwsErrorKind.NotFound)]
    [InlineData("EntityAlreadyExists", 409, AwsErrorKind.AlreadyExists)]
    [InlineData("DryRunOperation", 412, AwsErrorKind.DryRun)]
    [InlineData("ExpiredToken", 400, AwsErrorKind.Unauthorized)]
    [InlineData("InvalidParameterValue", 400, AwsErrorKind.Other)]
    public void Codes_fall_into_kinds(string code, int status, AwsErrorKind kind) =>
        Assert.Equal(kind, AwsError.KindOf(code, status));

    [Fact]
    public void Errors_of_the_other_protocols_are_read_too()
    {
        var json = new AwsCall
        {
            Service = "ssm",
            Operation = "GetParameter",
            ContentType = "application/x-amz-json-1.1",
        };
        var ssm = AwsError.From(
            json,
            new AwsReply(
                400,
                Encoding.UTF8.GetBytes("""{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"gone"}""")
            )
        );
        Assert.Equal((AwsErrorKind.NotFound, "ParameterNotFound", "gone"), (ssm.Kind, ssm.Code, ssm.Message));
        var sqs = AwsError.From(
            json,
            new AwsReply(400, "{}"u8.ToArray(), "AWS.SimpleQueueService.NonExistentQueue;Sender")
        );
        Assert.Equal(AwsErrorKind.NotFound, sqs.Kind);
        var iam = AwsError.From(
            new AwsCall { Service = "iam", Operation = "GetInstanceProfile" },
            new AwsReply(
                404,
                Encoding.UTF8.GetBytes(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>"
                )
            )
        );
        Assert.Equal((AwsErrorKind.NotFound, "none"), (iam.Kind, iam.Message));
    }
}

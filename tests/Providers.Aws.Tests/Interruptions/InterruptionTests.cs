using Tenon.Providers.Aws.Interruptions;
using Tenon.Providers.Aws.Tests.Wire;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Providers.Aws.Tests.Interruptions;

public sealed class InterruptionTests
{
    private static string Envelope(string source, string type, string detail, string version = "0") =>
        $$"""{"version":"{{version}}","id":"1","detail-type":"{{type}}","source":"{{source}}","account":"1","time":"2026-08-01T12:00:00Z","region":"us-west-2","resources":[],"detail":{{detail}}}""";

    [Theory]
    [InlineData(
        "EC2 Spot Instance Interruption Warning",
        """{"instance-id":"i-1","instance-action":"terminate"}""",
        "spot_interrupted"
    )]
    [InlineData("EC2 Instance Rebalance Recommendation", """{"instance-id":"i-1"}""", "rebalance_recommendation")]
    [InlineData(
        "EC2 Instance State-change Notification",
        """{"instance-id":"i-1","state":"Stopping"}""",
        "instance_stopped"
    )]
    [InlineData(
        "EC2 Instance State-change Notification",
        """{"instance-id":"i-1","state":"stopped"}""",
        "instance_stopped"
    )]
    [InlineData(
        "EC2 Instance State-change Notification",
        """{"instance-id":"i-1","state":"shutting-down"}""",
        "instance_terminated"
    )]
    [InlineData(
        "EC2 Instance State-change Notification",
        """{"instance-id":"i-1","state":"terminated"}""",
        "instance_terminated"
    )]
    [InlineData(
        "EC2 Capacity Reservation Instance Interruption Warning",
        """{"instance-id":"i-1","instance-action":"terminate"}""",
        "capacity_reservation_interrupted"
    )]
    public void Every_kind_of_ec2_message_is_understood(string type, string detail, string label)
    {
        var message = EventBridgeMessage.Read(Envelope("aws.ec2", type, detail))!;
        Assert.Equal(label, message.Label);
        Assert.Equal(["i-1"], message.Instances);
        Assert.Equal(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero), message.At);
    }

    [Fact]
    public void A_scheduled_change_names_every_affected_instance()
    {
        var message = EventBridgeMessage.Read(
            Envelope(
                "aws.health",
                "AWS Health Event",
                """
                {"service":"EC2","eventTypeCategory":"scheduledChange","eventTypeCode":"AWS_EC2_MAINTENANCE_SCHEDULED",
                 "eventDescription":[{"language":"en_US","latestDescription":"soon"}],"startTime":"Sat, 1 Aug 2026 12:00:00 GMT",
                 "affectedEntities":[{"entityValue":"i-1"},{"entityValue":"i-2"}]}
                """
            )
        )!;
        Assert.Equal((MessageKind.ScheduledChange, "soon"), (message.Kind, message.Description));
        Assert.Equal(["i-1", "i-2"], message.Instances);
    }

    [Theory]
    [InlineData(
        "aws.ec2",
        "EC2 Instance State-change Notification",
        """{"instance-id":"i-1","state":"running"}""",
        "0"
    )]
    [InlineData("aws.health", "AWS Health Event", """{"service":"RDS","eventTypeCategory":"scheduledChange"}""", "0")]
    [InlineData("aws.health", "AWS Health Event", """{"service":"EC2","eventTypeCategory":"issue"}""", "0")]
    [InlineData("aws.ec2", "Something New", "{}", "0")]
    [InlineData("aws.s3", "EC2 Spot Instance Interruption Warning", """{"instance-id":"i-1"}""", "0")]
    [InlineData("aws.ec2", "EC2 Spot Instance Interruption Warning", """{"instance-id":"i-1"}""", "1")]
    public void What_is_not_for_us_is_no_operation(string source, string type, string detail, string version) =>
        Assert.Equal("no_op", EventBridgeMessage.Read(Envelope(source, type, detail, version))!.Label);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public void An_empty_message_is_no_operation(string body) =>
        Assert.Equal(MessageKind.NoOp, EventBridgeMessage.Read(body)!.Kind);

    [Theory]
    [InlineData(null)]
    [InlineData("{half")]
    [InlineData("[]")]
    [InlineData(
        """{"version":"0","source":"aws.ec2","detail-type":"EC2 Spot Instance Interruption Warning","detail":{"instance-id":5}}"""
    )]
    public void What_does_not_read_is_told_apart(string? body) => Assert.Null(EventBridgeMessage.Read(body));

    [Fact]
    public void Messages_become_notices_about_our_machines_and_are_deleted_when_acknowledged()
    {
        using var aws = new FakeAws();
        aws.Answer("GetQueueUrl", """{"QueueUrl":"https://sqs/q"}""");
        aws.Answer(
            "ReceiveMessage",
            System.Text.Json.JsonSerializer.Serialize(
                new
                {
                    Messages = new[]
                    {
                        new
                        {
                            ReceiptHandle = "r1",
                            Body = Envelope(
                                "aws.ec2",
                                "EC2 Spot Instance Interruption Warning",
                                """{"instance-id":"i-1"}"""
                            ),
                        },
                        new
                        {
                            ReceiptHandle = "r2",
                            Body = Envelope(
                                "aws.ec2",
                                "EC2 Spot Instance Interruption Warning",
                                """{"instance-id":"i-foreign"}"""
                            ),
                        },
                        new { ReceiptHandle = "r3", Body = "{half" },
                    },
                }
            )
        );
        aws.Answer("DeleteMessage", "{}");
        var source = new SqsInterruptions(new SqsQueue(aws.Session, "tenon"), new Ours());

        var deliveries = aws.Run(() => source.ReceiveAsync(10, CancellationToken.None));
        Assert.Equal(["r1", "r2", "r3"], deliveries.Select(it => it.Receipt));
        var reclaim = Assert.IsType<InterruptionNotice.Reclaim>(Assert.Single(deliveries[0].Notices));
        Assert.Equal(
            ("aws:///us-west-2a/i-1", TimeSpan.FromMinutes(2)),
            (reclaim.ProviderId, reclaim.Deadline - reclaim.At)
        );
        Assert.Empty(deliveries[1].Notices);
        Assert.Empty(deliveries[2].Notices);

        aws.Run(async () =>
        {
            foreach (var delivery in deliveries)
                await source.AcknowledgeAsync(delivery, CancellationToken.None);
            return true;
        });
        Assert.Equal(5, aws.Calls.Count);
        Assert.Equal("""{"QueueUrl":"https://sqs/q","ReceiptHandle":"r3"}""", aws.Calls[^1]);
        Assert.Contains("\"WaitTimeSeconds\":20", aws.Calls[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_that_does_not_exist_is_named_and_asked_for_again()
    {
        using var aws = new FakeAws();
        aws.Answer(
            "GetQueueUrl",
            """{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}""",
            400,
            "AWS.SimpleQueueService.NonExistentQueue;Sender"
        );
        aws.Answer("GetQueueUrl", """{"QueueUrl":"https://sqs/q"}""");
        aws.Answer("ReceiveMessage", "{}");
        var source = new SqsInterruptions(new SqsQueue(aws.Session, "tenon"), new Ours());
        var missing = Assert.Throws<CloudUnavailableException>(() =>
            aws.Run(() => source.ReceiveAsync(10, CancellationToken.None))
        );
        Assert.Contains("The specified queue does not exist", missing.Message, StringComparison.Ordinal);
        Assert.Empty(aws.Run(() => source.ReceiveAsync(10, CancellationToken.None)));
    }

    private sealed class Ours : IInstanceDirectory
    {
        public OfferingKey? OfferingOf(string instanceId) =>
            ProviderIdOf(instanceId) is null ? null : new OfferingKey("m5.large", "us-west-2a", "spot");

        public string? ReservationOf(string instanceId) => ProviderIdOf(instanceId) is null ? null : "cr-1";

        public string? ProviderIdOf(string instanceId) =>
            instanceId == "i-foreign" ? null : $"aws:///us-west-2a/{instanceId}";
    }
}

using System.Buffers;
using System.Text.Json;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Interruptions;

/// <param name="Body">Null where the service sent none.</param>
public sealed record SqsMessage(string Receipt, string? Body);

/// <summary>The three operations of SQS that the interruption queue needs, in its JSON protocol.</summary>
public sealed class SqsQueue(AwsSession session, string name)
{
    /// <summary>As upstream asks for.</summary>
    private const int MostMessages = 10;
    private const int VisibilitySeconds = 20;
    private const int WaitSeconds = 20;

    private string? _url;

    /// <summary>Waits up to twenty seconds for up to ten messages, which stay hidden from others for twenty.</summary>
    public async ValueTask<AwsResult<ImmutableArray<SqsMessage>>> ReceiveAsync(CancellationToken cancel)
    {
        var url = await UrlAsync(cancel);
        if (!url.IsOk)
            return url.Error;
        return await session.JsonAsync(
            Call(
                "ReceiveMessage",
                json =>
                {
                    json.WriteStartArray("AttributeNames");
                    json.WriteStringValue("SentTimestamp");
                    json.WriteEndArray();
                    json.WriteNumber("MaxNumberOfMessages", MostMessages);
                    json.WriteStartArray("MessageAttributeNames");
                    json.WriteStringValue("All");
                    json.WriteEndArray();
                    json.WriteString("QueueUrl", url.Value);
                    json.WriteNumber("VisibilityTimeout", VisibilitySeconds);
                    json.WriteNumber("WaitTimeSeconds", WaitSeconds);
                }
            ),
            Messages,
            cancel
        );
    }

    /// <summary>The message was dealt with.</summary>
    public async ValueTask<AwsResult<bool>> DeleteAsync(SqsMessage message, CancellationToken cancel)
    {
        var url = await UrlAsync(cancel);
        if (!url.IsOk)
            return url.Error;
        return await session.JsonAsync(
            Call(
                "DeleteMessage",
                json =>
                {
                    json.WriteString("QueueUrl", url.Value);
                    json.WriteString("ReceiptHandle", message.Receipt);
                }
            ),
            _ => true,
            cancel
        );
    }

    /// <summary>
    /// Asked once, and again only while there is no answer: the queue may be made after the controller started.
    /// </summary>
    private async ValueTask<AwsResult<string>> UrlAsync(CancellationToken cancel)
    {
        if (_url is { } known)
            return known;
        var answer = await session.JsonAsync(
            Call("GetQueueUrl", json => json.WriteString("QueueName", name)),
            root => root.GetProperty("QueueUrl").GetString() ?? throw new JsonException("QueueUrl is null"),
            cancel
        );
        if (answer.IsOk)
            _url = answer.Value;
        return answer;
    }

    private static ImmutableArray<SqsMessage> Messages(JsonElement root) =>
        root.TryGetProperty("Messages", out var messages) && messages.ValueKind == JsonValueKind.Array
            ?
            [
                .. messages
                    .EnumerateArray()
                    .Select(message => new SqsMessage(
                        message.GetProperty("ReceiptHandle").GetString() ?? "",
                        message.TryGetProperty("Body", out var body) ? body.GetString() : null
                    )),
            ]
            : [];

    private static AwsCall Call(string operation, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return new AwsCall
        {
            Service = "sqs",
            Operation = operation,
            Target = $"AmazonSQS.{operation}",
            ContentType = "application/x-amz-json-1.0",
            Body = buffer.WrittenMemory,
        };
    }
}

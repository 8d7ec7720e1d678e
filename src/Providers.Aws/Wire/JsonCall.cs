using System.Buffers;
using System.Text.Json;

namespace Tenon.Providers.Aws.Wire;

/// <summary>Calls of the JSON protocols.</summary>
internal static class JsonCall
{
    /// <param name="targetPrefix">For example <c>AmazonSSM</c>.</param>
    public static AwsCall Of(
        string service,
        string targetPrefix,
        string operation,
        string version,
        Action<Utf8JsonWriter> write
    )
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
            Service = service,
            Operation = operation,
            Target = $"{targetPrefix}.{operation}",
            ContentType = $"application/x-amz-json-{version}",
            Body = buffer.WrittenMemory,
        };
    }
}

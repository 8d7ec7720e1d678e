using System.Buffers;
using System.Text.Json;

namespace Tenon.Kube.Client.Requests;

/// <summary>How to delete. Everything unset follows the kind's default.</summary>
public sealed record DeleteOptions
{
    public static readonly DeleteOptions Default = new();

    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Delete only this incarnation: another uid under the same name is a conflict.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only this version: anything newer is a conflict.</summary>
    public string? ResourceVersion { get; init; }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("apiVersion", "v1");
        json.WriteString("kind", "DeleteOptions");
        if (GracePeriodSeconds is { } grace) json.WriteNumber("gracePeriodSeconds", grace);
        if (PropagationPolicy is { } policy) json.WriteString("propagationPolicy", policy);
        if (Uid is not null || ResourceVersion is not null)
        {
            json.WriteStartObject("preconditions");
            if (Uid is not null) json.WriteString("uid", Uid);
            if (ResourceVersion is not null) json.WriteString("resourceVersion", ResourceVersion);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    internal ReadOnlyMemory<byte> ToBody() => this == Default ? default : JsonBody.Write(WriteTo);
}

internal static class JsonBody
{
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        return buffer.WrittenMemory;
    }
}

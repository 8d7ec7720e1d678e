using System.Text.Json;
using Tenon.Api.Json;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client;

/// <summary>Why a request failed.</summary>
/// <param name="Status">The HTTP status; 0 when no reply came.</param>
/// <param name="Message">The server's own words where it gave any.</param>
/// <param name="RetryAfter">How long the server asked to be left alone.</param>
/// <param name="Reason">The server's <c>reason</c>, for example <c>AlreadyExists</c>; empty where it gave none.</param>
/// <param name="Body">The Status object as it came, for callers that show it or look for <c>details.causes</c>.</param>
public sealed record KubeError(
    KubeErrorKind Kind,
    int Status,
    string Message,
    TimeSpan? RetryAfter = null,
    string Reason = "",
    ReadOnlyMemory<byte> Body = default
)
{
    internal static readonly KubeError Uninitialised = new(KubeErrorKind.Internal, 0, "a result nobody filled");

    /// <summary>
    /// Worth repeating the very same request later: the failure is about the moment, not about the request.
    /// </summary>
    public bool IsTransient =>
        Kind is KubeErrorKind.TooManyRequests or KubeErrorKind.Unavailable or KubeErrorKind.Internal;

    /// <summary>The server's <c>Status</c> object with its causes; null where it sent something else.</summary>
    public Api.Core.Status? Details
    {
        get
        {
            try
            {
                return Body.IsEmpty ? null : ApiJson.Parse<Api.Core.Status>(Body.Span);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public static KubeError NoReply(TransportException error) => new(KubeErrorKind.Unavailable, 0, error.Message);

    public static KubeError Unreadable(string what, JsonException error) =>
        new(KubeErrorKind.Internal, 0, $"{what} is not what was expected: {error.Message}");

    /// <summary>Reads a refusal: a <c>Status</c> object as a rule, plain text from proxies.</summary>
    public static KubeError From(KubeReply reply)
    {
        var (code, reason, message, seconds) = StatusBody.Read(reply.Body.Span);
        var status = reply.Status is >= 200 and < 300 && code > 0 ? code : reply.Status;
        var retryAfter = reply.RetryAfter ?? (seconds > 0 ? TimeSpan.FromSeconds(seconds) : null);
        return new KubeError(
            KindOf(status, reason),
            status,
            message.Length > 0 ? message : $"the server answered {status}",
            retryAfter,
            reason,
            reply.Body
        );
    }

    /// <summary>The reason decides where both kinds of conflict share a status.</summary>
    internal static KubeErrorKind KindOf(int status, string reason) =>
        (status, reason) switch
        {
            (_, "AlreadyExists") => KubeErrorKind.AlreadyExists,
            (_, "Expired" or "Gone") or (410, _) => KubeErrorKind.Gone,
            (404, _) => KubeErrorKind.NotFound,
            (409, _) => KubeErrorKind.Conflict,
            (422, _) => KubeErrorKind.Invalid,
            (403, _) => KubeErrorKind.Forbidden,
            (401, _) => KubeErrorKind.Unauthorized,
            (429, _) => KubeErrorKind.TooManyRequests,
            (502 or 503 or 504, _) => KubeErrorKind.Unavailable,
            (405 or 406 or 415 or 501, _) => KubeErrorKind.Unsupported,
            (>= 500, _) => KubeErrorKind.Internal,
            _ => KubeErrorKind.BadRequest,
        };

    public override string ToString() => Status == 0 ? $"{Kind}: {Message}" : $"{Kind} ({Status}): {Message}";
}

/// <summary>The few fields of a <c>Status</c> object that decide what happens next.</summary>
internal static class StatusBody
{
    private const int LongestText = 2048;

    public static (int Code, string Reason, string Message, int RetryAfterSeconds) Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return (0, "", "", 0);
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return (0, "", "", 0);
            var seconds =
                root.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Object
                    ? Number(details, "retryAfterSeconds")
                    : 0;
            return (Number(root, "code"), Text(root, "reason"), Text(root, "message"), seconds);
        }
        catch (JsonException)
        {
            var text = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestText)]).Trim();
            return (0, "", text, 0);
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : "";

    private static int Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var number)
            ? number
            : 0;
}

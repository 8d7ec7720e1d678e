using System.Text.Json;
using System.Xml;

namespace Tenon.Providers.Aws.Wire;

/// <summary>What a caller can do about a failed call (AWS provider specification §5.6).</summary>
public enum AwsErrorKind
{
    Other,
    NotFound,
    AlreadyExists,

    /// <summary>The dry run would have succeeded.</summary>
    DryRun,
    Unauthorized,

    /// <summary>Too many calls. Nothing was done.</summary>
    RateLimited,

    /// <summary>The service's own fault; the call may or may not have been carried out.</summary>
    ServerFault,

    /// <summary>No answer came; the call may or may not have been carried out.</summary>
    NoReply,

    /// <summary>An answer came that is not what the protocol promises.</summary>
    Unreadable,
}

/// <param name="Code">The service's error code; empty where it gave none.</param>
/// <param name="Status">HTTP status; zero when no reply came.</param>
public sealed record AwsError(AwsErrorKind Kind, string Operation, string Code, string Message, int Status)
{
    private static readonly string[] NotFoundCodes =
    [
        "InvalidCapacityReservationId.NotFound",
        "InvalidInstanceID.NotFound",
        "InvalidLaunchTemplateName.NotFoundException",
        "InvalidLaunchTemplateId.NotFound",
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchEntity",
        "ParameterNotFound",
    ];

    private static readonly string[] Throttles =
    [
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "RequestThrottled",
        "RequestThrottledException",
    ];

    private static readonly string[] Denials =
    [
        "UnauthorizedOperation",
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
    ];

    public bool MayPass => Kind is AwsErrorKind.RateLimited or AwsErrorKind.ServerFault or AwsErrorKind.NoReply;

    public static AwsErrorKind KindOf(string code, int status) =>
        code switch
        {
            "DryRunOperation" => AwsErrorKind.DryRun,
            "EntityAlreadyExists" => AwsErrorKind.AlreadyExists,
            _ when NotFoundCodes.Contains(code, StringComparer.Ordinal) => AwsErrorKind.NotFound,
            _ when Throttles.Contains(code, StringComparer.Ordinal) || status == 429 => AwsErrorKind.RateLimited,
            _ when Denials.Contains(code, StringComparer.Ordinal) => AwsErrorKind.Unauthorized,
            _ when status >= 500 => AwsErrorKind.ServerFault,
            _ => AwsErrorKind.Other,
        };

    /// <summary>Reads a refusal of any of the protocols; what does not read is told with its status.</summary>
    public static AwsError From(AwsCall call, AwsReply reply)
    {
        var (code, message) =
            call.ContentType.Contains("json", StringComparison.Ordinal) || call.Method == "GET"
                ? FromJson(reply)
                : FromXml(reply);
        return new AwsError(
            KindOf(code, reply.Status),
            call.Operation,
            code,
            message.Length > 0 ? message : $"the service answered {reply.Status}",
            reply.Status
        );
    }

    public override string ToString() =>
        Code.Length > 0 ? $"{Operation}: {Code}: {Message}" : $"{Operation}: {Message}";

    /// <summary>EC2 says <c>Response/Errors/Error</c>, IAM and STS <c>ErrorResponse/Error</c>.</summary>
    private static (string Code, string Message) FromXml(AwsReply reply)
    {
        try
        {
            var root = AwsXml.Parse(reply.Body);
            var error = root.Of("Errors/Error") is { Exists: true } ec2 ? ec2 : root.Of("Error");
            return (error.Text("Code") ?? "", error.Text("Message") ?? "");
        }
        catch (XmlException)
        {
            return ("", "");
        }
    }

    /// <summary>
    /// The type comes as <c>__type</c> (after a <c>#</c>) or in a header (before a <c>:</c> or <c>;</c>).
    /// </summary>
    private static (string Code, string Message) FromJson(AwsReply reply)
    {
        var code = reply.ErrorType?.Split(':', ';')[0] ?? "";
        try
        {
            using var body = JsonDocument.Parse(reply.Body);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
                return (code, "");
            if (code.Length == 0 && Text(body.RootElement, "__type") is { } type)
                code = type[(type.LastIndexOf('#') + 1)..];
            return (code, Text(body.RootElement, "message") ?? Text(body.RootElement, "Message") ?? "");
        }
        catch (JsonException)
        {
            return (code, "");
        }
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Either what was asked for, or why not.</summary>
public readonly struct AwsResult<T>
{
    private readonly T? _value;

    private AwsResult(T? value, AwsError? error) => (_value, Error) = (value, error);

    /// <summary>Null on success.</summary>
    public AwsError? Error { get; }

    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    public T Value => Error is null ? _value! : throw new InvalidOperationException(Error.ToString());

    public bool Is(AwsErrorKind kind) => Error?.Kind == kind;

    public static implicit operator AwsResult<T>(T value) => new(value, null);

    public static implicit operator AwsResult<T>(AwsError error) => new(default, error);
}

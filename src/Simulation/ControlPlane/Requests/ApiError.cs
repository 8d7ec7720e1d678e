using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>
/// A refusal, in the words of the real API server (source: apimachinery's api/errors). Thrown inside the server only:
/// the outermost layer turns it into a Status reply, so that every path may refuse without threading results through.
/// </summary>
internal sealed class ApiError : Exception
{
    private readonly JsonObject _details = [];

    public ApiError(int code, string reason, string message, KindName? kind = null, string? name = null)
        : base(message)
    {
        Code = code;
        Reason = reason;
        if (name is not null)
            _details["name"] = name;
        if (kind is not { } of)
            return;
        if (of.Group.Length > 0)
            _details["group"] = of.Group;
        _details["kind"] = of.Word;
    }

    public int Code { get; }
    public string Reason { get; }
    public TimeSpan? RetryAfter { get; private init; }

    public ApiError Because(string? reason, string message, string? field = null)
    {
        if (_details["causes"] is not JsonArray causes)
            _details["causes"] = causes = [];
        var cause = new JsonObject();
        if (reason is not null)
            cause["reason"] = reason;
        cause["message"] = message;
        if (field is not null)
            cause["field"] = field;
        causes.Add((JsonNode)cause);
        return this;
    }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        if (RetryAfter is { } after)
            _details["retryAfterSeconds"] = (int)Math.Ceiling(after.TotalSeconds);
        if (_details.Count > 0)
            status["details"] = _details.DeepClone();
        status["code"] = Code;
        return status;
    }

    public ApiReply ToReply() => ApiReply.Of(Code, ToStatus()) with { RetryAfter = RetryAfter };

    public static ApiError NotFound(KindName kind, string name) =>
        new(404, "NotFound", $"{kind} \"{name}\" not found", kind, name);

    public static ApiError NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource");

    public static ApiError AlreadyExists(KindName kind, string name) =>
        new(409, "AlreadyExists", $"{kind} \"{name}\" already exists", kind, name);

    public static ApiError Conflict(KindName kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind} \"{name}\": {why}", kind, name);

    public static ApiError Stale(KindName kind, string name) =>
        Conflict(
            kind,
            name,
            "the object has been modified; please apply your changes to the latest version and try again"
        );

    public static ApiError BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiError Forbidden(KindName kind, string name, string why) =>
        new(
            403,
            "Forbidden",
            name.Length == 0 ? $"{kind} is forbidden: {why}" : $"{kind} \"{name}\" is forbidden: {why}",
            kind,
            name
        );

    public static ApiError MethodNotAllowed(KindName kind) =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", kind);

    public static ApiError UnsupportedMediaType(string accepted) =>
        new(
            415,
            "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {accepted}"
        );

    public static ApiError Expired(string message) => new(410, "Expired", message);

    public static ApiError TooLargeRevision(long asked, long current) =>
        new ApiError(504, "Timeout", $"Too large resource version: {asked}, current: {current}")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        }.Because("ResourceVersionTooLarge", "Too large resource version");

    public static ApiError TooManyRequests(string message, TimeSpan? retryAfter) =>
        new(429, "TooManyRequests", message) { RetryAfter = retryAfter };

    /// <summary>422 with one cause for each fault, in the order found.</summary>
    public static ApiError Invalid(string group, string kind, string name, IReadOnlyList<FieldFault> faults)
    {
        var text = faults.Count == 1 ? faults[0].ToString() : $"[{string.Join(", ", faults)}]";
        var word = group.Length == 0 ? kind : $"{kind}.{group}";
        var error = new ApiError(
            422,
            "Invalid",
            $"{word} \"{name}\" is invalid: {text}",
            new KindName(group, kind),
            name
        );
        foreach (var fault in faults)
            error.Because(fault.Reason, fault.Detail, fault.Field);
        return error;
    }
}

/// <summary>How a kind is called in a message: its plural (or, for Invalid, its Kind) and its group.</summary>
internal readonly record struct KindName(string Group, string Word)
{
    public override string ToString() => Group.Length == 0 ? Word : $"{Word}.{Group}";
}

/// <summary>
/// One thing wrong with one field, worded as apimachinery's <c>field.Error</c> does.
/// </summary>
/// <param name="Reason">Machine word: <c>FieldValueInvalid</c>, <c>FieldValueRequired</c>, …</param>
/// <param name="Detail">The message without the field's path.</param>
internal sealed record FieldFault(string Reason, string Field, string Detail)
{
    public override string ToString() => $"{Field}: {Detail}";

    public static FieldFault Invalid(string field, JsonNode? value, string why) =>
        new("FieldValueInvalid", field, $"Invalid value: {Show(value)}: {why}");

    public static FieldFault Required(string field, string why = "") =>
        new("FieldValueRequired", field, why.Length == 0 ? "Required value" : $"Required value: {why}");

    public static FieldFault Forbidden(string field, string why) =>
        new("FieldValueForbidden", field, $"Forbidden: {why}");

    public static FieldFault Duplicate(string field, JsonNode? value) =>
        new("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public static FieldFault TooLong(string field, int max) =>
        new("FieldValueTooLong", field, $"Too long: may not be more than {max} bytes");

    public static FieldFault TooMany(string field, int actual, int max) =>
        new("FieldValueTooMany", field, $"Too many: {actual}: must have at most {max} items");

    public static FieldFault NotSupported(string field, JsonNode? value, IEnumerable<string> supported) =>
        new(
            "FieldValueNotSupported",
            field,
            $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}"
        );

    public static FieldFault WrongType(string field, JsonNode? value, string why) =>
        new("FieldValueTypeInvalid", field, $"Invalid value: {Show(value)}: {why}");

    private static string Show(JsonNode? value) =>
        value is null ? "null" : System.Text.Encoding.UTF8.GetString(JsonBytes.Of(value));
}

using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>A complete reply with the headers that matter: what the loopback server puts on the wire.</summary>
internal sealed record ApiReply(int Status, ReadOnlyMemory<byte> Body, string ContentType = ApiReply.Json)
{
    public const string Json = "application/json";

    /// <summary>Texts of <c>Warning: 299</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public TimeSpan? RetryAfter { get; init; }

    public static ApiReply Of(int status, JsonNode body) => new(status, JsonBytes.Of(body));

    public static ApiReply Text(int status, string text) =>
        new(status, System.Text.Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    public KubeReply ToKubeReply() => new(Status, Body, ContentType, RetryAfter);
}

using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Discovery;

/// <summary>Paths that name no resource: discovery, version, health, OpenAPI.</summary>
internal sealed class PlainEndpoints(ServerState state)
{
    private readonly DiscoveryDocuments _discovery = new(state.Kinds);
    private readonly OpenApiDocuments _openApi = new(state.Kinds);

    public ApiReply Answer(KubeRequest request, Target target)
    {
        if (request.Method != "GET")
            throw new ApiError(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource"
            );
        return target.Segments switch
        {
            [] => ApiReply.Of(
                200,
                new JsonObject { ["paths"] = new JsonArray([.. _discovery.Paths().Select(path => (JsonNode)path)]) }
            ),
            ["healthz" or "livez" or "readyz", ..] => ApiReply.Text(200, "ok"),
            ["version"] => ApiReply.Of(200, Version(state.Options.GitVersion)),
            ["api"] => _discovery.Core(request.Accept),
            ["apis"] => _discovery.Groups(request.Accept),
            ["api", "v1"] => _discovery.Resources("", "v1"),
            ["apis", var group] => _discovery.Group(group),
            ["apis", var group, var version] => _discovery.Resources(group, version),
            ["openapi", "v2"] => _openApi.V2(request.Accept),
            ["openapi", "v3"] => _openApi.Index(),
            ["openapi", "v3", .. var rest] => _openApi.V3(string.Join('/', rest)),
            _ => throw ApiError.NoSuchPath(),
        };
    }

    private static JsonObject Version(string gitVersion)
    {
        var parts = gitVersion.TrimStart('v').Split('.');
        return new JsonObject
        {
            ["major"] = parts[0],
            ["minor"] = parts[1],
            ["gitVersion"] = gitVersion,
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "2025-01-01T00:00:00Z",
            ["goVersion"] = "none",
            ["compiler"] = "dotnet",
            ["platform"] = "box",
        };
    }
}

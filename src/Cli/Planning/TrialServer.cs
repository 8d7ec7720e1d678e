using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tenon.Api;
using Tenon.Api.Json;
using Tenon.Api.Rules;
using Tenon.Api.Schemas;
using Tenon.Api.Yaml;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Discovery;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Cli.Planning;

/// <summary>
/// An API server of our own in memory, with Tenon's definitions in it, that is asked to take an object without keeping
/// it. It refuses what a real one does: unknown fields, missing fields, values out of range, broken CEL rules.
/// </summary>
sealed partial class TrialServer
{
    readonly ApiServer _server = new(TimeProvider.System, new ApiServerOptions());
    readonly HashSet<string> _namespaces = new(StringComparer.Ordinal);
    ApiCatalog? _served;

    /// <summary>Empty when the object would be taken, and for kinds that the server does not know.</summary>
    public IEnumerable<FieldError> Faults(Manifest manifest)
    {
        if (Served.Find(manifest.ApiVersion, manifest.Kind) is not { } kind || !kind.Can("create"))
            return [];
        var item = (JsonObject)manifest.Object.DeepClone();
        var ns = kind.Type.Namespaced
            ? manifest.Namespace is { Length: > 0 } own
                ? own
                : Kinds.DefaultNamespace
            : null;
        if (ns is not null)
        {
            if (_namespaces.Add(ns))
                Send("/api/v1/namespaces", Namespace(ns));
            if (item["metadata"] is JsonObject metadata)
                metadata["namespace"] = ns;
        }
        var path = $"{ResourcePath.Of(kind.Type, ns)}?dryRun=All&fieldValidation=";
        var strict = Send(path + "Strict", item);
        if (strict.IsSuccess)
            return [];
        var refusal = KubeError.From(strict);
        var unknown = UnknownFields(refusal).ToList();
        if (unknown.Count == 0)
            return Causes(refusal, manifest.Name);
        // A server that meets an unknown field looks no further.
        var lenient = Send(path + "Ignore", item);
        return lenient.IsSuccess ? unknown : [.. unknown, .. Causes(KubeError.From(lenient), manifest.Name)];
    }

    ApiCatalog Served
    {
        get
        {
            if (_served is not null)
                return _served;
            foreach (var definition in CustomResources.All)
                Send(
                    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                    (JsonObject)JsonNode.Parse(ApiJson.Write(definition))!
                );
            var client = new KubeClient(
                new InProcessTransport(_server),
                KubeClientOptions.Default with
                {
                    Qps = 0,
                },
                _server.Time
            );
            // In memory: it is complete when it returns.
            return _served = new DiscoveryClient(client)
                .ReadAsync(CancellationToken.None)
                .AsTask()
                .GetAwaiter()
                .GetResult()
                .OrThrow();
        }
    }

    KubeReply Send(string path, JsonObject item) =>
        _server.Handle(new KubeRequest("POST", path, Encoding.UTF8.GetBytes(item.ToJsonString()), "application/json"));

    static JsonObject Namespace(string name) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = name },
        };

    /// <summary>One by one where the server says which fields; otherwise its sentence.</summary>
    static IEnumerable<FieldError> Causes(KubeError error, string name)
    {
        var causes = error.Details?.Details?.Causes ?? [];
        if (causes.Count > 0)
            return causes.Select(cause => new FieldError(cause.Field ?? "", cause.Message ?? error.Message));
        // It is there already: another document of the same name, or one that every cluster has.
        if (error.Kind == KubeErrorKind.AlreadyExists)
            return [];
        return [new FieldError("", error.Message.Replace($"\"{name}\" ", "", StringComparison.Ordinal))];
    }

    static IEnumerable<FieldError> UnknownFields(KubeError error) =>
        UnknownField()
            .Matches(error.Message)
            .Select(match => new FieldError(match.Groups[1].Value, "is no field of this kind; correct its name"));

    [GeneratedRegex("unknown field \"([^\"]+)\"")]
    private static partial Regex UnknownField();
}

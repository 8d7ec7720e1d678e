using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Subresources;

/// <summary>Questions about identity and permission. On the box everybody is the administrator.</summary>
internal static class Reviews
{
    public const string User = "box-admin";

    /// <summary>Null when the kind is not a review.</summary>
    public static ApiReply? Answer(ApiKind kind, Target target, JsonObject body)
    {
        JsonObject? status = kind.Type.Kind switch
        {
            "SelfSubjectAccessReview" or "SubjectAccessReview" or "LocalSubjectAccessReview" => new JsonObject
            {
                ["allowed"] = true,
                ["reason"] = "the box allows everything",
            },
            "SelfSubjectRulesReview" => new JsonObject
            {
                ["resourceRules"] = new JsonArray(
                    new JsonObject
                    {
                        ["verbs"] = Star(),
                        ["apiGroups"] = Star(),
                        ["resources"] = Star(),
                    }
                ),
                ["nonResourceRules"] = new JsonArray(
                    new JsonObject { ["verbs"] = Star(), ["nonResourceURLs"] = Star() }
                ),
                ["incomplete"] = false,
            },
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = Identity() },
            "TokenReview" => new JsonObject { ["authenticated"] = true, ["user"] = Identity() },
            _ => null,
        };
        if (status is null)
            return null;
        body["kind"] = kind.Type.Kind;
        body["apiVersion"] = kind.Type.ApiVersion;
        if (body["metadata"] is null)
            body["metadata"] = new JsonObject { ["creationTimestamp"] = null };
        if (target.Namespace is not null)
            Meta.Of(body)["namespace"] = target.Namespace;
        body["status"] = status;
        return ApiReply.Of(201, body);
    }

    private static JsonArray Star() => new("*");

    private static JsonObject Identity() =>
        new() { ["username"] = User, ["groups"] = new JsonArray("system:masters", "system:authenticated") };
}

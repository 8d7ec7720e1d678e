using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Subresources;

/// <summary>pods/binding: gives a pod its node, once.</summary>
internal sealed class Binder(ServerState state)
{
    private readonly ApiKind _pods = state.BuiltIn("", "v1", "pods");

    public ApiReply Bind(string ns, string name, JsonObject binding, bool dryRun)
    {
        var before = _pods.Store.Find(ns, name) ?? throw ApiError.NotFound(_pods.Name, name);
        var node = Meta.TextAt(binding, "target.name");
        if (node.Length == 0)
            throw ApiError.Invalid("", "Binding", name, [FieldFault.Required("target.name")]);
        if (Meta.TextAt(binding, "target.kind") is { Length: > 0 } kind && kind != "Node")
            throw ApiError.Invalid(
                "",
                "Binding",
                name,
                [FieldFault.NotSupported("target.kind", kind, ["Node", "<empty>"])]
            );
        var pod = JsonBytes.Trusted(before.Json);
        var metadata = Meta.Of(pod);
        if (Meta.TextAt(binding, "metadata.uid") is { Length: > 0 } uid && uid != before.Uid)
            throw Refusal(name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.Uid}");
        if (Meta.IsDeleting(pod))
            throw Refusal(name, $"pod {name} is being deleted, cannot be assigned to a host");
        if (Meta.TextAt(pod, "spec.nodeName") is { Length: > 0 } taken)
            throw Refusal(name, $"pod {name} is already assigned to node \"{taken}\"");
        if (Meta.At(pod, "spec.schedulingGates") is JsonArray { Count: > 0 })
            throw Refusal(name, $"pod {name} has non-empty .spec.schedulingGates");
        Meta.SetAt(pod, "spec.nodeName", node);
        if (Meta.ObjectAt(binding, "metadata.annotations") is { } annotations)
            foreach (var (key, value) in annotations)
                Meta.SetAnnotation(metadata, key, Meta.Show(value));
        Conditions.Set(pod, new JsonObject { ["type"] = "PodScheduled", ["status"] = "True" }, state.Now);
        if (!dryRun)
            state.Put(_pods, before, pod);
        return ApiReply.Of(201, Success());
    }

    public static JsonObject Success() =>
        new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["code"] = 201,
        };

    private static ApiError Refusal(string name, string why) =>
        ApiError.Conflict(new KindName("", "pods/binding"), name, why);
}

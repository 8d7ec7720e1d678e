using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Admission;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Writes;

internal sealed class AdmissionChain(IReadOnlyList<IAdmissionHook> hooks)
{
    public JsonObject Mutate(WriteRequest request, string operation, JsonObject item, JsonObject? old)
    {
        if (hooks.Count == 0)
            return item;
        var review = Review(request, operation, item, old);
        foreach (var hook in hooks)
            Judge(hook, hook.Mutate(review), request);
        return review.Object!;
    }

    public void Validate(WriteRequest request, string operation, JsonObject? item, JsonObject? old)
    {
        if (hooks.Count == 0)
            return;
        var review = Review(request, operation, item, old);
        foreach (var hook in hooks)
            Judge(hook, hook.Validate(review), request);
    }

    private static AdmissionRequest Review(WriteRequest request, string operation, JsonObject? item, JsonObject? old) =>
        new(
            operation,
            request.Kind.Stored.Type,
            request.Subresource,
            request.Namespace.Length == 0 ? null : request.Namespace,
            item?["metadata"]?["name"]?.GetValue<string>() ?? request.Name,
            item,
            old,
            request.DryRun
        );

    private static void Judge(IAdmissionHook hook, AdmissionVerdict verdict, WriteRequest request)
    {
        switch (verdict)
        {
            case AdmissionVerdict.Allowed allowed:
                request.Warnings.AddRange(allowed.Warnings);
                break;
            case AdmissionVerdict.Denied denied:
                throw new ApiError(
                    denied.Code,
                    denied.Code == 403 ? "Forbidden" : "Invalid",
                    $"admission webhook \"{hook.Name}\" denied the request: {denied.Message}"
                );
        }
    }
}

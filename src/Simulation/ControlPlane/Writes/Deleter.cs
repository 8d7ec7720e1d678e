using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>How the caller wants an object to go: the body or the query of a DELETE.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Foreground, Background, Orphan; null leaves it to the kind.</summary>
    public string? PropagationPolicy { get; init; }

    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public bool DryRun { get; init; }

    public static DeleteOptions From(JsonObject? body, Query query)
    {
        var preconditions = body?["preconditions"] as JsonObject;
        var policy = Meta.Text(body, "propagationPolicy");
        if (policy.Length == 0)
            policy = query["propagationPolicy"] ?? "";
        if (policy.Length > 0 && policy is not ("Foreground" or "Background" or "Orphan"))
            throw ApiError.Invalid(
                "meta.k8s.io",
                "DeleteOptions",
                "",
                [FieldFault.NotSupported("propagationPolicy", policy, ["Background", "Foreground", "Orphan"])]
            );
        return new DeleteOptions
        {
            GracePeriodSeconds =
                Meta.Number(body, "gracePeriodSeconds")
                ?? (
                    long.TryParse(query["gracePeriodSeconds"], CultureInfo.InvariantCulture, out var grace)
                        ? grace
                        : null
                ),
            PropagationPolicy =
                policy.Length > 0 ? policy
                : Meta.Flag(body, "orphanDependents") is { } orphan ? (orphan ? "Orphan" : "Background")
                : null,
            Uid = Meta.Text(preconditions, "uid") is { Length: > 0 } uid ? uid : null,
            ResourceVersion = Meta.Text(preconditions, "resourceVersion") is { Length: > 0 } version ? version : null,
            DryRun = Meta.Strings(body?["dryRun"]).Contains("All") || query.All("dryRun").Contains("All"),
        };
    }
}

/// <summary>
/// Deletion as the real server does it: grace for pods, finalizers hold everything, foreground and orphan deletion are
/// finalizers that the garbage collector takes away when it has done its part.
/// </summary>
internal sealed class Deleter(ServerState state)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";
    private const long DefaultPodGrace = 30;
    private readonly AdmissionChain _admission = new(state.Options.Admission);

    /// <summary>What is left of the object, and whether it is gone.</summary>
    public (StoredObject Last, bool Gone) Delete(WriteRequest request, DeleteOptions options)
    {
        var kind = request.Kind.Stored;
        var before =
            kind.Store.Find(request.Namespace, request.Name) ?? throw ApiError.NotFound(kind.Name, request.Name);
        Preconditions(kind, before, options);
        var old = JsonBytes.Trusted(before.Json);
        _admission.Validate(request, "DELETE", null, old);
        var item = JsonBytes.Trusted(before.Json);
        var metadata = Meta.Of(item);
        Propagation(kind, metadata, options);
        var grace = kind.Type is { Group: "", Kind: "Pod" } ? PodGrace(item, options) : 0;
        var held = Meta.HasFinalizers(item) || IsNamespaceWithContent(kind, item);
        if (grace == 0 && !held)
            return (options.DryRun ? before : state.Remove(kind, before, item), true);
        MarkDeleting(kind, item, metadata, grace);
        if (JsonNode.DeepEquals(old, item))
            return (before, false);
        return (options.DryRun ? before : state.Put(kind, before, item), false);
    }

    private static void Preconditions(ApiKind kind, StoredObject before, DeleteOptions options)
    {
        if (options.Uid is { } uid && uid != before.Uid)
            throw ApiError.Conflict(
                kind.Name,
                before.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.Uid}"
            );
        var version = before.Revision.ToString(CultureInfo.InvariantCulture);
        if (options.ResourceVersion is { } asked && asked != version)
            throw ApiError.Conflict(
                kind.Name,
                before.Name,
                $"Precondition failed: ResourceVersion in precondition: {asked}, ResourceVersion in object meta: {version}"
            );
    }

    private static void Propagation(ApiKind kind, JsonObject metadata, DeleteOptions options)
    {
        var finalizers = Meta.Strings(metadata["finalizers"]).ToList();
        var foreground = finalizers.Contains(ForegroundFinalizer);
        var orphan = finalizers.Contains(OrphanFinalizer);
        switch (options.PropagationPolicy)
        {
            case "Foreground":
                (foreground, orphan) = (true, false);
                break;
            case "Orphan":
                (foreground, orphan) = (false, true);
                break;
            case "Background":
                (foreground, orphan) = (false, false);
                break;
            // Without a word from the caller, an earlier wish stands; then the kind's own habit.
            default:
                orphan |= kind.OrphansByDefault && !foreground;
                break;
        }
        finalizers.RemoveAll(finalizer => finalizer is ForegroundFinalizer or OrphanFinalizer);
        if (orphan)
            finalizers.Add(OrphanFinalizer);
        if (foreground)
            finalizers.Add(ForegroundFinalizer);
        if (finalizers.Count == 0)
            metadata.Remove("finalizers");
        else
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]);
    }

    private static long PodGrace(JsonObject pod, DeleteOptions options)
    {
        var grace =
            options.GracePeriodSeconds
            ?? Meta.AsNumber(Meta.At(pod, "spec.terminationGracePeriodSeconds"))
            ?? DefaultPodGrace;
        // Nobody runs it: nobody needs to be waited for.
        if (
            Meta.TextAt(pod, "spec.nodeName").Length == 0
            || Meta.TextAt(pod, "status.phase") is "Succeeded" or "Failed"
        )
            grace = 0;
        grace = grace < 0 ? 1 : grace;
        // A second delete may shorten the wait, never lengthen it.
        return Meta.IsDeleting(pod) && Meta.Number(Meta.Of(pod), "deletionGracePeriodSeconds") is { } running
            ? Math.Min(running, grace)
            : grace;
    }

    private void MarkDeleting(ApiKind kind, JsonObject item, JsonObject metadata, long grace)
    {
        var already = Meta.IsDeleting(item);
        if (already && (Meta.Number(metadata, "deletionGracePeriodSeconds") ?? 0) <= grace)
            return;
        metadata["deletionTimestamp"] = Meta.Time(state.Now.AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        if (kind.HasGeneration && !already)
            metadata["generation"] = (Meta.Number(metadata, "generation") ?? 1) + 1;
        if (kind.Type is { Group: "", Kind: "Namespace" })
            Meta.SetAt(item, "status.phase", "Terminating");
    }

    private static bool IsNamespaceWithContent(ApiKind kind, JsonObject item) =>
        kind.Type is { Group: "", Kind: "Namespace" } && Meta.At(item, "spec.finalizers") is JsonArray { Count: > 0 };
}

using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane.Subresources;

/// <summary>
/// pods/eviction: a delete that asks the pod's disruption budget first (source: the pod registry's eviction.go; the
/// budget's counters come from the disruption controller).
/// </summary>
internal sealed class Evictor(ServerState state, Deleter deleter)
{
    /// <summary>More recorded disruptions than this mean the disruption controller is not keeping up.</summary>
    private const int MaxDisruptedPods = 2000;

    private static readonly TimeSpan StillProcessing = TimeSpan.FromSeconds(10);
    private readonly ApiKind _pods = state.BuiltIn("", "v1", "pods");
    private readonly ApiKind _budgets = state.BuiltIn("policy", "v1", "poddisruptionbudgets");

    public ApiReply Evict(string ns, string name, JsonObject eviction, Query query)
    {
        if (Meta.TextAt(eviction, "metadata.name") is { Length: > 0 } named && named != name)
            throw ApiError.BadRequest("name in URL does not match name in Eviction object");
        var options = DeleteOptions.From(eviction["deleteOptions"] as JsonObject, query);
        var stored = _pods.Store.Find(ns, name) ?? throw ApiError.NotFound(_pods.Name, name);
        var pod = JsonBytes.Trusted(stored.Json);
        if (!GoesUnasked(pod) && BudgetOf(stored) is { } budget)
            Spend(budget, pod, options.DryRun, name);
        deleter.Delete(new WriteRequest(_pods, ns, name, null) { DryRun = options.DryRun }, options);
        return ApiReply.Of(201, Binder.Success());
    }

    /// <summary>Pods that serve nobody are not protected: finished, not yet running, or going already.</summary>
    private static bool GoesUnasked(JsonObject pod) =>
        Meta.TextAt(pod, "status.phase") is "Succeeded" or "Failed" or "Pending" || Meta.IsDeleting(pod);

    private StoredObject? BudgetOf(StoredObject pod)
    {
        StoredObject? found = null;
        foreach (var candidate in _budgets.Store.Current.After((pod.Namespace, "")))
        {
            if (candidate.Namespace != pod.Namespace)
                break;
            var selector = LabelQuery.FromObject(Meta.ObjectAt(JsonBytes.Trusted(candidate.Json), "spec.selector"));
            if (selector is null || !selector.Matches(pod.Labels))
                continue;
            if (found is not null)
                throw new ApiError(
                    500,
                    "InternalError",
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
                );
            found = candidate;
        }
        return found;
    }

    private void Spend(StoredObject stored, JsonObject pod, bool dryRun, string podName)
    {
        var budget = JsonBytes.Trusted(stored.Json);
        var status = Meta.ObjectAt(budget, "status");
        var allowed = Meta.Number(status, "disruptionsAllowed") ?? 0;
        var healthy = Meta.Number(status, "currentHealthy") ?? 0;
        var desired = Meta.Number(status, "desiredHealthy") ?? 0;
        if (Conditions.StatusOf(pod, "Ready") != "True")
        {
            var policy = Meta.TextAt(budget, "spec.unhealthyPodEvictionPolicy");
            if (policy == "AlwaysAllow" || (healthy >= desired && desired > 0))
                return;
        }
        if ((Meta.Number(status, "observedGeneration") ?? 0) < (Meta.Number(Meta.Of(budget), "generation") ?? 1))
            throw Refusal(StillProcessing)
                .Because(
                    "DisruptionBudget",
                    $"The disruption budget {stored.Name} is still being processed by the server."
                );
        if (allowed < 0)
            throw ApiError.Forbidden(_budgets.Name, stored.Name, "pdb disruptions allowed is negative");
        if (status?["disruptedPods"] is JsonObject { Count: > MaxDisruptedPods })
            throw ApiError.Forbidden(
                _budgets.Name,
                stored.Name,
                "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
            );
        if (allowed == 0)
            throw Refusal(null)
                .Because(
                    "DisruptionBudget",
                    $"The disruption budget {stored.Name} needs {desired} healthy pods and has {healthy} currently"
                );
        status!["disruptionsAllowed"] = allowed - 1;
        if (status["disruptedPods"] is not JsonObject disrupted)
            status["disruptedPods"] = disrupted = [];
        disrupted[podName] = Meta.Time(state.Now);
        if (allowed == 1)
            Conditions.Set(
                budget,
                new JsonObject
                {
                    ["type"] = "DisruptionAllowed",
                    ["status"] = "False",
                    ["reason"] = "InsufficientPods",
                    ["message"] = "",
                    ["observedGeneration"] = status["observedGeneration"]?.DeepClone(),
                },
                state.Now
            );
        if (!dryRun)
            state.Put(_budgets, stored, budget);
    }

    private static ApiError Refusal(TimeSpan? retryAfter) =>
        ApiError.TooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfter);
}

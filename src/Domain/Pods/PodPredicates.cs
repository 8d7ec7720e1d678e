using Tenon.Api.Core;

namespace Tenon.Domain.Pods;

/// <summary>The words in which the rest of the house speaks about a pod (scheduling specification §1.1).</summary>
public static class PodPredicates
{
    private const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";
    private const string DisruptedTaint = "karpenter.sh/disrupted";
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    extension(Pod pod)
    {
        /// <summary>kube-scheduler said so; the condition's status value is not examined.</summary>
        public bool FailedToSchedule =>
            pod.Status.Conditions.Any(it => it is { Type: "PodScheduled", Reason: "Unschedulable" });

        public bool IsScheduled => !string.IsNullOrEmpty(pod.Spec.NodeName);

        public bool IsPreempting => !string.IsNullOrEmpty(pod.Status.NominatedNodeName);

        public bool IsOwnedByDaemonSet => OwnedBy(pod, "apps/v1", "DaemonSet");

        /// <summary>Its kubelet reports it Ready.</summary>
        public bool ReportsReady => pod.Status.Conditions.Any(static it => it is { Type: "Ready", Status: "True" });

        /// <summary>A static pod's mirror.</summary>
        public bool IsOwnedByNode => OwnedBy(pod, "v1", "Node");

        public bool IsOwnedByStatefulSet => OwnedBy(pod, "apps/v1", "StatefulSet");

        /// <summary>Waiting for a node that Tenon could provide.</summary>
        public bool IsProvisionable =>
            pod.FailedToSchedule
            && !pod.IsScheduled
            && !pod.IsPreempting
            && !pod.IsOwnedByDaemonSet
            && !pod.IsOwnedByNode;

        public bool IsTerminal => pod.Status.Phase is "Failed" or "Succeeded";

        public bool IsTerminating => pod.Metadata.IsDeleting;

        public bool IsActive => !pod.IsTerminal && !pod.IsTerminating;

        /// <summary>
        /// Needs a place if its node goes. A StatefulSet replaces a terminating pod under the same name.
        /// </summary>
        public bool IsReschedulable =>
            (pod.IsActive || (pod.IsOwnedByStatefulSet && pod.IsTerminating))
            && !pod.IsOwnedByDaemonSet
            && !pod.IsOwnedByNode;

        /// <summary>Does not count when topology domains are counted.</summary>
        public bool IsIgnoredForTopology => !pod.IsScheduled || pod.IsTerminal || pod.IsTerminating;

        public bool HasResourceClaims =>
            pod.Spec.ResourceClaims.Count > 0
            || pod.Spec.Containers.Any(it => it.Resources.Claims.Count > 0)
            || pod.Spec.InitContainers.Any(it => it.Resources.Claims.Count > 0);

        public bool IsMirror => pod.Metadata.Annotations.ContainsKey(MirrorAnnotation);

        public bool ToleratesDisruption =>
            pod.Spec.Tolerations.Any(it =>
                Tolerations.Matches(it, new Taint { Key = DisruptedTaint, Effect = "NoSchedule" })
            );
    }

    /// <summary>
    /// The pod forbids disruption now: annotated "true", or with a positive duration since its start that has not
    /// passed. An annotation that is neither is ignored; the caller warns with <see cref="HasInvalidDoNotDisrupt"/>.
    /// </summary>
    public static bool ForbidsDisruption(this Pod pod, DateTimeOffset now)
    {
        if (!pod.Metadata.Annotations.TryGetValue(DoNotDisrupt, out var text))
            return false;
        if (text == "true")
            return true;
        if (!Api.Karpenter.GoDuration.TryParse(text, out var parsed))
            return false;
        var duration = parsed.ToTimeSpan();
        if (duration <= TimeSpan.Zero)
            return false;
        return pod.Status.StartTime is not { } start || now - start < duration;
    }

    /// <summary>
    /// The do-not-disrupt annotation says something that means nothing ("false" means nothing quietly).
    /// </summary>
    public static bool HasInvalidDoNotDisrupt(this Pod pod) =>
        pod.Metadata.Annotations.TryGetValue(DoNotDisrupt, out var text)
        && text is not ("true" or "false")
        && !(Api.Karpenter.GoDuration.TryParse(text, out var parsed) && parsed > Api.Karpenter.GoDuration.Zero);

    public static bool IsDisruptable(this Pod pod, DateTimeOffset now) => !pod.IsActive || !pod.ForbidsDisruption(now);

    /// <summary>
    /// Could be evicted at all: active, not staying through disruption, no mirror, not forbidding it.
    /// </summary>
    public static bool IsEvictable(this Pod pod, DateTimeOffset now) =>
        pod.IsActive && !pod.ToleratesDisruption && !pod.IsMirror && !pod.ForbidsDisruption(now);

    private static bool OwnedBy(Pod pod, string apiVersion, string kind)
    {
        foreach (var owner in pod.Metadata.OwnerReferences)
            if (owner.ApiVersion == apiVersion && owner.Kind == kind)
                return true;
        return false;
    }
}

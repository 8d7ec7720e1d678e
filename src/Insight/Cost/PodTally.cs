using Tenon.Api.Core;

namespace Tenon.Insight.Cost;

/// <summary>
/// Pods that want to run, and how many of them have a node. Finished pods and pods on their way out are not counted.
/// </summary>
public sealed record PodTally(int Total, int Bound)
{
    public int Pending => Total - Bound;

    public static PodTally Of(IEnumerable<Pod> pods)
    {
        int total = 0,
            bound = 0;
        foreach (var pod in pods)
        {
            if (!Wanted(pod))
                continue;
            total++;
            if (!string.IsNullOrEmpty(pod.Spec.NodeName))
                bound++;
        }
        return new PodTally(total, bound);
    }

    /// <summary>A pod that occupies, or asks for, room on a machine.</summary>
    public static bool Wanted(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not ("Succeeded" or "Failed");
}

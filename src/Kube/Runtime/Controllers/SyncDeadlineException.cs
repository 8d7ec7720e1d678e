using Tenon.Api;

namespace Tenon.Kube.Runtime.Controllers;

/// <summary>
/// The stores did not come into sync in time: a definition is missing, a right is missing, or the server is overloaded.
/// Working on half a picture would be worse than not working.
/// </summary>
public sealed class SyncDeadlineException(TimeSpan deadline, IReadOnlyList<ResourceType> missing)
    : Exception(
        $"after {deadline.TotalSeconds:0} s there is no complete list of {string.Join(", ", missing)}: "
            + "see that their definitions are applied (kubectl apply -f deploy/crds) "
            + "and that the credentials may list and watch them"
    )
{
    public IReadOnlyList<ResourceType> Missing { get; } = missing;
}

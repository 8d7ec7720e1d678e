using Tenon.Api;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>Keys of owners, from changes of what they own.</summary>
internal static class Owners
{
    public static Source<ObjectKey> Of<T>(Informer<T> informer, string kind)
        where T : class, IKubeObject<T> => Source.Of<T, ObjectKey>(informer, change => Keys(change, kind));

    private static IEnumerable<ObjectKey> Keys<T>(StoreChange<T> change, string kind)
        where T : class, IKubeObject<T>
    {
        if (change.Item.Metadata.Controller() is { } owner && owner.Kind == kind)
            yield return new ObjectKey(change.Item.Metadata.Namespace, owner.Name);
    }
}

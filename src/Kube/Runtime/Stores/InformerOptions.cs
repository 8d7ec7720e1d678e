using Tenon.Api;
using Tenon.Kube.Client.Watch;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>What a store holds, and in what shape.</summary>
public sealed record InformerOptions<T>
    where T : class, IKubeObject<T>
{
    /// <summary>Namespace, selectors, time limits.</summary>
    public WatchOptions Watch { get; init; } = WatchOptions.All;

    /// <summary>
    /// Reduces an object before it is kept, to save memory; the result must keep name, namespace, uid and
    /// resourceVersion. What a store dropped must not be written back by a replacement: patch instead.
    /// </summary>
    public Func<T, T>? Transform { get; init; }
}

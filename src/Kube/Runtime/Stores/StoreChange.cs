using Tenon.Api;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// One object came (Old is null), changed, or went (New is null; Old is its last known state). An object that was
/// deleted and created again under the same name is two changes.
/// </summary>
public readonly record struct StoreChange<T>(T? Old, T? New)
    where T : class, IKubeObject<T>
{
    /// <summary>The newest state there is, of an object that may be gone.</summary>
    public T Item => New ?? Old ?? throw new InvalidOperationException("a change is about something");

    public ObjectKey Key => ObjectKey.Of(Item);
    public bool IsDeletion => New is null;
}

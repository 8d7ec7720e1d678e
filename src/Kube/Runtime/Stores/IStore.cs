using Tenon.Api;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// The local copy of a collection, for reading. Any thread, no lock: every read is of one consistent version, and two
/// reads may be of two versions. What is read may be older than the server's state; a decision is re-checked before it
/// is acted on.
/// </summary>
public interface IStore<T>
    where T : class, IKubeObject<T>
{
    T? Get(string? ns, string name);

    T? Get(ObjectKey key) => Get(key.Namespace, key.Name);

    /// <summary>Ordered by namespace, then name, ordinally. A snapshot: it does not change under the reader.</summary>
    IReadOnlyCollection<T> All { get; }

    /// <summary>The objects that the index files under the value, in the same order. The index must exist.</summary>
    IEnumerable<T> ByIndex(string index, string value);

    /// <summary>The first list is complete and every subscriber has been told of it.</summary>
    bool IsSynced { get; }

    /// <summary>Grows by one with every change.</summary>
    long Version { get; }
}

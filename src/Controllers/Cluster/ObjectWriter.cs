using Tenon.Api;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;

namespace Tenon.Controllers.Cluster;

/// <summary>
/// Writes the difference between an object as it was read and as it should be. Lists are replaced whole, so every write
/// is refused when the object has moved on; the reconcile that meets the conflict runs again on what is there now.
/// </summary>
internal static class ObjectWriter
{
    extension(KubeClient kube)
    {
        /// <summary>The object as stored, null when it is gone. Writes nothing when nothing changed.</summary>
        public async ValueTask<T?> WriteAsync<T>(T before, T after, CancellationToken cancel)
            where T : class, IKubeObject<T>
        {
            if (Patch.Between(before, after, ifUnchanged: true) is not { } patch)
                return before;
            var result = await kube.PatchAsync<T>(before.Metadata.Namespace, before.Metadata.Name ?? "", patch, cancel);
            return result.OrNullWhenNotFound();
        }

        /// <inheritdoc cref="WriteAsync{T}"/>
        public async ValueTask<T?> WriteStatusAsync<T>(T before, T after, CancellationToken cancel)
            where T : class, IKubeObject<T>
        {
            if (Patch.Between(before, after, ifUnchanged: true) is not { } patch)
                return before;
            var result = await kube.PatchStatusAsync<T>(
                before.Metadata.Namespace,
                before.Metadata.Name ?? "",
                patch,
                cancel
            );
            return result.OrNullWhenNotFound();
        }

        /// <summary>True when the object was there to be deleted.</summary>
        public async ValueTask<bool> DeleteIfThereAsync<T>(T item, CancellationToken cancel)
            where T : class, IKubeObject<T>
        {
            var result = await kube.DeleteAsync(item, new DeleteOptions { Uid = item.Metadata.Uid }, cancel);
            // Another UID under the name is somebody else's object: ours is gone.
            if (result.IsNotFound || result.Is(KubeErrorKind.Conflict))
                return false;
            result.OrThrow();
            return true;
        }
    }
}

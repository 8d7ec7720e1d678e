using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Autoscaling;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Policy;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Kube.Client;

/// <summary>Read, change, write; and the subresources that are verbs.</summary>
public sealed partial class KubeClient
{
    /// <summary>
    /// Conflicts that <see cref="UpdateWithRetryAsync{T}"/> takes before it gives up, as client-go's default.
    /// </summary>
    private const int ConflictAttempts = 5;
    private static readonly TimeSpan ConflictPause = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Sends the difference between two versions of an object as a merge patch; sends nothing when there is none. With
    /// <paramref name="ifUnchanged"/> the server refuses it with a conflict when the object moved on (see <see
    /// cref="Patch.Between{T}"/>). The status is not part of it where the kind has a status subresource: <see
    /// cref="MergeStatusAsync{T}"/>.
    /// </summary>
    public ValueTask<KubeResult<T>> MergeAsync<T>(T original, T changed, bool ifUnchanged, CancellationToken cancel)
        where T : class, IKubeObject<T> => MergeAsync(original, changed, ifUnchanged, null, cancel);

    /// <inheritdoc cref="MergeAsync{T}(T, T, bool, CancellationToken)"/>
    public ValueTask<KubeResult<T>> MergeStatusAsync<T>(
        T original,
        T changed,
        bool ifUnchanged,
        CancellationToken cancel
    )
        where T : class, IKubeObject<T> => MergeAsync(original, changed, ifUnchanged, "status", cancel);

    /// <summary>
    /// Reads the object, changes it, replaces it, and starts over when somebody else wrote in between, up to five
    /// times.
    /// <paramref name="change"/> may run several times; it returns null (or its argument) when there is nothing to do.
    /// </summary>
    public async ValueTask<KubeResult<T>> UpdateWithRetryAsync<T>(
        ObjectKey key,
        Func<T, T?> change,
        CancellationToken cancel
    )
        where T : class, IKubeObject<T>
    {
        for (var attempt = 1; ; attempt++)
        {
            var read = await GetAsync<T>(key, cancel);
            if (!read.IsOk)
                return read;
            var changed = change(read.Value);
            if (changed is null || ReferenceEquals(changed, read.Value))
                return read;
            var written = await UpdateAsync(changed, cancel);
            if (attempt >= ConflictAttempts || !written.Is(KubeErrorKind.Conflict))
                return written;
            await Task.Delay(ConflictPause, Time, cancel);
        }
    }

    /// <summary>
    /// Asks for a pod's eviction. TooManyRequests means that a disruption budget says "not now",
    /// Internal that several budgets cover the pod, NotFound that it is gone, Conflict that the precondition names
    /// another pod. Never repeated here: when to ask again is the caller's policy.
    /// </summary>
    public async ValueTask<KubeResult<Deletion>> EvictAsync(
        ObjectKey pod,
        DeleteOptions? delete,
        CancellationToken cancel
    )
    {
        var meta = new ObjectMeta { Namespace = pod.Namespace, Name = pod.Name };
        var eviction = new Eviction
        {
            ApiVersion = Options.Versions.Of(Eviction.Resource).ApiVersion,
            Metadata = meta,
            DeleteOptions = delete?.ToWire(),
        };
        var path = ResourcePath.Of(Pod.Resource, pod.Namespace, pod.Name, "eviction");
        var reply = await _dispatcher.SendAsync(
            new KubeRequest("POST", path, ApiJson.Write(eviction), Json),
            Repeat.Never,
            cancel
        );
        return reply.IsOk ? Deletion.Asked : reply.Error;
    }

    /// <summary>Evicts this very pod: one that was created again under its name is left alone.</summary>
    public ValueTask<KubeResult<Deletion>> EvictAsync(Pod pod, CancellationToken cancel) =>
        EvictAsync(ObjectKey.Of(pod), new DeleteOptions { Uid = pod.Metadata.Uid }, cancel);

    /// <summary>Puts a pod on a node, as a scheduler does. Conflict: it is on one already.</summary>
    public async ValueTask<KubeResult<Binding>> BindAsync(Pod pod, string node, CancellationToken cancel)
    {
        var binding = new Binding
        {
            Metadata = new ObjectMeta
            {
                Namespace = pod.Metadata.Namespace,
                Name = pod.Metadata.Name,
                Uid = pod.Metadata.Uid,
            },
            Target = new ObjectReference
            {
                ApiVersion = "v1",
                Kind = "Node",
                Name = node,
            },
        };
        var path = ResourcePath.Of(Pod.Resource, pod.Metadata.Namespace, pod.Metadata.Name ?? "", "binding");
        var reply = await _dispatcher.SendAsync(
            new KubeRequest("POST", path, ApiJson.Write(binding), Json),
            Repeat.WhenTurnedAway,
            cancel
        );
        return reply.IsOk ? binding : reply.Error;
    }

    /// <summary>The <c>scale</c> subresource of a workload.</summary>
    public ValueTask<KubeResult<Scale>> GetScaleAsync<T>(string? ns, string name, CancellationToken cancel)
        where T : class, IKubeObject<T> =>
        SendAsync<Scale>(
            new KubeRequest("GET", ResourcePath.Of(Served<T>(), ns, name, "scale")),
            Repeat.Always,
            cancel
        );

    /// <summary>Sets the number of replicas, whatever it was.</summary>
    public ValueTask<KubeResult<Scale>> PatchScaleAsync<T>(
        string? ns,
        string name,
        int replicas,
        CancellationToken cancel
    )
        where T : class, IKubeObject<T>
    {
        var patch = Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });
        var path = ResourcePath.Of(Served<T>(), ns, name, "scale") + FieldManagerQuery;
        return SendAsync<Scale>(new KubeRequest("PATCH", path, patch.Body, patch.ContentType), Repeat.Always, cancel);
    }

    private ValueTask<KubeResult<T>> MergeAsync<T>(
        T original,
        T changed,
        bool ifUnchanged,
        string? subresource,
        CancellationToken cancel
    )
        where T : class, IKubeObject<T>
    {
        var patch = Patch.Between(original, changed, ifUnchanged);
        if (patch is null)
            return ValueTask.FromResult(KubeResult.Ok(original));
        return PatchAsync<T>(original.Metadata.Namespace, original.Metadata.Name ?? "", subresource, patch, cancel);
    }
}

using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Stores;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Makes and removes pods on behalf of their owners, and remembers what it did until the informer shows it: a
/// controller that decided on an older picture would otherwise do it again.
/// </summary>
internal sealed class PodControl
{
    /// <summary>Index of pods by the uid of their controller.</summary>
    public const string ByOwner = "owner";

    private readonly KubeClient _client;
    private readonly ClusterEvents _events;
    private readonly Dictionary<string, HashSet<string>> _expected = new(StringComparer.Ordinal);
    private readonly Informer<Pod> _pods;

    public PodControl(Informers informers, ClusterEvents events)
    {
        (_client, _events) = (informers.Client, events);
        _pods = informers.Of<Pod>().AddIndex(ByOwner, pod => pod.Metadata.Controller() is { } owner ? [owner.Uid] : []);
        _pods.Subscribe(change =>
        {
            var pod = change.Item;
            if (pod.Metadata.Controller() is not { } owner || !_expected.TryGetValue(owner.Uid, out var expected))
                return;
            expected.Remove("+" + pod.Metadata.Uid);
            if (change.IsDeletion || pod.Metadata.IsDeleting)
                expected.Remove("-" + pod.Metadata.Uid);
            if (expected.Count == 0)
                _expected.Remove(owner.Uid);
        });
    }

    public Informer<Pod> Pods => _pods;

    /// <summary>False while something that was done for the owner does not show yet.</summary>
    public bool IsSettled(IKubeObject owner) => !_expected.ContainsKey(owner.Metadata.Uid!);

    public IReadOnlyList<Pod> Of(IKubeObject owner) => [.. _pods.ByIndex(ByOwner, owner.Metadata.Uid!)];

    /// <summary>Creates a pod from a template; false when the server refused.</summary>
    public async ValueTask<bool> CreateAsync(IKubeObject owner, Pod pod, string component, CancellationToken cancel)
    {
        pod = pod with
        {
            Metadata = pod.Metadata with
            {
                Namespace = owner.Metadata.Namespace,
                OwnerReferences = [ReferenceTo(owner)],
            },
        };
        var created = await _client.CreateAsync(pod, cancel);
        if (!created.IsOk)
        {
            if (!created.Is(KubeErrorKind.AlreadyExists))
                _events.Tell(owner, "Warning", "FailedCreate", $"Error creating: {created.Error.Message}", component);
            return created.Is(KubeErrorKind.AlreadyExists);
        }
        var made = created.Value.Metadata;
        if (_pods.Get(made.Namespace, made.Name!)?.Metadata.Uid != made.Uid)
            Expect(owner, "+" + made.Uid);
        _events.Tell(owner, "Normal", "SuccessfulCreate", $"Created pod: {made.Name}", component);
        return true;
    }

    public async ValueTask DeleteAsync(IKubeObject owner, Pod pod, string component, CancellationToken cancel)
    {
        if (pod.Metadata.IsDeleting)
            return;
        Expect(owner, "-" + pod.Metadata.Uid);
        var deleted = await _client.DeleteAsync<Pod>(
            pod.Metadata.Namespace,
            pod.Metadata.Name!,
            new DeleteOptions { Uid = pod.Metadata.Uid },
            cancel
        );
        if (deleted.IsOk)
            _events.Tell(owner, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}", component);
        else
            Unexpect(owner, "-" + pod.Metadata.Uid);
    }

    /// <summary>
    /// Creates <paramref name="count"/> pods in batches of 1, 2, 4 …, so that a template the server refuses costs one
    /// request and not thousands. Returns how many were made.
    /// </summary>
    public async ValueTask<int> CreateInBatchesAsync(
        IKubeObject owner,
        int count,
        Func<int, Pod> pod,
        string component,
        CancellationToken cancel
    )
    {
        var made = 0;
        for (var batch = 1; made < count; batch *= 2)
        {
            var first = made;
            var size = Math.Min(batch, count - first);
            var results = await Task.WhenAll(
                Enumerable.Range(first, size).Select(i => CreateAsync(owner, pod(i), component, cancel).AsTask())
            );
            var good = results.Count(ok => ok);
            made += good;
            if (good < size)
                break;
        }
        return made;
    }

    public static OwnerReference ReferenceTo(IKubeObject owner) =>
        new()
        {
            ApiVersion = owner.ApiVersion,
            Kind = owner.Kind,
            Name = owner.Metadata.Name!,
            Uid = owner.Metadata.Uid!,
            Controller = true,
            BlockOwnerDeletion = true,
        };

    private void Expect(IKubeObject owner, string what)
    {
        if (!_expected.TryGetValue(owner.Metadata.Uid!, out var expected))
            _expected[owner.Metadata.Uid!] = expected = new(StringComparer.Ordinal);
        expected.Add(what);
    }

    private void Unexpect(IKubeObject owner, string what)
    {
        if (!_expected.TryGetValue(owner.Metadata.Uid!, out var expected))
            return;
        expected.Remove(what);
        if (expected.Count == 0)
            _expected.Remove(owner.Metadata.Uid!);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Foundation.Hashing;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Workloads;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Nodes;

/// <summary>
/// Every kubelet of the cluster in one place: nodes become ready and beat, pods start, run, end, crash and stop, each
/// after a delay of its own. All state is in the API; what is here is only what is under way.
/// </summary>
public sealed class Kubelets
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);
    private const string LeaseNamespace = "kube-node-lease";

    private readonly KubeClient _client;
    private readonly Informers _informers;
    private readonly Informer<Pod> _pods;
    private readonly Informer<Node> _nodes;
    private readonly Informer<NodeClaim>? _claims;
    private readonly KubeletOptions _options;
    private readonly FaultPlan _faults;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stopping = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _restarts = new(StringComparer.Ordinal);
    private CancellationToken _cancel;
    private uint _addresses;

    public Kubelets(Informers informers, KubeletOptions options, FaultPlan faults, TimeProvider time)
    {
        (_informers, _client, _options, _faults, _time) = (informers, informers.Client, options, faults, time);
        _pods = informers
            .Of<Pod>()
            .AddIndex("node", pod => string.IsNullOrEmpty(pod.Spec.NodeName) ? [] : [pod.Spec.NodeName]);
        _nodes = informers.Of<Node>();
        _claims = options.KnowsClaims ? informers.Of<NodeClaim>() : null;
    }

    /// <summary>The kubelet of a node says nothing any more and does nothing.</summary>
    public void Silence(string node) => _silent.Add(node);

    public async Task RunAsync(CancellationToken cancel)
    {
        _cancel = cancel;
        await _informers.WhenSynced(cancel);
        _nodes.Subscribe(OnNode);
        _pods.Subscribe(OnPod);
        _claims?.Subscribe(change =>
        {
            if (change.New is { Status.NodeName: { Length: > 0 } name })
                FreeStartup(name);
        });
    }

    private void OnNode(StoreChange<Node> change)
    {
        var name = change.Item.Metadata.Name!;
        if (change.New is not { } node)
        {
            _known.Remove(change.Old!.Metadata.Uid!);
            _silent.Remove(name);
            return;
        }
        if (_known.Add(node.Metadata.Uid!))
            Go(LiveAsync(node));
        else if (IsReady(node) && !(change.Old is { } old && IsReady(old)))
            foreach (var pod in _pods.ByIndex("node", name).ToList())
                Consider(pod);
    }

    /// <summary>
    /// A node's life: it reports not ready, then ready, loses its startup taints, and beats until it is gone.
    /// </summary>
    private async Task LiveAsync(Node node)
    {
        var (name, uid) = (node.Metadata.Name!, node.Metadata.Uid!);
        if (!IsReady(node))
            await SetReadyAsync(name, uid, "False", "KubeletNotReady", "container runtime network not ready");
        var delay = Between(_options.NodeReady, uid, "ready");
        if (_faults.Strikes(FaultSite.NodeSlow))
            delay += TimeSpan.FromSeconds(_faults.Draw(FaultSite.NodeSlow, 60, 600));
        var never = _faults.Strikes(FaultSite.NodeNeverReady);
        await BeatAsync(name, uid);
        // Faults end when the world is let calm down, and then even these come up.
        while (never && !_faults.IsQuiet && Current(name, uid) is not null)
            await Task.Delay(_options.Heartbeat, _time, _cancel);
        if (Current(name, uid) is not null)
        {
            await Task.Delay(delay, _time, _cancel);
            await SetReadyAsync(name, uid, "True", "KubeletReady", "kubelet is posting ready status");
            await Task.Delay(Between(_options.StartupTaints, uid, "startup"), _time, _cancel);
            FreeStartup(name);
        }
        var jitter = Between((TimeSpan.Zero, _options.Heartbeat), uid, "beat");
        await Task.Delay(jitter, _time, _cancel);
        while (Current(name, uid) is not null)
        {
            if (!_silent.Contains(name))
            {
                if (_faults.Strikes(FaultSite.NodeDies))
                    _silent.Add(name);
                else
                    await BeatAsync(name, uid);
            }
            await Task.Delay(_options.Heartbeat, _time, _cancel);
        }
    }

    private async ValueTask BeatAsync(string name, string uid)
    {
        if (Current(name, uid) is null)
            return;
        var now = _time.GetUtcNow();
        var renew = Patch.Merge(
            new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = Timestamps.Micros(now) } }
        );
        if (!(await _client.PatchAsync<Lease>(LeaseNamespace, name, renew, _cancel)).IsNotFound)
            return;
        await _client.CreateAsync(
            new Lease
            {
                Metadata = new ObjectMeta
                {
                    Name = name,
                    Namespace = LeaseNamespace,
                    OwnerReferences =
                    [
                        new OwnerReference
                        {
                            ApiVersion = "v1",
                            Kind = "Node",
                            Name = name,
                            Uid = uid,
                        },
                    ],
                },
                Spec = new LeaseSpec
                {
                    HolderIdentity = name,
                    LeaseDurationSeconds = 40,
                    RenewTime = now,
                },
            },
            _cancel
        );
    }

    private async ValueTask SetReadyAsync(string name, string uid, string status, string reason, string message)
    {
        while (Current(name, uid) is { } node)
        {
            if (_silent.Contains(name))
                return;
            var now = _time.GetUtcNow();
            var conditions = node
                .Status.Conditions.With(
                    "MemoryPressure",
                    "False",
                    "KubeletHasSufficientMemory",
                    "kubelet has sufficient memory available",
                    now
                )
                .With("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now)
                .With("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available", now)
                .With("Ready", status, reason, message, now);
            var address = Address().ToString();
            var changed = node with
            {
                Status = node.Status with
                {
                    Phase = "Running",
                    Conditions = [.. conditions.Select(condition => condition with { LastHeartbeatTime = now })],
                    Addresses =
                        node.Status.Addresses.Count > 0
                            ? node.Status.Addresses
                            :
                            [
                                new NodeAddress { Type = "InternalIP", Address = address },
                                new NodeAddress { Type = "Hostname", Address = name },
                            ],
                    NodeInfo = node.Status.NodeInfo is { KubeletVersion.Length: > 0 } told ? told : SystemOf(node),
                },
            };
            var written = await _client.UpdateStatusAsync(changed, _cancel);
            if (written.IsOk || written.IsNotFound)
                return;
            await Task.Delay(Retry, _time, _cancel);
        }
    }

    private NodeSystemInfo SystemOf(Node node) =>
        new()
        {
            MachineId = node.Metadata.Uid!,
            SystemUuid = node.Metadata.Uid!,
            BootId = node.Metadata.Uid!,
            KernelVersion = "6.1.0-sim",
            OsImage = "Simulated Linux",
            ContainerRuntimeVersion = "containerd://2.0.0",
            KubeletVersion = _options.Version,
            KubeProxyVersion = _options.Version,
            OperatingSystem = node.Metadata.Labels.GetValueOrDefault("kubernetes.io/os", "linux"),
            Architecture = node.Metadata.Labels.GetValueOrDefault("kubernetes.io/arch", "amd64"),
        };

    /// <summary>
    /// What clears startup taints in life (a CNI, a GPU driver) is done when the node has been ready for a while.
    /// </summary>
    private void FreeStartup(string name)
    {
        if (_nodes.Get(null, name) is not { } node || !IsReady(node))
            return;
        if (_claims is null)
            return;
        var startup = _claims
            .All.Where(claim => claim.Status?.NodeName == name)
            .SelectMany(claim => claim.Spec.StartupTaints ?? [])
            .ToList();
        var left = node
            .Spec.Taints.Where(taint => !startup.Exists(one => one.Key == taint.Key && one.Effect == taint.Effect))
            .ToList();
        if (left.Count == node.Spec.Taints.Count)
            return;
        var since =
            node.Status.Conditions.First(condition => condition.Type == "Ready").LastTransitionTime
            ?? _time.GetUtcNow();
        if (_time.GetUtcNow() - since < _options.StartupTaints.Least)
            return;
        Go(RetryAsync());

        async Task RetryAsync()
        {
            var written = await _client.UpdateAsync(node with { Spec = node.Spec with { Taints = left } }, _cancel);
            if (!written.Is(KubeErrorKind.Conflict))
                return;
            await Task.Delay(Retry, _time, _cancel);
            FreeStartup(name);
        }
    }

    private void OnPod(StoreChange<Pod> change)
    {
        if (change.New is { } pod)
            Consider(pod);
        else
        {
            var uid = change.Old!.Metadata.Uid!;
            _starting.Remove(uid);
            _stopping.Remove(uid);
            _restarts.Remove(uid);
        }
    }

    private void Consider(Pod pod)
    {
        if (
            !pod.IsAssigned()
            || _nodes.Get(null, pod.Spec.NodeName!) is not { } node
            || _silent.Contains(node.Metadata.Name!)
        )
            return;
        var uid = pod.Metadata.Uid!;
        if (pod.Metadata.IsDeleting)
        {
            if (_stopping.Add(uid))
                Go(StopAsync(pod));
        }
        else if (!pod.IsFinished() && pod.Status.Phase != "Running" && IsReady(node) && _starting.Add(uid))
            Go(StartAsync(pod));
    }

    private async Task StartAsync(Pod pod)
    {
        var uid = pod.Metadata.Uid!;
        if (_options.ShowsCreating)
            await WriteAsync(pod, PodStages.Creating);
        await Task.Delay(Between(_options.PodStart, uid, "start"), _time, _cancel);
        var address = Address();
        var slow = PodStages.Declared(pod, PodStages.ReadyAfter) ?? TimeSpan.Zero;
        await WriteAsync(pod, (now, at) => PodStages.Running(now, slow == TimeSpan.Zero, 0, address, at));
        if (slow > TimeSpan.Zero)
        {
            await Task.Delay(slow, _time, _cancel);
            await WriteAsync(pod, (now, at) => PodStages.Running(now, true, 0, address, at));
        }
        var isTask = pod.Spec.RestartPolicy is "Never" or "OnFailure";
        var run =
            PodStages.Declared(pod, PodStages.RunFor)
            ?? (isTask && pod.Metadata.Controller()?.Kind == "Job" ? _options.JobRun : null);
        var crash =
            PodStages.Declared(pod, PodStages.CrashAfter)
            ?? (
                _faults.Strikes(FaultSite.PodCrash)
                    ? TimeSpan.FromSeconds(_faults.Draw(FaultSite.PodCrash, 5, 600))
                    : null
            );
        if (crash is { } soon && (run is null || soon < run))
        {
            await Task.Delay(soon, _time, _cancel);
            await CrashAsync(pod, address);
            if (pod.Spec.RestartPolicy == "Never")
                return;
        }
        if (run is not { } length || !isTask)
            return;
        await Task.Delay(length, _time, _cancel);
        await WriteAsync(pod, (now, at) => PodStages.Ended(now, 0, at));
    }

    /// <summary>Never restarted: failed. Otherwise back after ten seconds, as the first crash loop back-off.</summary>
    private async ValueTask CrashAsync(Pod pod, IPAddress address)
    {
        if (pod.Spec.RestartPolicy == "Never")
        {
            await WriteAsync(pod, (now, at) => PodStages.Ended(now, 1, at));
            return;
        }
        var restarts = _restarts[pod.Metadata.Uid!] = _restarts.GetValueOrDefault(pod.Metadata.Uid!) + 1;
        await WriteAsync(pod, (now, at) => PodStages.Running(now, false, restarts, address, at));
        await Task.Delay(TimeSpan.FromSeconds(10), _time, _cancel);
        await WriteAsync(pod, (now, at) => PodStages.Running(now, true, restarts, address, at));
    }

    private async Task StopAsync(Pod pod)
    {
        var grace = TimeSpan.FromSeconds(
            pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30
        );
        var stop = PodStages.Declared(pod, PodStages.StopAfter) ?? Between(_options.PodStop, pod.Metadata.Uid!, "stop");
        await Task.Delay(stop < grace ? stop : grace, _time, _cancel);
        while (!_silent.Contains(pod.Spec.NodeName!))
        {
            var gone = await _client.DeleteAsync<Pod>(
                pod.Metadata.Namespace,
                pod.Metadata.Name!,
                new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid },
                _cancel
            );
            if (gone.IsOk || gone.IsNotFound || gone.Is(KubeErrorKind.Conflict))
                return;
            await Task.Delay(Retry, _time, _cancel);
        }
    }

    /// <summary>Writes a status made from the newest pod, unless the pod, its node or its kubelet is gone.</summary>
    private async ValueTask WriteAsync(Pod pod, Func<Pod, DateTimeOffset, PodStatus> status)
    {
        while (_pods.Get(pod.Metadata.Namespace, pod.Metadata.Name!) is { } now && now.Metadata.Uid == pod.Metadata.Uid)
        {
            if (
                now.Metadata.IsDeleting
                || now.IsFinished()
                || _silent.Contains(pod.Spec.NodeName!)
                || _nodes.Get(null, pod.Spec.NodeName!) is null
            )
                return;
            var written = await _client.UpdateStatusAsync(
                now with
                {
                    Status = status(now, _time.GetUtcNow()),
                },
                _cancel
            );
            if (written.IsOk || written.IsNotFound)
                return;
            await Task.Delay(Retry, _time, _cancel);
        }
    }

    private Node? Current(string name, string uid) =>
        _nodes.Get(null, name) is { } node && node.Metadata.Uid == uid ? node : null;

    private static bool IsReady(Node node)
    {
        foreach (var condition in node.Status.Conditions)
            if (condition.Type == "Ready")
                return condition.Status == "True";
        return false;
    }

    private TimeSpan Between((TimeSpan Least, TimeSpan Most) range, string uid, string what)
    {
        var draw = StableHash.Of(what, StableHash.Of(uid, _options.Seed ^ StableHash.Seed)) % 1001;
        return range.Least + (range.Most - range.Least) * (draw / 1000.0);
    }

    private IPAddress Address()
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x0A00_0002 + _addresses++ % 0x00FF_FFF0);
        return new IPAddress(bytes);
    }

    private static void Go(Task work) => Background.Watch(work);
}

using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Providers.Port;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Providers.Kwok;

/// <summary>
/// Upstream's KWOK: a machine is nothing but its Node object, always to be had, in whatever cluster the client talks
/// to. With a registration delay the purchase is remembered in this process until the Node is created; a restart in
/// between forgets it, and the claim's registration timeout or a repeated launch puts that right.
/// </summary>
public sealed class NodeObjectMarket(KubeClient kube, TimeProvider time) : IMachineMarket, IDisposable
{
    /// <summary>Pause between attempts to create a Node whose time has come.</summary>
    private static readonly TimeSpan CreationPause = TimeSpan.FromSeconds(2);

    /// <summary>Attempts before a delayed Node is given up and left to the registration timeout.</summary>
    private const int MostCreations = 150;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Expected> _expected = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>A machine bought whose Node has not been created yet.</summary>
    private sealed record Expected(Machine Machine, CancellationTokenSource Cancel);

    public async ValueTask<PurchaseOutcome> BuyAsync(MachineOrder order, CancellationToken cancel)
    {
        var node = order.NodeFor(order.Choices[0]);
        if (FindExpected(node.Spec.ProviderId!) is { } waiting)
            return new PurchaseOutcome.Bought(waiting, []);
        var existing = await kube.GetAsync<Node>(null, node.Metadata.Name!, cancel);
        if (existing.IsOk)
            return new PurchaseOutcome.Bought(MachineOf(existing.Value), []);
        if (!existing.IsNotFound)
            return Refusal(existing.Error);
        if (order.RegistrationDelay > TimeSpan.Zero)
            return new PurchaseOutcome.Bought(Expect(node, order.RegistrationDelay), []);

        var created = await kube.CreateAsync(node, cancel);
        if (created.IsOk)
            return new PurchaseOutcome.Bought(MachineOf(created.Value), []);
        if (!created.Is(KubeErrorKind.AlreadyExists))
            return Refusal(created.Error!);
        var first = await kube.GetAsync<Node>(null, node.Metadata.Name!, cancel);
        return first.IsOk ? new PurchaseOutcome.Bought(MachineOf(first.Value), []) : Refusal(first.Error);
    }

    public async ValueTask<TerminateOutcome> ReturnAsync(string providerId, CancellationToken cancel)
    {
        if (Forget(providerId))
            return new TerminateOutcome.Triggered();
        var name = NameOf(providerId);
        if (name is null)
            return new TerminateOutcome.Gone($"{providerId} is not a kwok machine");
        var node = await kube.GetAsync<Node>(null, name, cancel);
        if (node.IsNotFound)
            return new TerminateOutcome.Gone($"node {name} does not exist");
        if (!node.IsOk)
            return new TerminateOutcome.Failed(node.Error.ToString(), node.Error.RetryAfter);
        // The machine is off as soon as its Node is told to go; what keeps the Node is somebody's finalizer.
        if (node.Value.Metadata.IsDeleting)
            return new TerminateOutcome.Gone($"node {name} is going");
        var deleted = await kube.DeleteAsync<Node>(
            null,
            name,
            new DeleteOptions { Uid = node.Value.Metadata.Uid },
            cancel
        );
        if (deleted.IsOk)
            return new TerminateOutcome.Triggered();
        return deleted.IsNotFound
            ? new TerminateOutcome.Gone($"node {name} does not exist")
            : new TerminateOutcome.Failed(deleted.Error!.ToString(), deleted.Error.RetryAfter);
    }

    public async ValueTask<Machine?> FindAsync(string providerId, CancellationToken cancel)
    {
        if (FindExpected(providerId) is { } waiting)
            return waiting;
        if (NameOf(providerId) is not { } name)
            return null;
        var node = await kube.GetAsync<Node>(null, name, cancel);
        if (node.IsNotFound)
            return null;
        if (!node.IsOk)
            throw Unavailable(node.Error);
        return node.Value.Metadata.IsDeleting ? null : MachineOf(node.Value);
    }

    public async ValueTask<ImmutableArray<Machine>> ListAsync(CancellationToken cancel)
    {
        var nodes = await kube.ListAsync<Node>(ListOptions.All, cancel);
        if (!nodes.IsOk)
            throw Unavailable(nodes.Error);
        var machines = new SortedDictionary<string, Machine>(StringComparer.Ordinal);
        lock (_lock)
            foreach (var (providerId, waiting) in _expected)
                machines[providerId] = waiting.Machine;
        foreach (var node in nodes.Value.Items)
            if (node.Spec.ProviderId?.StartsWith(NodeBlueprint.ProviderIdPrefix, StringComparison.Ordinal) == true)
                machines[node.Spec.ProviderId] = MachineOf(node);
        return [.. machines.Values];
    }

    public void Dispose()
    {
        _stop.Cancel();
        lock (_lock)
            _expected.Clear();
    }

    private Machine Expect(Node node, TimeSpan delay)
    {
        var machine = MachineOf(node);
        var expected = new Expected(machine, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        lock (_lock)
        {
            // Another attempt for the same claim came first while this one asked the server.
            if (_expected.TryGetValue(machine.ProviderId, out var first))
                return first.Machine;
            _expected.Add(machine.ProviderId, expected);
        }
        RegisterAsync(expected, delay);
        return machine;
    }

    /// <summary>Creates the Node when its time has come. Nobody waits for this: what fails is retried, then left to the
    /// registration timeout of the claim.</summary>
    private async void RegisterAsync(Expected expected, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, expected.Cancel.Token);
            for (var attempt = 1; attempt <= MostCreations; attempt++)
            {
                var created = await kube.CreateAsync(expected.Machine.Node, expected.Cancel.Token);
                if (created.IsOk || !created.Error.IsTransient)
                    break;
                await Task.Delay(CreationPause, time, expected.Cancel.Token);
            }
            Forget(expected.Machine.ProviderId);
        }
        catch (OperationCanceledException)
        {
            // Returned before it registered, or the process is ending.
        }
    }

    private Machine? FindExpected(string providerId)
    {
        lock (_lock)
            return _expected.GetValueOrDefault(providerId)?.Machine;
    }

    private bool Forget(string providerId)
    {
        Expected? expected;
        lock (_lock)
        {
            if (!_expected.Remove(providerId, out expected))
                return false;
        }
        expected.Cancel.Cancel();
        return true;
    }

    private static string? NameOf(string providerId) =>
        providerId.StartsWith(NodeBlueprint.ProviderIdPrefix, StringComparison.Ordinal)
        && providerId.Length > NodeBlueprint.ProviderIdPrefix.Length
            ? providerId[NodeBlueprint.ProviderIdPrefix.Length..]
            : null;

    private static Machine MachineOf(Node node) =>
        new()
        {
            ProviderId = node.Spec.ProviderId!,
            Node = node,
            EndingSince = node.Metadata.DeletionTimestamp,
        };

    private static PurchaseOutcome Refusal(KubeError error) =>
        error.Kind == KubeErrorKind.TooManyRequests
            ? new PurchaseOutcome.Throttled(error.RetryAfter ?? RetryPause, error.Message)
            : new PurchaseOutcome.NoReply(error.ToString());

    private static CloudUnavailableException Unavailable(KubeError error) => new(error.ToString(), error.RetryAfter);
}

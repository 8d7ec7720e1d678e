using System.Collections.Immutable;
using Tenon.Foundation.Units;
using Tenon.Kube.Client;
using Tenon.Providers.Kwok;
using Tenon.Providers.Port;

namespace Tenon.Simulation.Cloud;

/// <summary>
/// A priced cloud that can be wrong in realistic ways: it takes time, runs out, enforces quotas, loses replies, takes
/// spot machines back after a notice, stops machines for maintenance, and sometimes just loses one. It outlives the
/// controller that buys from it, as a real one does. All chance is by seed and name (<see cref="CloudDraw"/>), all
/// waiting on the virtual clock. Assumption: everything runs on one loop; there are no locks.
/// </summary>
/// <param name="kube">The cloud's own client: machines register their Nodes with it and it removes Nodes left
/// behind.</param>
public sealed partial class SimulatedCloud(KubeClient kube, CloudOptions options, TimeProvider time)
    : IMachineMarket,
        IDisposable
{
    /// <summary>A caller whose reply is lost gives up after this.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ThrottlePause = TimeSpan.FromSeconds(2);

    private readonly CloudDraw _draw = new(options.Seed);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, CloudMachine> _byToken = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CloudMachine> _byProviderId = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Call, string Subject), int> _attempts = [];
    private readonly Dictionary<string, long> _vcpusInUse = new(StringComparer.Ordinal);

    public CloudWeather Weather { get; } = new(options);

    public MachineLedger Ledger { get; } = new();

    /// <summary>Told of every change of a machine's fate, on the loop: kubelets fall silent by this.</summary>
    public event Action<MachineChange>? Changed;

    /// <summary>
    /// True until the machine's end begins. A kubelet of a machine that is not alive says nothing any more.
    /// </summary>
    public bool IsAlive(string providerId) => _byProviderId.TryGetValue(providerId, out var machine) && machine.IsAlive;

    /// <summary>vCPUs that count against a quota now.</summary>
    public long InUse(string quota) => _vcpusInUse.GetValueOrDefault(quota);

    public async ValueTask<PurchaseOutcome> BuyAsync(MachineOrder order, CancellationToken cancel)
    {
        var fault = await CallAsync("Buy", order.Token, cancel);
        if (fault == CloudFault.Throttled)
            return new PurchaseOutcome.Throttled(ThrottlePause, "RequestLimitExceeded: too many purchases");
        if (fault == CloudFault.RequestLost)
            return new PurchaseOutcome.NoReply("the purchase was not answered in time");
        var outcome = Sell(order);
        if (fault != CloudFault.ReplyLost)
            return outcome;
        await Task.Delay(CallTimeout, time, cancel);
        return new PurchaseOutcome.NoReply("the purchase was not answered in time");
    }

    public async ValueTask<TerminateOutcome> ReturnAsync(string providerId, CancellationToken cancel)
    {
        var fault = await CallAsync("Return", providerId, cancel);
        if (fault == CloudFault.Throttled)
            return new TerminateOutcome.Failed("RequestLimitExceeded: too many returns", ThrottlePause);
        if (fault == CloudFault.RequestLost)
            return new TerminateOutcome.Failed("the return was not answered in time");
        var outcome = TakeBack(providerId);
        if (fault != CloudFault.ReplyLost)
            return outcome;
        await Task.Delay(CallTimeout, time, cancel);
        return new TerminateOutcome.Failed("the return was not answered in time");
    }

    public async ValueTask<Machine?> FindAsync(string providerId, CancellationToken cancel)
    {
        await QuestionAsync("Find", providerId, cancel);
        return _byProviderId.TryGetValue(providerId, out var machine) && machine.IsAlive ? machine.AsSold : null;
    }

    public async ValueTask<ImmutableArray<Machine>> ListAsync(CancellationToken cancel)
    {
        await QuestionAsync("List", "", cancel);
        return [.. _byProviderId.Values.Where(machine => !machine.IsGone).Select(machine => machine.AsSold)];
    }

    public void Dispose() => _stop.Cancel();

    /// <summary>The time a call takes, and its fate.</summary>
    private async ValueTask<CloudFault> CallAsync(string call, string subject, CancellationToken cancel)
    {
        var attempt = _attempts[(call, subject)] = _attempts.GetValueOrDefault((call, subject)) + 1;
        var takes = _draw.Within(
            FormattableString.Invariant($"answer|{call}|{subject}|{attempt}"),
            options.AnswerTime.AsSpan()
        );
        if (takes > TimeSpan.Zero)
            await Task.Delay(takes, time, cancel);
        var fault = options.Faults.Strike(call, subject, attempt, time.GetUtcNow());
        if (fault == CloudFault.RequestLost)
            await Task.Delay(CallTimeout, time, cancel);
        return fault;
    }

    /// <summary>A call that only asks: lost either way it is the same to the caller.</summary>
    private async ValueTask QuestionAsync(string call, string subject, CancellationToken cancel)
    {
        var fault = await CallAsync(call, subject, cancel);
        if (fault == CloudFault.Throttled)
            throw new CloudUnavailableException("RequestLimitExceeded: too many questions", ThrottlePause);
        if (fault != CloudFault.None)
            throw new CloudUnavailableException("the question was not answered in time");
    }

    private PurchaseOutcome Sell(MachineOrder order)
    {
        if (_byToken.TryGetValue(order.Token, out var before))
            return new PurchaseOutcome.Bought(before.AsSold, []);
        var exhausted = ImmutableArray.CreateBuilder<Shortage>();
        foreach (var choice in order.Choices)
        {
            if (WhyNot(choice) is { } reason)
                exhausted.Add(new Shortage(choice.Key, reason));
            else
                return new PurchaseOutcome.Bought(Hand(order, choice).AsSold, exhausted.ToImmutable());
        }
        return new PurchaseOutcome.SoldOut(exhausted.ToImmutable());
    }

    /// <summary>EC2's words for why this choice cannot be had now; null when it can.</summary>
    private string? WhyNot(MachineChoice choice)
    {
        if (Weather.IsSoldOut(choice.Key, time.GetUtcNow()))
            return "InsufficientInstanceCapacity";
        var quota = CloudQuota.Of(choice.Key);
        return options.Quotas.TryGetValue(quota, out var most) && InUse(quota) + CloudQuota.Vcpus(choice.Type) > most
            ? choice.Key.CapacityType == "spot"
                ? "MaxSpotInstanceCountExceeded"
                : "VcpuLimitExceeded"
            : null;
    }

    private CloudMachine Hand(MachineOrder order, MachineChoice choice)
    {
        var node = order.NodeFor(choice);
        var machine = new CloudMachine(
            order,
            choice,
            node,
            CancellationTokenSource.CreateLinkedTokenSource(_stop.Token)
        );
        Ledger.Add(
            new LedgerEntry
            {
                Token = order.Token,
                ProviderId = machine.ProviderId,
                Offering = choice.Key,
                Price = choice.Offering.Price,
                BoughtAt = time.GetUtcNow(),
            }
        );
        _byToken.Add(order.Token, machine);
        _byProviderId.Add(machine.ProviderId, machine);
        Count(machine, +1);
        Tell(machine, MachineStage.Bought);
        JoinAsync(machine, order.RegistrationDelay);
        Foretell(machine);
        return machine;
    }

    private TerminateOutcome TakeBack(string providerId)
    {
        if (!_byProviderId.TryGetValue(providerId, out var machine))
            return new TerminateOutcome.Gone($"no machine {providerId}");
        if (machine.IsGone)
            return new TerminateOutcome.Gone($"machine {providerId} is terminated");
        Finish(machine, MachineEnd.Returned);
        return new TerminateOutcome.Triggered();
    }

    private void Count(CloudMachine machine, int sign)
    {
        var quota = CloudQuota.Of(machine.Choice.Key);
        _vcpusInUse[quota] = InUse(quota) + sign * CloudQuota.Vcpus(machine.Choice.Type);
    }

    private void Tell(CloudMachine machine, MachineStage stage) =>
        Changed?.Invoke(new MachineChange(machine.ProviderId, stage, machine.End, time.GetUtcNow()));

    /// <summary>Cost per hour of everything running, for live views.</summary>
    public HourlyPrice Rate => Ledger.Rate;
}

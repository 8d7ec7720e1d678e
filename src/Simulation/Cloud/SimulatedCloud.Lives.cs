using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Providers.Port.Interruptions;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Cloud;

/// <summary>What happens to a machine after it was sold.</summary>
public sealed partial class SimulatedCloud
{
    private static readonly TimeSpan JoinRetry = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    /// <summary>Ends a machine for a reason of the scenario's; nothing happens to one that is not alive.</summary>
    public void Kill(string providerId) => FinishAlive(providerId, MachineEnd.Died);

    /// <summary>Gives notice now and takes the machine at the deadline.</summary>
    public void Reclaim(string providerId)
    {
        if (_byProviderId.TryGetValue(providerId, out var machine) && machine.IsAlive)
            ReclaimAsync(machine, TimeSpan.Zero, advice: null);
    }

    /// <summary>Announces maintenance and stops the machine when its time comes.</summary>
    public void Maintain(string providerId)
    {
        if (_byProviderId.TryGetValue(providerId, out var machine) && machine.IsAlive)
            MaintainAsync(machine, TimeSpan.Zero);
    }

    private void FinishAlive(string providerId, MachineEnd end)
    {
        if (_byProviderId.TryGetValue(providerId, out var machine) && machine.IsAlive)
            Finish(machine, end);
    }

    /// <summary>Draws the machine's fate when it is sold, so that it does not depend on what is sold later.</summary>
    private void Foretell(CloudMachine machine)
    {
        var name = machine.ProviderId;
        var spotLife = CloudWeather.IsTight(machine.Choice.Type.Name) ? options.TightSpotLife : options.SpotLife;
        if (machine.Choice.Key.CapacityType == "spot" && spotLife is { } life)
        {
            var advised = _draw.Chance($"advised|{name}", options.Advised);
            ReclaimAsync(
                machine,
                _draw.Waiting($"reclaim|{name}", life),
                advised ? _draw.Within($"advice|{name}", options.AdviceLead.AsSpan()) : null
            );
        }
        if (options.MachineLife is { } machineLife)
            DieAsync(machine, _draw.Waiting($"death|{name}", machineLife));
        if (options.MaintenanceEvery is { } every)
            MaintainAsync(machine, _draw.Waiting($"maintenance|{name}", every));
    }

    /// <summary>Boots, then registers the Node, as often as it takes while the machine lives.</summary>
    private async void JoinAsync(CloudMachine machine, TimeSpan delay)
    {
        try
        {
            await Task.Delay(
                delay + _draw.Within($"launch|{machine.ProviderId}", options.LaunchTime.AsSpan()),
                time,
                machine.Life.Token
            );
            while (true)
            {
                var created = await kube.CreateAsync(machine.Node, machine.Life.Token);
                if (created.IsOk || created.Is(KubeErrorKind.AlreadyExists))
                    break;
                await Task.Delay(JoinRetry, time, machine.Life.Token);
            }
            Ledger.Change(machine.ProviderId, entry => entry with { JoinedAt = time.GetUtcNow() });
            Tell(machine, MachineStage.Joined);
        }
        catch (OperationCanceledException)
        {
            // It ended before it joined.
        }
    }

    private async void ReclaimAsync(CloudMachine machine, TimeSpan after, TimeSpan? advice)
    {
        try
        {
            if (advice is { } lead && lead < after)
            {
                await WaitAsync(machine, after - lead);
                Notify(new InterruptionNotice.RebalanceAdvice(machine.ProviderId, time.GetUtcNow()));
                after = lead;
            }
            await WaitAsync(machine, after);
            Notify(
                new InterruptionNotice.Reclaim(
                    machine.ProviderId,
                    time.GetUtcNow(),
                    time.GetUtcNow() + options.ReclaimNotice
                )
            );
            await Task.Delay(options.ReclaimNotice, time, machine.Life.Token);
            Finish(machine, MachineEnd.Reclaimed);
        }
        catch (OperationCanceledException)
        {
            // It ended otherwise.
        }
    }

    private async void DieAsync(CloudMachine machine, TimeSpan after)
    {
        try
        {
            await WaitAsync(machine, after);
            Finish(machine, MachineEnd.Died);
        }
        catch (OperationCanceledException)
        {
            // It ended otherwise.
        }
    }

    private async void MaintainAsync(CloudMachine machine, TimeSpan after)
    {
        try
        {
            await WaitAsync(machine, after);
            var start = time.GetUtcNow() + options.MaintenanceNotice;
            Notify(
                new InterruptionNotice.ScheduledMaintenance(
                    machine.ProviderId,
                    time.GetUtcNow(),
                    start,
                    "instance-stop"
                )
            );
            await WaitAsync(machine, options.MaintenanceNotice);
            Finish(machine, MachineEnd.StoppedForMaintenance);
        }
        catch (OperationCanceledException)
        {
            // It ended otherwise.
        }
    }

    /// <summary>A timer holds 49 days at most; machines may live longer.</summary>
    private async ValueTask WaitAsync(CloudMachine machine, TimeSpan wait)
    {
        for (; wait > LongestTimer; wait -= LongestTimer)
            await Task.Delay(LongestTimer, time, machine.Life.Token);
        await Task.Delay(wait, time, machine.Life.Token);
    }

    /// <summary>
    /// The end begins: from here on nothing is charged, nothing runs, and the vCPUs are free for others.
    /// </summary>
    private void Finish(CloudMachine machine, MachineEnd end)
    {
        if (!machine.IsAlive)
            return;
        machine.EndingSince = time.GetUtcNow();
        machine.End = end;
        Ledger.Change(machine.ProviderId, entry => entry with { EndingAt = machine.EndingSince, End = end });
        Count(machine, -1);
        Tell(machine, MachineStage.Ending);
        Notify(new InterruptionNotice.Stopping(machine.ProviderId, time.GetUtcNow()));
        machine.Life.Cancel();
        BuryAsync(machine);
    }

    private async void BuryAsync(CloudMachine machine)
    {
        try
        {
            await Task.Delay(_draw.Within($"end|{machine.ProviderId}", options.EndTime.AsSpan()), time, _stop.Token);
            machine.IsGone = true;
            Ledger.Change(machine.ProviderId, entry => entry with { GoneAt = time.GetUtcNow() });
            Tell(machine, MachineStage.Gone);
            Notify(new InterruptionNotice.Stopped(machine.ProviderId, time.GetUtcNow()));
            await Task.Delay(options.NodeRemoval, time, _stop.Token);
            await RemoveNodeAsync(machine);
        }
        catch (OperationCanceledException)
        {
            // The simulation is over.
        }
    }

    /// <summary>
    /// What a cloud's node controller does: a Node whose machine is gone is deleted, unless somebody already did.
    /// </summary>
    private async ValueTask RemoveNodeAsync(CloudMachine machine)
    {
        while (true)
        {
            var node = await kube.GetAsync<Node>(null, machine.Node.Metadata.Name!, _stop.Token);
            if (node.IsOk && (node.Value.Metadata.IsDeleting || node.Value.Spec.ProviderId != machine.ProviderId))
                return;
            if (node.IsOk)
            {
                var deleted = await kube.DeleteAsync<Node>(
                    null,
                    machine.Node.Metadata.Name!,
                    new DeleteOptions { Uid = node.Value.Metadata.Uid },
                    _stop.Token
                );
                if (deleted.IsOk)
                    return;
            }
            if (node.IsNotFound)
                return;
            await Task.Delay(JoinRetry, time, _stop.Token);
        }
    }
}

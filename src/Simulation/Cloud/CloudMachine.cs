using Tenon.Api.Core;
using Tenon.Providers.Kwok;

namespace Tenon.Simulation.Cloud;

/// <summary>Where a machine is in its life.</summary>
public enum MachineStage
{
    Bought,

    /// <summary>Its Node exists.</summary>
    Joined,

    /// <summary>Its end has begun: nothing runs on it any more.</summary>
    Ending,

    /// <summary>Nothing is left of it.</summary>
    Gone,
}

/// <summary>A step in a machine's life.</summary>
public sealed record MachineChange(string ProviderId, MachineStage Stage, MachineEnd End, DateTimeOffset At);

/// <summary>One machine as the cloud knows it.</summary>
internal sealed class CloudMachine(MachineOrder order, MachineChoice choice, Node node, CancellationTokenSource life)
{
    public string Token { get; } = order.Token;
    public MachineChoice Choice { get; } = choice;
    public Node Node { get; } = node;
    public string ProviderId { get; } = node.Spec.ProviderId!;

    /// <summary>Ends everything planned for this machine's future.</summary>
    public CancellationTokenSource Life { get; } = life;

    public DateTimeOffset? EndingSince { get; set; }
    public MachineEnd End { get; set; }
    public bool IsGone { get; set; }
    public bool IsAlive => EndingSince is null;

    public Machine AsSold =>
        new()
        {
            ProviderId = ProviderId,
            Node = Node,
            EndingSince = EndingSince,
        };
}

using Tenon.Api.Core;
using Tenon.Domain.Catalog;
using Tenon.Foundation.Units;
using Tenon.Providers.Port;

namespace Tenon.Providers.Kwok;

/// <summary>
/// Where the KWOK provider gets its machines: <see cref="NodeObjectMarket"/> where a machine is but a Node object, or a
/// simulated cloud that can run out, refuse, delay, lose its replies and take machines back.
/// Guarantee expected of a market: two orders with one token never buy two machines, whatever became of the first.
/// </summary>
public interface IMachineMarket
{
    /// <summary>
    /// Buys the first of the order's choices that is to be had; for a token seen before, tells of the machine that was
    /// bought then, even when that has ended since.
    /// </summary>
    ValueTask<PurchaseOutcome> BuyAsync(MachineOrder order, CancellationToken cancel);

    /// <summary>Gives a machine back.</summary>
    ValueTask<TerminateOutcome> ReturnAsync(string providerId, CancellationToken cancel);

    /// <summary>
    /// The machine, unless it is gone or going. Throws <see cref="CloudUnavailableException"/> when it cannot be known.
    /// </summary>
    ValueTask<Machine?> FindAsync(string providerId, CancellationToken cancel);

    /// <summary>Every machine that is not gone, ordered by provider id; those going are marked. Throws
    /// <see cref="CloudUnavailableException"/> when the list cannot be had whole.</summary>
    ValueTask<ImmutableArray<Machine>> ListAsync(CancellationToken cancel);
}

/// <summary>A type together with one way to buy it.</summary>
public sealed record MachineChoice(InstanceType Type, Offering Offering)
{
    public OfferingKey Key => new(Type.Name, Offering.Zone, Offering.CapacityType);
}

/// <summary>A wish for one machine.</summary>
public sealed record MachineOrder
{
    /// <summary>
    /// Names the wish, not the attempt: a repeated order with the same token asks for the same machine.
    /// </summary>
    public required string Token { get; init; }

    /// <summary>In order of preference, the cheapest first. Never empty.</summary>
    public required ImmutableArray<MachineChoice> Choices { get; init; }

    /// <summary>
    /// The Node with which the machine joins the cluster, for the choice that is bought. The same choice gives the same
    /// Node.
    /// </summary>
    public required Func<MachineChoice, Node> NodeFor { get; init; }

    /// <summary>How long after the purchase the Node appears, on top of the market's own delays.</summary>
    public required TimeSpan RegistrationDelay { get; init; }
}

/// <summary>A machine bought.</summary>
public sealed record Machine
{
    public required string ProviderId { get; init; }

    /// <summary>What it joins, or joined, the cluster as.</summary>
    public required Node Node { get; init; }

    /// <summary>When its end was triggered; null while it runs.</summary>
    public DateTimeOffset? EndingSince { get; init; }
}

/// <summary>What became of an order.</summary>
public abstract record PurchaseOutcome
{
    private PurchaseOutcome() { }

    /// <param name="Exhausted">Choices that were tried first and could not be had.</param>
    public sealed record Bought(Machine Machine, ImmutableArray<Shortage> Exhausted) : PurchaseOutcome;

    /// <summary>No choice could be had.</summary>
    public sealed record SoldOut(ImmutableArray<Shortage> Exhausted) : PurchaseOutcome;

    /// <summary>Nothing was bought; the market wants fewer questions.</summary>
    public sealed record Throttled(TimeSpan RetryAfter, string Message) : PurchaseOutcome;

    /// <summary>No answer came. A machine may have been bought; the same order again will tell.</summary>
    public sealed record NoReply(string Message) : PurchaseOutcome;
}

/// <summary>One thing that could not be had, and why.</summary>
public sealed record Shortage(OfferingKey Offering, string Reason);

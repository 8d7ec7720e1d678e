using System.Collections.Immutable;

namespace Tenon.Controllers.Journal;

/// <summary>What a decision was about.</summary>
public enum DecisionKind
{
    Provision,
    Place,
    Refuse,
    Launch,
    LaunchFailed,
    Register,
    Initialize,
    Disrupt,
    RollBack,
    Drain,
    Evict,
    Terminate,
    Expire,
    Collect,
    Repair,
    GiveUp,
}

/// <summary>One thing Tenon decided, for people who ask why.</summary>
/// <param name="Subject">The object, as <c>nodeclaim/default-x2x4z</c> or <c>pod/shop/cart-7</c>.</param>
/// <param name="Why">One sentence.</param>
/// <param name="HourlyCostChange">Micro-dollars per hour this adds (or saves, when negative); null when it has no
/// price.</param>
public sealed record Decision(
    DateTimeOffset At,
    DecisionKind Kind,
    string Subject,
    string Why,
    long? HourlyCostChange = null
)
{
    /// <summary>Counts up from 1 for the life of the process, so that a reader can ask for what is new.</summary>
    public long Sequence { get; init; }
}

/// <summary>The last decisions, oldest first. Bounded: the oldest falls out. Safe to read from any thread.</summary>
public sealed class DecisionJournal(TimeProvider time, int capacity = DecisionJournal.DefaultCapacity)
{
    public const int DefaultCapacity = 2048;

    private readonly Lock _gate = new();
    private readonly Decision?[] _ring = new Decision?[capacity];
    private long _count;

    /// <summary>Raised after each decision, on the deciding thread; subscribers must be quick.</summary>
    public event Action<Decision>? Recorded;

    /// <summary>Decisions ever recorded.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    public void Record(DecisionKind kind, string subject, string why, long? hourlyCostChange = null)
    {
        Decision decision;
        lock (_gate)
        {
            decision = new Decision(time.GetUtcNow(), kind, subject, why, hourlyCostChange) { Sequence = ++_count };
            _ring[(_count - 1) % _ring.Length] = decision;
        }
        Recorded?.Invoke(decision);
    }

    /// <summary>What is still kept and newer than <paramref name="sequence"/>, oldest first.</summary>
    public ImmutableArray<Decision> Since(long sequence)
    {
        lock (_gate)
        {
            var first = Math.Max(sequence, _count - _ring.Length);
            var decisions = ImmutableArray.CreateBuilder<Decision>((int)Math.Max(0, _count - first));
            for (var i = Math.Max(0, first); i < _count; i++)
                decisions.Add(_ring[i % _ring.Length]!);
            return decisions.ToImmutable();
        }
    }

    public ImmutableArray<Decision> Latest(int count) => Since(Count - count);
}

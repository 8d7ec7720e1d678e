using System.Collections.Immutable;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>
/// The judges of a run. They are told of changes as they happen, and look around once per virtual minute and at the
/// end; what they find is kept, once per law and subject, up to a limit.
/// </summary>
public sealed class OracleBench
{
    /// <summary>Violations kept; a broken world breaks the same law without end.</summary>
    private const int MostKept = 100;

    private readonly SimulatedWorld _world;
    private readonly List<Violation> _violations = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<IOracle> _oracles;
    private long _nextLook;

    internal OracleBench(SimulatedWorld world)
    {
        _world = world;
        _oracles = [new PlacementOracle(world, Report), new PendingOracle(world, Report)];
        if (world.Cloud is null)
            return;
        _oracles.Add(new MachineOracle(world, Report));
        _oracles.Add(new DrainOracle(world, Report));
        _oracles.Add(new LimitOracle(world, Report));
        _oracles.Add(new BudgetOracle(world, Report));
    }

    public ImmutableArray<Violation> Violations => [.. _violations];

    /// <summary>Called when the loop is quiet.</summary>
    internal void Look()
    {
        if (_world.Elapsed.Ticks < _nextLook)
            return;
        _nextLook = _world.Elapsed.Ticks + TimeSpan.TicksPerMinute;
        LookNow();
    }

    /// <summary>Out of turn, for whoever is about to ask what was found.</summary>
    public void LookNow()
    {
        foreach (var oracle in _oracles)
            oracle.Look();
    }

    /// <summary>The world has been calm for a while: what must be true then.</summary>
    public void JudgeCalm()
    {
        foreach (var oracle in _oracles)
            oracle.JudgeCalm();
    }

    internal void Report(string law, string subject, string what)
    {
        if (_violations.Count >= MostKept || !_seen.Add($"{law}|{subject}"))
            return;
        _violations.Add(new Violation(_world.Elapsed, law, $"{subject} {what}"));
        _world.Journal.Write($"VIOLATION {law}: {subject} {what}");
    }
}

/// <summary>One law, or a few that need the same eyes.</summary>
internal interface IOracle
{
    /// <summary>Once a minute.</summary>
    void Look();

    /// <summary>When nothing has been going on for a while.</summary>
    void JudgeCalm();
}

/// <summary>Files a violation: the law, whom it is about, and what happened.</summary>
internal delegate void Accuse(string law, string subject, string what);

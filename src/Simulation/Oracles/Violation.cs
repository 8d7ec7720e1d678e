namespace Tenon.Simulation.Oracles;

/// <summary>A law of the world that did not hold.</summary>
/// <param name="At">Virtual time since the start of the run.</param>
public sealed record Violation(TimeSpan At, string Law, string What)
{
    public override string ToString() => $"{At:d\\.hh\\:mm\\:ss} {Law}: {What}";
}

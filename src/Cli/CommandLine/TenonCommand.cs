using System.CommandLine;

namespace Tenon.Cli.CommandLine;

/// <summary>A command that shows how it is used: the examples are printed below its help.</summary>
abstract class TenonCommand(string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines, each with what it is for.</summary>
    public abstract IReadOnlyList<(string Line, string Purpose)> Examples { get; }

    /// <summary>What the list of options cannot show; empty for most.</summary>
    public virtual string Details => "";
}

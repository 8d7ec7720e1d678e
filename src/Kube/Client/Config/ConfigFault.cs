using System.Text;

namespace Tenon.Kube.Client.Config;

/// <summary>
/// One mistake in how to reach a cluster, in one line: where it is, what it is, and what to do about it.
/// </summary>
/// <param name="Source">The file (with its line where known) or the environment.</param>
/// <param name="Context">The kubeconfig context that was asked for; null where it has nothing to do with one.</param>
/// <param name="Field">The field in the file's own spelling; empty when the whole file is meant.</param>
public sealed record ConfigFault(string Source, string? Context, string Field, string Message, string Remedy)
{
    public override string ToString()
    {
        var text = new StringBuilder(Source);
        if (Context is not null)
            text.Append($": context \"{Context}\"");
        if (Field.Length > 0)
            text.Append($": {Field}");
        return text.Append($": {Message}; {Remedy}").ToString();
    }
}

/// <summary>How to reach the cluster, or why that is not known.</summary>
public abstract record ConfigOutcome
{
    private ConfigOutcome() { }

    public sealed record Ready(KubeConnection Connection) : ConfigOutcome;

    public sealed record Faulty(ConfigFault Fault) : ConfigOutcome;
}

/// <summary>Carries a fault out of the nested steps of reading; never leaves this folder.</summary>
internal sealed class ConfigFaultException(ConfigFault fault) : Exception(fault.ToString())
{
    public ConfigFault Fault { get; } = fault;
}

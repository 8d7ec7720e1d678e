namespace Tenon.Kube.Runtime.Controllers;

/// <summary>Trying again cannot help until the object changes. The key is not retried.</summary>
public sealed class TerminalException : Exception
{
    public TerminalException(string message, Exception? inner = null)
        : base(message, inner) { }
}

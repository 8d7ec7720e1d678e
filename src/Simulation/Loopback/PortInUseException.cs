namespace Tenon.Simulation.Loopback;

/// <summary>Somebody else listens on the port that was asked for. The message says what to do.</summary>
public sealed class PortInUseException(int port, Exception inner)
    : Exception(
        $"port {port} on 127.0.0.1 is in use: stop what listens there, name another port, or use 0 for any free one",
        inner
    )
{
    public int Port { get; } = port;
}

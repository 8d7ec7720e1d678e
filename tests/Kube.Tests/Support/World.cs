using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.Clock;

namespace Tenon.Kube.Tests.Support;

/// <summary>
/// Runs a test on one thread in virtual time, so that hours pass in no time and every run is the same.
/// </summary>
internal static class World
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(10);

    public static void Run(Func<TimeProvider, Task> test)
    {
        using var loop = new SimulationLoop();
        loop.Run(async () => await test(loop.Time), Limit);
    }

    public static KubeClient Client(IKubeTransport transport, TimeProvider time, KubeClientOptions? options = null) =>
        new(transport, options ?? KubeClientOptions.Default, time);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public static Task Pass(this TimeProvider time, double seconds) => Task.Delay(Seconds(seconds), time);
}

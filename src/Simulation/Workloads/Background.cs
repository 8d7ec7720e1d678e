using Tenon.Kube.Client;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Work that nobody waits for. Failures that a level-triggered world repairs are let go; bugs end the run.
/// </summary>
internal static class Background
{
    public static async void Watch(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // The world stops.
        }
        catch (KubeException)
        {
            // The next look at the object finds what this request did not do.
        }
    }
}

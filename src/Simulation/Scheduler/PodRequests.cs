using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// What a pod asks of a node: the sum over containers and sidecars, or the largest moment of initialisation, whichever
/// is more, plus overhead; pod-level requests take the place of the sum where set. One pod slot is part of it.
/// </summary>
internal static class PodRequests
{
    public static long[] Of(PodSpec spec, ResourceTable table)
    {
        var containers = new long[4];
        foreach (var container in spec.Containers)
            Add(ref containers, Requests(container, table));
        var sidecars = new long[4];
        var starting = new long[4];
        foreach (var init in spec.InitContainers)
        {
            var row = Requests(init, table);
            if (init.RestartPolicy == "Always")
            {
                Add(ref containers, row);
                Add(ref sidecars, row);
                Max(ref starting, sidecars);
            }
            else
            {
                Add(ref row, sidecars);
                Max(ref starting, row);
            }
        }
        Max(ref containers, starting);
        if (spec.Resources is { } whole)
            foreach (var (name, amount) in Defaulted(whole))
            {
                var index = table.IndexOf(name);
                Grow(ref containers, index + 1);
                containers[index] = index == ResourceTable.Cpu ? amount.ToMillis() : amount.ToUnits();
            }
        Add(ref containers, table.Row(spec.Overhead));
        containers[ResourceTable.Pods] = 1;
        return containers;
    }

    /// <summary>
    /// A limit without a request is a request of the same size, as the API server's defaulting makes it.
    /// </summary>
    private static ResourceList Defaulted(ResourceRequirements resources)
    {
        if (resources.Limits.Count == 0)
            return resources.Requests;
        var all = resources.Requests;
        foreach (var (name, amount) in resources.Limits)
            if (!all.ContainsKey(name))
                all = all.With(name, amount);
        return all;
    }

    private static long[] Requests(Container container, ResourceTable table) =>
        table.Row(Defaulted(container.Resources));

    private static void Add(ref long[] sum, long[] row)
    {
        Grow(ref sum, row.Length);
        for (var i = 0; i < row.Length; i++)
            sum[i] += row[i];
    }

    private static void Max(ref long[] most, long[] row)
    {
        Grow(ref most, row.Length);
        for (var i = 0; i < row.Length; i++)
            most[i] = Math.Max(most[i], row[i]);
    }

    private static void Grow(ref long[] row, int length)
    {
        if (row.Length < length)
            Array.Resize(ref row, length);
    }
}

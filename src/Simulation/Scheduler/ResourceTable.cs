using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// Resource names as small numbers. CPU counts in millis, everything else in whole units, both rounded up.
/// </summary>
internal sealed class ResourceTable
{
    public const int Cpu = 0;
    public const int Memory = 1;
    public const int EphemeralStorage = 2;
    public const int Pods = 3;

    private readonly List<string> _names = ["cpu", "memory", "ephemeral-storage", "pods"];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal)
    {
        ["cpu"] = Cpu,
        ["memory"] = Memory,
        ["ephemeral-storage"] = EphemeralStorage,
        ["pods"] = Pods,
    };

    public string NameOf(int index) => _names[index];

    public int IndexOf(string name)
    {
        if (_indexes.TryGetValue(name, out var index))
            return index;
        _names.Add(name);
        return _indexes[name] = _names.Count - 1;
    }

    public long[] Row(ResourceList amounts)
    {
        var row = new long[_names.Count];
        foreach (var (name, amount) in amounts)
        {
            var index = IndexOf(name);
            if (index >= row.Length)
                Array.Resize(ref row, _names.Count);
            row[index] = index == Cpu ? amount.ToMillis() : amount.ToUnits();
        }
        return row;
    }

    /// <summary>Reads a row that may be older, and so shorter, than the table.</summary>
    public static long At(long[] row, int index) => index < row.Length ? row[index] : 0;
}

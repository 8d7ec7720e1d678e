using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// A second bound for workloads whose pods differ in shape. The liquid of <see cref="FluidBound"/> may take a pod's
/// cores from one machine and its memory from another; here every pod flows in its own direction, so much memory per
/// core, and only through machines that could hold it whole. Pods of nearly the same direction and size are one stream,
/// with the smallest memory per core among them. Columns (machines filled by at most two streams, which is all a fluid
/// filling of two resources needs) are generated against the duals; every round's duals, scaled to be feasible, give a
/// valid bound.
/// </summary>
internal sealed class DirectionBound
{
    private const int MostStreams = 100;
    private const int MostRounds = 20;
    private const int ColumnsPerRound = 24;
    private const double Safety = 1 - 1e-9;

    private readonly Demand _demand;
    private readonly Tables _tables;
    private readonly int _cpu;
    private readonly int _memory;
    private readonly List<Stream> _streams = [];
    private readonly List<(int Pool, int Shape, long Level, double Cpu, double Memory, int[] Streams)> _machines = [];

    private sealed class Stream(int restriction)
    {
        public int Restriction { get; } = restriction;

        /// <summary>
        /// Cores of all its pods, and the least of memory per core, of cores and of memory of any of them.
        /// </summary>
        public double Volume;
        public double Ratio = double.MaxValue;
        public double LeastCpu = double.MaxValue;
        public double LeastMemory = double.MaxValue;
    }

    private DirectionBound(Tables tables, Demand demand)
    {
        (_tables, _demand) = (tables, demand);
        _cpu = Array.FindIndex(tables.Problem.Resources, it => it.Name == "cpu");
        _memory = Array.FindIndex(tables.Problem.Resources, it => it.Name == "memory");
    }

    /// <summary>Zero when the problem is not of the kind this bound is for.</summary>
    public static long Of(Tables tables, Demand demand, Func<bool>? stop)
    {
        var bound = new DirectionBound(tables, demand);
        if (bound._cpu < 0 || bound._memory < 0 || tables.Problem.Nodes.Length > 0)
            return 0;
        foreach (
            var (perRatio, perSize) in (ReadOnlySpan<(double, double)>)
                [(8, 1), (5, 1), (4, 0.5), (3, 0.34), (2, 0.25), (1, 0.2)]
        )
        {
            bound._streams.Clear();
            bound.Collect(perRatio, perSize);
            if (bound._streams.Count <= MostStreams)
                break;
        }
        if (bound._streams.Count is 0 or > 2 * MostStreams)
            return 0;
        bound.ListMachines();
        return bound.Generate(stop);
    }

    /// <param name="perRatio">Steps per doubling of memory per core.</param>
    /// <param name="perSize">Steps per doubling of cores.</param>
    private void Collect(double perRatio, double perSize)
    {
        var known = new Dictionary<(int, int, int), Stream>();
        foreach (var kind in _demand.Kinds)
        {
            var requests = _tables.Classes[kind.Class].Spec.Requests;
            double cpu = requests[_cpu],
                memory = requests[_memory];
            if (cpu <= 0 || memory <= 0)
                continue;
            var key = (
                kind.Restriction,
                (int)Math.Floor(Math.Log2(memory / cpu) * perRatio),
                (int)Math.Floor(Math.Log2(cpu) * perSize)
            );
            if (!known.TryGetValue(key, out var stream))
            {
                known[key] = stream = new(kind.Restriction);
                _streams.Add(stream);
            }
            stream.Volume += cpu * kind.Pods.Count;
            stream.Ratio = Math.Min(stream.Ratio, memory / cpu);
            stream.LeastCpu = Math.Min(stream.LeastCpu, cpu);
            stream.LeastMemory = Math.Min(stream.LeastMemory, memory);
        }
        _streams.Sort((a, b) => a.Ratio.CompareTo(b.Ratio));
    }

    private void ListMachines()
    {
        var seen = new HashSet<(int, int, long)>();
        foreach (var (pool, prices) in _demand.Restrictions)
            for (var shape = 0; shape < prices.Length; shape++)
            {
                var level = prices[shape];
                if (level is long.MaxValue or <= 0 || !seen.Add((pool, shape, level)))
                    continue;
                double cpu = _demand.Usable(pool, shape, _cpu),
                    memory = _demand.Usable(pool, shape, _memory);
                int[] fitting =
                [
                    .. Enumerable
                        .Range(0, _streams.Count)
                        .Where(it =>
                            _demand.Restrictions[_streams[it].Restriction] is var (own, price)
                            && own == pool
                            && price[shape] <= level
                            && _streams[it].LeastCpu <= cpu
                            && _streams[it].LeastMemory <= memory
                        ),
                ];
                if (fitting.Length > 0)
                    _machines.Add((pool, shape, level, cpu, memory, fitting));
            }
    }

    private long Generate(Func<bool>? stop)
    {
        var master = new Simplex(_streams.Count);
        var served = new bool[_streams.Count];
        for (var stream = 0; stream < served.Length; stream++)
            served[stream] = AddSingle(master, stream);
        var best = 0.0;
        for (var round = 0; round < MostRounds && stop?.Invoke() != true; round++)
        {
            var duals = master.Duals();
            // A stream without any machine would make the bound infinite; it is left out instead.
            for (var stream = 0; stream < served.Length; stream++)
                if (!served[stream])
                    duals[stream] = 0;
            var scale = 1.0;
            var found = new List<(double Ratio, int Machine, double[] Column)>();
            for (var machine = 0; machine < _machines.Count; machine++)
            {
                var value = Fill(machine, duals, out var column);
                if (value <= 0)
                    continue;
                scale = Math.Min(scale, _machines[machine].Level / value);
                if (value > _machines[machine].Level * (1 + 1e-7))
                    found.Add((value / _machines[machine].Level, machine, column));
            }
            best = Math.Max(best, duals.Sum() * scale);
            if (found.Count == 0)
                break;
            found.Sort((a, b) => a.Ratio != b.Ratio ? b.Ratio.CompareTo(a.Ratio) : a.Machine.CompareTo(b.Machine));
            foreach (var (_, machine, column) in found.Take(ColumnsPerRound))
                master.Add(column, _machines[machine].Level);
        }
        return best is > 0 and < long.MaxValue / 2 ? (long)(best * Safety) : 0;
    }

    /// <summary>The cheapest way to serve one stream alone, so that the first duals mean something.</summary>
    private bool AddSingle(Simplex master, int stream)
    {
        var (best, chosen, amount) = (double.MaxValue, -1, 0.0);
        for (var machine = 0; machine < _machines.Count; machine++)
        {
            if (Array.BinarySearch(_machines[machine].Streams, stream) < 0)
                continue;
            var holds = Math.Min(_machines[machine].Cpu, _machines[machine].Memory / _streams[stream].Ratio);
            if (_machines[machine].Level / holds >= best)
                continue;
            (best, chosen, amount) = (_machines[machine].Level / holds, machine, holds);
        }
        if (chosen < 0)
            return false;
        var column = new double[_streams.Count];
        column[stream] = amount / _streams[stream].Volume;
        master.Add(column, _machines[chosen].Level);
        return true;
    }

    /// <summary>
    /// The filling of a machine worth most: one stream until a resource is used up, or two that use up both. Columns
    /// are in shares of each stream's volume, as the duals are.
    /// </summary>
    private double Fill(int machine, double[] duals, out double[] column)
    {
        var (_, _, _, cpu, memory, streams) = _machines[machine];
        var (best, first, second, firstAmount, secondAmount) = (0.0, -1, -1, 0.0, 0.0);
        foreach (var a in streams)
        {
            var worth = duals[a] / _streams[a].Volume;
            var ratio = _streams[a].Ratio;
            var alone = Math.Min(cpu, memory / ratio);
            if (worth * alone > best)
                (best, first, second, firstAmount, secondAmount) = (worth * alone, a, -1, alone, 0);
            if (ratio * cpu >= memory || worth == 0)
                continue;
            foreach (var b in streams)
            {
                var other = _streams[b].Ratio;
                if (other * cpu <= memory)
                    continue;
                var heavy = (memory - (ratio * cpu)) / (other - ratio);
                var value = (worth * (cpu - heavy)) + (duals[b] / _streams[b].Volume * heavy);
                if (value > best)
                    (best, first, second, firstAmount, secondAmount) = (value, a, b, cpu - heavy, heavy);
            }
        }
        column = new double[first < 0 ? 0 : _streams.Count];
        if (first >= 0)
            column[first] = firstAmount / _streams[first].Volume;
        if (second >= 0)
            column[second] = secondAmount / _streams[second].Volume;
        return best;
    }
}

using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine.Columns;

/// <summary>Pods that ask for the same and may use the same machines at the same prices.</summary>
internal sealed class Size(int restriction, ulong cliques, double[] asked)
{
    public int Restriction { get; } = restriction;

    /// <summary>Groups of pods of which one machine holds at most one.</summary>
    public ulong Cliques { get; } = cliques;

    /// <summary>Per resource of the market.</summary>
    public double[] Asked { get; } = asked;

    public List<int> Kinds { get; } = [];
    public int Count { get; set; }
}

/// <summary>A shape in a pool at a price, and what pods may use of it.</summary>
/// <param name="Pool">The pool that would own it.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Level">Micro-dollars per hour.</param>
/// <param name="Room">Per resource of the market, DaemonSets taken off.</param>
/// <param name="Suits">Restrictions whose pods can use it at this price or below.</param>
internal sealed record Machine(int Pool, int Shape, long Level, double[] Room, ulong[] Suits);

/// <summary>What is asked for and what can be bought, in the few resources that are asked for at all.</summary>
internal sealed class Market
{
    /// <summary>Machines kept at most; a market with more is not worked on.</summary>
    private const int MostMachines = 4000;

    private readonly Tables _tables;
    private readonly Demand _demand;

    private Market(Tables tables, Demand demand) => (_tables, _demand) = (tables, demand);

    /// <summary>Numbers of the problem's resources.</summary>
    public int[] Resources { get; private set; } = [];

    public List<Size> Sizes { get; } = [];
    public int[] SizeOfKind { get; private set; } = [];

    /// <summary>Those that no other outdoes: as roomy in everything, no dearer, for as many.</summary>
    public List<Machine> Machines { get; } = [];

    /// <summary>Null when there is nothing to buy or too much to choose from.</summary>
    public static Market? Of(Tables tables, Demand demand, Func<bool>? stop)
    {
        var market = new Market(tables, demand);
        market.CollectSizes();
        market.CollectMachines(stop);
        return market.Sizes.Count == 0 || market.Machines.Count is 0 or > MostMachines ? null : market;
    }

    private void CollectSizes()
    {
        var asked = new bool[_tables.Resources];
        foreach (var kind in _demand.Kinds)
        foreach (var resource in _tables.Classes[kind.Class].Asked)
            asked[resource] = true;
        Resources = [.. Enumerable.Range(0, asked.Length).Where(resource => asked[resource])];
        var known = new Dictionary<(int Restriction, ulong Cliques, long Hash), List<int>>();
        SizeOfKind = new int[_demand.Kinds.Count];
        for (var kind = 0; kind < SizeOfKind.Length; kind++)
        {
            var it = _demand.Kinds[kind];
            var requests = _tables.Classes[it.Class].Spec.Requests;
            var hash = 17L;
            foreach (var resource in Resources)
                hash = unchecked((hash * 1_000_003) + requests[resource]);
            if (!known.TryGetValue((it.Restriction, it.Cliques, hash), out var alike))
                known[(it.Restriction, it.Cliques, hash)] = alike = [];
            var found = -1;
            foreach (var candidate in alike)
                if (IsAsked(Sizes[candidate], requests))
                    found = candidate;
            if (found < 0)
            {
                found = Sizes.Count;
                alike.Add(found);
                Sizes.Add(
                    new(it.Restriction, it.Cliques, [.. Resources.Select(resource => (double)requests[resource])])
                );
            }
            Sizes[found].Kinds.Add(kind);
            Sizes[found].Count += it.Pods.Count;
            SizeOfKind[kind] = found;
        }
    }

    private bool IsAsked(Size size, long[] requests)
    {
        for (var i = 0; i < Resources.Length; i++)
            if (size.Asked[i] != requests[Resources[i]])
                return false;
        return true;
    }

    private void CollectMachines(Func<bool>? stop)
    {
        var words = BitRow.Words(_demand.Restrictions.Count);
        var byPool = new SortedDictionary<int, List<int>>();
        for (var restriction = 0; restriction < _demand.Restrictions.Count; restriction++)
        {
            var pool = _demand.Restrictions[restriction].Pool;
            if (!byPool.TryGetValue(pool, out var own))
                byPool[pool] = own = [];
            own.Add(restriction);
        }
        foreach (var (pool, own) in byPool)
        {
            var offered = new List<Machine>();
            var levels = new SortedSet<long>();
            for (var shape = 0; shape < _tables.Shapes && stop?.Invoke() != true; shape++)
            {
                levels.Clear();
                foreach (var restriction in own)
                    if (_demand.Restrictions[restriction].Prices[shape] is > 0 and < long.MaxValue and var price)
                        levels.Add(price);
                foreach (var level in levels)
                {
                    var suits = new ulong[words];
                    foreach (var restriction in own)
                        if (_demand.Restrictions[restriction].Prices[shape] <= level)
                            BitRow.Add(suits, restriction);
                    offered.Add(new(pool, shape, level, Room(pool, shape), suits));
                }
            }
            KeepBest(offered, stop);
            if (Machines.Count > MostMachines)
                return;
        }
    }

    private double[] Room(int pool, int shape) =>
        [.. Resources.Select(resource => (double)Math.Max(0, _demand.Usable(pool, shape, resource)))];

    private void KeepBest(List<Machine> offered, Func<bool>? stop)
    {
        offered.Sort(
            (a, b) =>
            {
                if (a.Level != b.Level)
                    return a.Level.CompareTo(b.Level);
                for (var i = 0; i < a.Room.Length; i++)
                    if (a.Room[i] != b.Room[i])
                        return b.Room[i].CompareTo(a.Room[i]);
                return a.Shape.CompareTo(b.Shape);
            }
        );
        var first = Machines.Count;
        foreach (var machine in offered)
        {
            var outdone = false;
            for (var at = first; at < Machines.Count && !outdone; at++)
                outdone = Outdoes(Machines[at], machine);
            if (!outdone)
                Machines.Add(machine);
            if (stop?.Invoke() == true)
                return;
        }
    }

    private static bool Outdoes(Machine better, Machine machine)
    {
        for (var i = 0; i < machine.Room.Length; i++)
            if (better.Room[i] < machine.Room[i])
                return false;
        for (var word = 0; word < machine.Suits.Length; word++)
            if ((machine.Suits[word] & ~better.Suits[word]) != 0)
                return false;
        return true;
    }
}

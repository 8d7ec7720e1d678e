using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Builds one machine after another for the pending pods. A trial filling is made on sizes alone, for several shapes;
/// the one worth most for its price is then filled with real pods through the packing, which knows every rule.
/// </summary>
internal sealed class MachineBuilder
{
    private const int ShapesTried = 32;
    private const int SeedsTried = 4;

    /// <summary>Of shapes whose prices share a power of two.</summary>
    private const int PerMagnitude = 2;
    private const int PerMagnitudeNearShare = 4;

    /// <summary>How much more than its share a machine may hold while pods wait that need one each.</summary>
    private const double FarthestFromShare = 2.5;

    /// <summary>Kinds of one size asked before another size is taken, and sizes asked to top a machine up.</summary>
    private const int KindsTried = 10;
    private const int TopUps = 12;

    private readonly Tables _tables;
    private readonly Demand _demand;
    private readonly Func<bool>? _stop;
    private readonly int _resources;
    private readonly double[] _worth;
    private readonly double[] _cliqueWorth;
    private readonly List<Size> _sizes = [];
    private readonly int[] _sizeOfKind;
    private readonly double[] _left;
    private readonly double[] _room;
    private readonly List<int> _pattern = [];
    private readonly List<int> _bestPattern = [];

    /// <summary>Sizes looked at in a trial filling; beyond it, sizes that differ little are taken together.</summary>
    private const int MostSizes = 300;

    /// <summary>Pods that ask for about the same and may use the same shapes at the same prices.</summary>
    private sealed class Size(PodKind kind, int resources)
    {
        public PodKind Like { get; } = kind;

        /// <summary>On average over the pods.</summary>
        public double[] Asked { get; } = new double[resources];

        public List<int> Kinds { get; } = [];
        public double Worth;
        public double Pods;
        public int Pending;
        public int Used;
    }

    public MachineBuilder(Tables tables, Demand demand, FluidBound bound, double blend, Func<bool>? stop)
    {
        _tables = tables;
        _demand = demand;
        _stop = stop;
        _resources = tables.Resources;
        _left = new double[_resources];
        _room = new double[_resources];
        _cliqueWorth = bound.CliquePrices;
        _worth = Worths(bound, blend);
        _sizeOfKind = new int[demand.Kinds.Count];
        GroupKinds();
    }

    /// <summary>Machines for everything pending; false when some pod found no place or time ran out.</summary>
    public bool Build(Solution solution, PendingPods pending)
    {
        foreach (var size in _sizes)
            size.Pending = 0;
        for (var kind = 0; kind < _sizeOfKind.Length; kind++)
            _sizes[_sizeOfKind[kind]].Pending += pending.Of(kind);
        while (pending.Count > 0)
        {
            if (_stop?.Invoke() == true)
                return false;
            var (pool, shape, level) = BestMachine();
            if (shape >= 0 && Fill(solution, pending, pool, shape, level))
                continue;
            if (!PlaceAnywhere(solution, pending))
                return false;
        }
        return true;
    }

    /// <summary>What a machine's pods are worth for what it costs; 1 is as good as the bound.</summary>
    public double Efficiency(Packing packing, int claim, List<int> pods, int[] kindOfPod)
    {
        var worth = 0.0;
        ulong cliques = 0;
        foreach (var pod in pods)
        {
            var size = _sizes[_sizeOfKind[kindOfPod[pod]]];
            for (var resource = 0; resource < _resources; resource++)
                worth += size.Asked[resource] * _worth[resource];
            cliques |= size.Like.Cliques;
        }
        return (worth + CliqueWorth(cliques)) / Math.Max(1, Price(_tables, packing, claim));
    }

    /// <summary>The cheapest way to buy a claim as it stands.</summary>
    public static long Price(Tables tables, Packing packing, int claim)
    {
        var view = tables.View(packing.ClaimSet[claim]);
        var shapes = packing.ShapesOf(claim);
        foreach (var shape in view.ByPrice)
            if (BitRow.Has(shapes, shape))
                return view.Cheapest[shape];
        return 0;
    }

    /// <summary>
    /// Duals leave a resource that is not scarce today without worth, and then it is scarce tomorrow: part of the worth
    /// is spread over all resources that machines and pods balance on.
    /// </summary>
    private double[] Worths(FluidBound bound, double blend)
    {
        var asked = new double[_resources];
        foreach (var kind in _demand.Kinds)
        {
            var table = _tables.Classes[kind.Class];
            for (var i = 0; i < table.Asked.Length; i++)
                asked[table.Asked[i]] += (double)table.Amounts[i] * kind.Pods.Count;
        }
        var shared = new List<int>();
        for (var resource = 0; resource < _resources; resource++)
            if (
                asked[resource] > 0
                && (bound.Prices[resource] > 0 || _tables.Problem.Resources[resource].Name is "cpu" or "memory")
            )
                shared.Add(resource);
        var total = 0.0;
        foreach (var resource in shared)
            total += bound.Prices[resource] * asked[resource];
        var worth = new double[_resources];
        for (var resource = 0; resource < _resources; resource++)
            worth[resource] = (1 - blend) * bound.Prices[resource];
        foreach (var resource in shared)
            worth[resource] += blend * total / (shared.Count * asked[resource]);
        return worth;
    }

    private void GroupKinds()
    {
        foreach (var bits in (ReadOnlySpan<int>)[62, 5, 4, 3, 2, 1])
        {
            _sizes.Clear();
            GroupKinds(bits);
            if (_sizes.Count <= MostSizes)
                break;
        }
        foreach (var size in _sizes)
        {
            size.Worth = CliqueWorth(size.Like.Cliques);
            for (var resource = 0; resource < _resources; resource++)
            {
                size.Asked[resource] /= size.Pods;
                size.Worth += size.Asked[resource] * _worth[resource];
            }
        }
        // The most constrained first: what is free can go anywhere later.
        foreach (var size in _sizes)
            size.Kinds.Sort(
                (a, b) => Constraints(b) != Constraints(a) ? Constraints(b).CompareTo(Constraints(a)) : a.CompareTo(b)
            );
    }

    /// <summary>Groups the kinds whose requests agree in their leading bits.</summary>
    private void GroupKinds(int bits)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var kind = 0; kind < _sizeOfKind.Length; kind++)
        {
            var it = _demand.Kinds[kind];
            var requests = _tables.Classes[it.Class].Spec.Requests;
            var key =
                $"{it.Restriction}|{it.Cliques}|{string.Join(',', requests.Select(amount => Leading(amount, bits)))}";
            if (!known.TryGetValue(key, out var size))
            {
                known[key] = size = _sizes.Count;
                _sizes.Add(new(it, _resources));
            }
            _sizes[size].Kinds.Add(kind);
            _sizes[size].Pods += it.Pods.Count;
            for (var resource = 0; resource < _resources; resource++)
                _sizes[size].Asked[resource] += (double)requests[resource] * it.Pods.Count;
            _sizeOfKind[kind] = size;
        }
    }

    private static long Leading(long amount, int bits)
    {
        var dropped = Math.Max(0, 63 - (int)long.LeadingZeroCount(amount) - bits);
        return amount >> dropped << dropped;
    }

    private int Constraints(int kind)
    {
        var it = _demand.Kinds[kind];
        return _tables.Classes[it.Class].Spec.Variants[it.Variant].Groups.Length;
    }

    private double CliqueWorth(ulong cliques)
    {
        var worth = 0.0;
        for (var clique = 0; clique < _cliqueWorth.Length; clique++)
            if ((cliques >> clique & 1) != 0)
                worth += _cliqueWorth[clique];
        return worth;
    }

    private (int Pool, int Shape, long Level) BestMachine()
    {
        var live = new List<Size>();
        foreach (var size in _sizes)
            if (size.Pending > 0)
                live.Add(size);
        live.Sort((a, b) => b.Worth.CompareTo(a.Worth));
        var (best, found) = (0.0, (Pool: -1, Shape: -1, Level: 0L));
        foreach (var (pool, shape, level) in Candidates(live, Share(live)))
        {
            for (var seed = -1; seed < SeedsTried; seed++)
            {
                var first = seed < 0 ? null : Seed(live, seed);
                if (seed >= 0 && first is null)
                    break;
                if (first is not null && !Suits(first, pool, shape, level))
                    continue;
                var worth = TryFill(live, pool, shape, level, first);
                if (worth / level <= best)
                    continue;
                (best, found) = (worth / level, (pool, shape, level));
                _bestPattern.Clear();
                _bestPattern.AddRange(_pattern);
            }
        }
        return found;
    }

    /// <summary>
    /// What one machine's share of the pending worth is when every pod of the largest clique needs a machine of its
    /// own: larger machines would leave the last of them alone on theirs. Infinite when no such pod is pending.
    /// </summary>
    private double Share(List<Size> live)
    {
        var (worth, machines) = (0.0, 0);
        foreach (var size in live)
            worth += size.Worth * size.Pending;
        for (var clique = 0; clique < _cliqueWorth.Length; clique++)
        {
            var members = 0;
            foreach (var size in live)
                if ((size.Like.Cliques >> clique & 1) != 0)
                    members += size.Pending;
            machines = Math.Max(machines, members);
        }
        return machines == 0 ? double.PositiveInfinity : worth / machines;
    }

    /// <summary>Shapes by what they could hold for their price, the best of each few.</summary>
    private List<(int Pool, int Shape, long Level)> Candidates(List<Size> live, double share)
    {
        var seen = new HashSet<(int, int, long)>();
        var rated = new List<(double Rate, double Near, int Pool, int Shape, long Level)>();
        var restrictions = new SortedSet<int>();
        foreach (var size in live)
            restrictions.Add(size.Like.Restriction);
        foreach (var restriction in restrictions)
        {
            var (pool, prices) = _demand.Restrictions[restriction];
            for (var shape = 0; shape < prices.Length; shape++)
            {
                if (prices[shape] is long.MaxValue or <= 0 || !seen.Add((pool, shape, prices[shape])))
                    continue;
                var capacity = 0.0;
                for (var resource = 0; resource < _resources; resource++)
                    capacity += _worth[resource] * Math.Max(0, _demand.Usable(pool, shape, resource));
                var near = double.IsInfinity(share) || capacity == 0 ? 0 : Math.Abs(Math.Log2(capacity / share));
                if (capacity > share * FarthestFromShare)
                    continue;
                rated.Add((capacity / prices[shape], near, pool, shape, prices[shape]));
            }
        }
        rated.Sort(
            (a, b) =>
                (int)a.Near != (int)b.Near ? a.Near.CompareTo(b.Near)
                : a.Rate != b.Rate ? b.Rate.CompareTo(a.Rate)
                : a.Level != b.Level ? a.Level.CompareTo(b.Level)
                : a.Shape != b.Shape ? a.Shape.CompareTo(b.Shape)
                : a.Pool.CompareTo(b.Pool)
        );
        return Spread(rated, double.IsInfinity(share) ? PerMagnitude : PerMagnitudeNearShare);
    }

    /// <summary>
    /// The best rated of every magnitude of price: large machines rate best by themselves, but the last pods want small
    /// ones.
    /// </summary>
    private static List<(int, int, long)> Spread(
        List<(double Rate, double Near, int Pool, int Shape, long Level)> rated,
        int perMagnitude
    )
    {
        var taken = new int[64];
        var chosen = new List<(int, int, long)>();
        foreach (var (_, _, pool, shape, level) in rated)
        {
            if (taken[(int)Math.Log2(level)]++ >= perMagnitude)
                continue;
            chosen.Add((pool, shape, level));
            if (chosen.Count >= ShapesTried)
                break;
        }
        return chosen;
    }

    private static Size? Seed(List<Size> live, int number)
    {
        foreach (var size in live)
            if (size.Like.Cliques != 0 && number-- == 0)
                return size;
        return null;
    }

    private bool Suits(Size size, int pool, int shape, long level)
    {
        var (own, prices) = _demand.Restrictions[size.Like.Restriction];
        return own == pool && prices[shape] <= level;
    }

    /// <summary>
    /// Fills a shape with the sizes that point where room is left, largest worth first. The pattern holds positions in
    /// <see cref="_sizes"/>; the result is what it is worth.
    /// </summary>
    private double TryFill(List<Size> live, int pool, int shape, long level, Size? first)
    {
        _pattern.Clear();
        foreach (var size in live)
            size.Used = 0;
        for (var resource = 0; resource < _resources; resource++)
            _left[resource] = _room[resource] = Math.Max(0, _demand.Usable(pool, shape, resource));
        ulong cliques = 0;
        var worth = 0.0;
        if (first is not null && !Put(first, 1, ref cliques, ref worth))
            return 0;
        while (Next(live, pool, shape, level, cliques) is { } size)
            if (!Put(size, Batch(size), ref cliques, ref worth))
                break;
        return worth;
    }

    private Size? Next(List<Size> live, int pool, int shape, long level, ulong cliques)
    {
        var (best, chosen) = (0.0, (Size?)null);
        foreach (var size in live)
        {
            if (size.Worth <= best)
                break;
            if (size.Used >= size.Pending || (size.Like.Cliques & cliques) != 0 || !Suits(size, pool, shape, level))
                continue;
            var score = CliqueWorth(size.Like.Cliques);
            var fits = true;
            for (var resource = 0; resource < _resources; resource++)
            {
                if (size.Asked[resource] == 0)
                    continue;
                fits &= size.Asked[resource] <= _left[resource];
                score += _worth[resource] * size.Asked[resource] * (_left[resource] / _room[resource]);
            }
            if (fits && score > best)
                (best, chosen) = (score, size);
        }
        return chosen;
    }

    /// <summary>
    /// Many small pods go in together: a quarter of what would fit, so that the direction is looked at again.
    /// </summary>
    private int Batch(Size size)
    {
        if (size.Like.Cliques != 0)
            return 1;
        var most = (double)(size.Pending - size.Used);
        for (var resource = 0; resource < _resources; resource++)
            if (size.Asked[resource] > 0)
                most = Math.Min(most, _left[resource] / size.Asked[resource] / 4);
        return Math.Max(1, (int)most);
    }

    private bool Put(Size size, int count, ref ulong cliques, ref double worth)
    {
        for (var resource = 0; resource < _resources; resource++)
            if (size.Asked[resource] * count > _left[resource])
                return false;
        for (var resource = 0; resource < _resources; resource++)
            _left[resource] -= size.Asked[resource] * count;
        cliques |= size.Like.Cliques;
        worth += size.Worth * count;
        size.Used += count;
        for (var i = 0; i < count; i++)
            _pattern.Add(_sizeOfKind[size.Kinds[0]]);
        return true;
    }

    /// <summary>Fills a machine with real pods: the pattern first, then whatever else still fits the shape.</summary>
    private bool Fill(Solution solution, PendingPods pending, int pool, int shape, long level)
    {
        var claim = -1;
        var pattern = _bestPattern;
        foreach (var size in pattern)
            _ = PlaceOne(solution, pending, _sizes[size], shape, level, ref claim);
        if (claim < 0)
            return false;
        TopUp(solution, pending, pool, shape, level, claim);
        return true;
    }

    private void TopUp(Solution solution, PendingPods pending, int pool, int shape, long level, int claim)
    {
        var live = new List<Size>();
        foreach (var size in _sizes)
            if (size.Pending > 0 && Suits(size, pool, shape, level))
                live.Add(size);
        live.Sort((a, b) => b.Worth.CompareTo(a.Worth));
        var failures = 0;
        foreach (var size in live)
        {
            if (failures >= TopUps)
                return;
            while (size.Pending > 0 && HasRoom(solution.Packing, claim, size, pool, shape))
                if (!PlaceOne(solution, pending, size, shape, level, ref claim))
                {
                    failures++;
                    break;
                }
        }
    }

    private bool HasRoom(Packing packing, int claim, Size size, int pool, int shape)
    {
        var totals = packing.TotalsOf(claim);
        for (var resource = 0; resource < _resources; resource++)
            if (
                size.Asked[resource] > 0
                && totals[resource] + size.Asked[resource] > _demand.Usable(pool, shape, resource)
            )
                return false;
        return true;
    }

    private bool PlaceOne(Solution solution, PendingPods pending, Size size, int shape, long level, ref int claim)
    {
        var tried = 0;
        foreach (var kind in size.Kinds)
        {
            if (pending.Of(kind) == 0)
                continue;
            if (tried++ >= KindsTried)
                return false;
            var it = _demand.Kinds[kind];
            var table = _tables.Classes[it.Class];
            var variant = table.Spec.Variants[it.Variant];
            var verdict =
                claim < 0
                    ? solution.Packing.TryNew(it.Pool, table, variant)
                    : solution.Packing.TryClaim(claim, table, variant);
            if (verdict != Verdict.Fits || !solution.Packing.TrialHolds(shape, level))
                continue;
            solution.Commit(it, _tables, pending.Peek(kind), ref claim);
            pending.Take(kind);
            size.Pending--;
            return true;
        }
        return false;
    }

    /// <summary>
    /// The pending pod worth most, wherever it fits: on a claim that is there, else on one of its own.
    /// </summary>
    private bool PlaceAnywhere(Solution solution, PendingPods pending)
    {
        var moved = false;
        foreach (var size in _sizes.OrderByDescending(it => it.Worth))
        {
            foreach (var kind in size.Kinds)
            {
                if (pending.Of(kind) == 0)
                    continue;
                var pod = pending.Peek(kind);
                var it = _demand.Kinds[kind];
                var none = -1;
                var placed = solution.TryPlace(_tables, it, pod, ref none);
                for (var claim = solution.Packing.Claims - 1; claim >= 0 && !placed; claim--)
                {
                    var there = claim;
                    placed = solution.TryPlace(_tables, it, pod, ref there);
                }
                if (!placed)
                    continue;
                pending.Take(kind);
                size.Pending--;
                moved = true;
            }
            if (moved)
                return true;
        }
        return false;
    }
}

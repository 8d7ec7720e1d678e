using Tenon.Api.Aws;
using Tenon.Foundation.Hashing;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Networks;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.Reservations;

/// <summary>
/// Capacity reservations and how much each has left (AWS provider specification §3.3). Launches and terminations move
/// the figure until it is read again. Safe for concurrent use.
/// </summary>
public sealed class ReservationBook(Ec2Client ec2, TimeProvider time)
{
    /// <summary>Instances of a capacity block are taken away this long before its end.</summary>
    public static readonly TimeSpan BlockNotice = TimeSpan.FromMinutes(40);

    private const int Most = 10_000;

    private readonly Lock _lock = new();
    private readonly ExpiringCache<string, ImmutableArray<Ec2Reservation>> _queries = new(
        TimeSpan.FromMinutes(1),
        Most,
        time
    );
    private readonly ExpiringCache<string, (long Left, DateTimeOffset At)> _left = new(
        TimeSpan.FromDays(1),
        Most,
        time
    );
    private long _version;

    /// <summary>Moves with every change of a figure.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
                return _version;
        }
    }

    /// <summary>By id; those that ended already are left out.</summary>
    public async ValueTask<AwsResult<ImmutableArray<Ec2Reservation>>> ListAsync(
        Ec2NodeClass nodeClass,
        CancellationToken cancel
    )
    {
        var found = new SortedDictionary<string, Ec2Reservation>(StringComparer.Ordinal);
        foreach (var (ids, filters) in Queries(nodeClass.Spec.CapacityReservationSelectorTerms))
        {
            var answer = await AskAsync(ids, filters, cancel);
            if (!answer.IsOk)
                return answer.Error;
            foreach (var reservation in answer.Value)
                if (!(reservation.EndsAt <= time.GetUtcNow()))
                    found[reservation.Id] = reservation;
        }
        return found.Values.ToImmutableArray();
    }

    /// <summary>Zero for one that was never read.</summary>
    public long Left(string reservation) => _left.TryGet(reservation, out var known) ? known.Left : 0;

    public void Launched(string reservation, DateTimeOffset at) => Move(reservation, -1, at);

    public void Terminated(string reservation) => Move(reservation, 1, null);

    public void Exhausted(string reservation) => Set(reservation, 0);

    private void Move(string reservation, long by, DateTimeOffset? at)
    {
        lock (_lock)
        {
            if (!_left.TryGet(reservation, out var known) || at < known.At)
                return;
            _left.Put(reservation, (Math.Max(known.Left + by, 0), known.At));
            _version++;
        }
    }

    private void Set(string reservation, long left)
    {
        lock (_lock)
        {
            if (_left.TryGet(reservation, out var known) && known.Left == left)
            {
                _left.Put(reservation, (left, time.GetUtcNow()));
                return;
            }
            _left.Put(reservation, (left, time.GetUtcNow()));
            _version++;
        }
    }

    private async ValueTask<AwsResult<ImmutableArray<Ec2Reservation>>> AskAsync(
        ImmutableArray<string> ids,
        ImmutableArray<Ec2Filter> filters,
        CancellationToken cancel
    )
    {
        var key = StableHash
            .Of(
                string.Join('\n', ids)
                    + "\n\n"
                    + string.Join('\n', filters.Select(filter => $"{filter.Name}={string.Join(',', filter.Values)}"))
            )
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (_queries.TryGet(key, out var known))
            return known;
        var answer = await ec2.DescribeCapacityReservationsAsync(ids, filters, cancel);
        if (answer.Is(AwsErrorKind.NotFound))
            answer = ImmutableArray<Ec2Reservation>.Empty;
        if (!answer.IsOk)
            return answer;
        ImmutableArray<Ec2Reservation> usable =
        [
            .. answer.Value.Where(it =>
                it.MatchCriteria is "open" or "targeted" && it.Type is null or "default" or "capacity-block"
            ),
        ];
        foreach (var reservation in usable)
            Set(reservation.Id, reservation.Available);
        _queries.Put(key, usable);
        return usable;
    }

    /// <summary>A term with an id and other fields makes two queries.</summary>
    internal static IEnumerable<(ImmutableArray<string> Ids, ImmutableArray<Ec2Filter> Filters)> Queries(
        IReadOnlyList<CapacityReservationSelectorTerm> terms
    )
    {
        var active = new Ec2Filter("state", "active");
        foreach (var term in terms)
        {
            if (term.Id is { Length: > 0 } id)
                yield return ([id], [active]);
            var filters = ImmutableArray.CreateBuilder<Ec2Filter>();
            filters.Add(active);
            if (term.OwnerId is { Length: > 0 } owner)
                filters.Add(new Ec2Filter("owner-id", owner));
            if (term.Tags is { Count: > 0 } tags)
                filters.AddRange(Selectors.OfTags(tags));
            if (term.InstanceMatchCriteria is { Length: > 0 } criteria)
                filters.Add(new Ec2Filter("instance-match-criteria", criteria));
            if (filters.Count > 1)
                yield return ([], filters.ToImmutable());
        }
    }

    /// <summary>What the status of a class says of a reservation.</summary>
    internal ResolvedCapacityReservation Resolved(Ec2Reservation reservation) =>
        new()
        {
            Id = reservation.Id,
            AvailabilityZone = reservation.Zone,
            InstanceMatchCriteria = reservation.MatchCriteria,
            InstanceType = reservation.InstanceType,
            OwnerId = reservation.OwnerId,
            EndTime = reservation.EndsAt,
            ReservationType = reservation.Type ?? "default",
            Interruptible = reservation.Interruptible,
            State = IsExpiring(reservation) ? "expiring" : "active",
        };

    public bool IsExpiring(Ec2Reservation reservation) =>
        reservation.Type == "capacity-block" && reservation.EndsAt - BlockNotice <= time.GetUtcNow();
}

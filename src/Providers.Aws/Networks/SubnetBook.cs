using Tenon.Api.Aws;
using Tenon.Domain.Catalog;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.Networks;

/// <param name="Counted">What was known of its free addresses when it was chosen.</param>
/// <param name="Predicted">Addresses a launch there is expected to take at least.</param>
public sealed record ChosenSubnet(string Id, string Zone, string? ZoneId, long? Counted, long Predicted);

/// <summary>
/// The subnets a class selects, and how many addresses each has left (AWS provider specification §3.1). Between two
/// readings launches under way are taken off, so that a burst does not pour into one subnet. Safe for concurrent use.
/// </summary>
public sealed class SubnetBook(Ec2Client ec2, AwsOptions options, TimeProvider time)
{
    private const int Classes = 10_000;
    private const int Subnets = 100_000;

    private readonly Lock _lock = new();
    private readonly ExpiringCache<string, ImmutableArray<Ec2Subnet>> _known = new(
        options.SubnetRefreshInterval,
        Classes,
        time
    );
    private readonly ExpiringCache<string, long> _available = new(CountLifetime(options), Subnets, time);
    private readonly Dictionary<string, long> _inFlight = new(StringComparer.Ordinal);

    private static TimeSpan CountLifetime(AwsOptions options)
    {
        var longer = options.SubnetRefreshInterval + TimeSpan.FromMinutes(4);
        return longer > TimeSpan.FromMinutes(5) ? longer : TimeSpan.FromMinutes(5);
    }

    /// <summary>Most free addresses first, then by id.</summary>
    public async ValueTask<AwsResult<ImmutableArray<Ec2Subnet>>> ListAsync(
        Ec2NodeClass nodeClass,
        CancellationToken cancel
    )
    {
        var key = Selectors.KeyOf(nodeClass);
        if (_known.TryGet(key, out var known))
            return known;
        var found = new SortedDictionary<string, Ec2Subnet>(StringComparer.Ordinal);
        foreach (var query in Queries(nodeClass.Spec.SubnetSelectorTerms))
        {
            var answer = await ec2.DescribeSubnetsAsync(query, cancel);
            if (!answer.IsOk)
                return answer.Error;
            foreach (var subnet in answer.Value)
                found[subnet.Id] = subnet;
        }
        lock (_lock)
            foreach (var subnet in found.Values)
            {
                _available.Put(subnet.Id, subnet.AvailableAddresses);
                _inFlight.Remove(subnet.Id);
            }
        ImmutableArray<Ec2Subnet> all =
        [
            .. found.Values.OrderByDescending(it => it.AvailableAddresses).ThenBy(it => it.Id, StringComparer.Ordinal),
        ];
        _known.Put(key, all);
        return all;
    }

    /// <summary>
    /// One subnet per zone, the one with most addresses left, with the launch to come taken off already.
    /// </summary>
    public ImmutableSortedDictionary<string, ChosenSubnet> Choose(
        Ec2NodeClass nodeClass,
        ImmutableArray<InstanceType> types,
        string capacityType
    )
    {
        var chosen = ImmutableSortedDictionary.CreateBuilder<string, ChosenSubnet>(StringComparer.Ordinal);
        lock (_lock)
        {
            var left = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var subnet in nodeClass.Status?.Subnets ?? [])
            {
                var free = Left_NeedsLock(subnet.Id);
                if (left.TryGetValue(subnet.Zone, out var best) && best >= free)
                    continue;
                left[subnet.Zone] = free;
                chosen[subnet.Zone] = new ChosenSubnet(
                    subnet.Id,
                    subnet.Zone,
                    subnet.ZoneId,
                    _available.TryGet(subnet.Id, out var counted) ? counted : null,
                    LeastPods(types, subnet.Zone, capacityType)
                );
            }
            foreach (var subnet in chosen.Values)
                _inFlight[subnet.Id] = Left_NeedsLock(subnet.Id) - subnet.Predicted;
        }
        return chosen.ToImmutable();
    }

    /// <summary>
    /// After the launch: what was not used is given back, unless the subnet was counted anew in the meantime.
    /// </summary>
    public void Settle(IEnumerable<ChosenSubnet> asked, IReadOnlySet<string> used)
    {
        lock (_lock)
            foreach (var subnet in asked)
                if (
                    !used.Contains(subnet.Id)
                    && _inFlight.TryGetValue(subnet.Id, out var left)
                    && (_available.TryGet(subnet.Id, out var counted) ? counted : null as long?) == subnet.Counted
                )
                    _inFlight[subnet.Id] = left + subnet.Predicted;
    }

    /// <summary>EC2 says that it has no address left.</summary>
    public void Exhausted(string subnet)
    {
        lock (_lock)
        {
            _available.Put(subnet, 0);
            _inFlight.Remove(subnet);
        }
    }

    private long Left_NeedsLock(string subnet) =>
        _inFlight.TryGetValue(subnet, out var left) ? left
        : _available.TryGet(subnet, out var counted) ? counted
        : 0;

    private static long LeastPods(ImmutableArray<InstanceType> types, string zone, string capacityType)
    {
        long? least = null;
        foreach (var type in types)
            if (type.Offerings.Any(it => it.Available && it.Zone == zone && it.CapacityType == capacityType))
            {
                var pods = type.Capacity.Of("pods").ToUnits();
                least = least < pods ? least : pods;
            }
        return least ?? 0;
    }

    internal static IEnumerable<ImmutableArray<Ec2Filter>> Queries(IReadOnlyList<SubnetSelectorTerm> terms)
    {
        var ids = terms.Where(term => term.Id is { Length: > 0 }).Select(term => term.Id!).ToImmutableArray();
        if (!ids.IsEmpty)
            yield return [new Ec2Filter("subnet-id", ids)];
        foreach (var term in terms)
            if (string.IsNullOrEmpty(term.Id) && term.Tags is { Count: > 0 } tags)
                yield return Selectors.OfTags(tags);
    }
}

using Tenon.Domain.Catalog;
using Tenon.Providers.Caches;
using Tenon.Providers.Catalog;
using Tenon.Providers.Port;
using Tenon.Simulation.Clock;

namespace Tenon.Providers.Tests.Caches;

public sealed class ExpiringCacheTests : IDisposable
{
    private readonly SimulationLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void An_entry_is_believed_for_its_lifetime_and_not_longer()
    {
        var cache = new ExpiringCache<string, int>(TimeSpan.FromMinutes(3), 10, _loop.Time);
        cache.Put("a", 1);
        _loop.RunFor(TimeSpan.FromSeconds(179));
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal(1, value);
        _loop.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(cache.TryGet("a", out _));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Putting_an_entry_again_renews_it()
    {
        var cache = new ExpiringCache<string, int>(TimeSpan.FromMinutes(3), 10, _loop.Time);
        cache.Put("a", 1);
        _loop.RunFor(TimeSpan.FromMinutes(2));
        cache.Put("a", 2);
        _loop.RunFor(TimeSpan.FromMinutes(2));
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal(2, value);
    }

    [Fact]
    public void A_full_cache_forgets_what_was_put_longest_ago()
    {
        var cache = new ExpiringCache<int, int>(TimeSpan.FromMinutes(3), 2, _loop.Time);
        cache.Put(1, 1);
        cache.Put(2, 2);
        cache.Put(1, 1);
        cache.Put(3, 3);
        Assert.False(cache.TryGet(2, out _));
        Assert.True(cache.TryGet(1, out _));
        Assert.True(cache.TryGet(3, out _));
    }

    [Fact]
    public void A_refused_offering_is_unavailable_for_three_minutes()
    {
        var unavailable = new UnavailableOfferings(_loop.Time);
        var key = new OfferingKey("m5.large", "us-east-1a", "spot");
        var (before, ofType) = (unavailable.Version, unavailable.VersionOf("m5.large"));
        unavailable.Add(key, "InsufficientInstanceCapacity");
        Assert.Equal("InsufficientInstanceCapacity", unavailable.ReasonOf(key));
        Assert.False(unavailable.Contains(key with { CapacityType = "on-demand" }));
        Assert.True(unavailable.Version > before);
        var (during, duringType) = (unavailable.Version, unavailable.VersionOf("m5.large"));
        Assert.True(duringType > ofType);
        Assert.Equal(0, unavailable.VersionOf("c5.large"));

        _loop.RunFor(TimeSpan.FromMinutes(3));
        Assert.False(unavailable.Contains(key));
        Assert.True(unavailable.Version > during, "expiry is a change too");
        Assert.True(unavailable.VersionOf("m5.large") > duringType);
    }

    [Fact]
    public void A_refused_capacity_type_is_unavailable_everywhere()
    {
        var unavailable = new UnavailableOfferings(_loop.Time);
        unavailable.AddCapacityType("spot", "MaxSpotInstanceCountExceeded");
        Assert.True(unavailable.Contains(new OfferingKey("m5.large", "us-east-1a", "spot")));
        Assert.False(unavailable.Contains(new OfferingKey("m5.large", "us-east-1a", "on-demand")));
    }

    [Fact]
    public void Types_stay_the_same_objects_until_their_availability_changes()
    {
        var all = Assert.IsType<CatalogueOutcome.Loaded>(Catalogues.Load("generic")).Catalogue.Types;
        var types = new AvailableTypes(all, new UnavailableOfferings(_loop.Time));
        Assert.True(types.Current() == all);

        types.Unavailable.Add(new OfferingKey(all[3].Name, "test-zone-b", "spot"), "none left");
        var missing = types.Current();
        Assert.False(missing == all);
        Assert.Same(all[2], missing[2]);
        Assert.Equal(["test-zone-b/spot"], missing[3].Offerings.Where(it => !it.Available).Select(Place));
        Assert.True(types.Current() == missing);

        types.Unavailable.Add(new OfferingKey(all[5].Name, "test-zone-b", "spot"), "none left");
        Assert.Same(missing[3], types.Current()[3]);

        _loop.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal(all, types.Current());
    }

    private static string Place(Offering offering) => $"{offering.Zone}/{offering.CapacityType}";
}

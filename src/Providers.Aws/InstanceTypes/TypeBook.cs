using System.Globalization;
using Tenon.Api.Aws;
using Tenon.Api.Json;
using Tenon.Domain.Catalog;
using Tenon.Foundation.Hashing;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.Placement;
using Tenon.Providers.Aws.Pricing;
using Tenon.Providers.Aws.Reservations;
using Tenon.Providers.Caches;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.InstanceTypes;

/// <summary>
/// The instance types of each node class, made anew only when something they depend on changed (AWS provider
/// specification §4.1, §4.8). Safe for concurrent use.
/// </summary>
public sealed class TypeBook(
    PriceBook prices,
    StockMemory stock,
    ReservationBook reservations,
    PlacementBook placements,
    AwsOptions options,
    TimeProvider time
)
{
    /// <summary>How long a list is shown before its inputs are looked at again, whether they changed or not.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int Classes = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Shown> _shown = new(StringComparer.Ordinal);
    private readonly MemoryBook _memory = new(time);
    private volatile Ec2Inventory? _inventory;
    private long _inventoryVersion;

    private sealed class Shown(string inputs, DateTimeOffset until, AvailableTypes general, AvailableTypes? inGroup)
    {
        public string Inputs { get; } = inputs;
        public DateTimeOffset Until { get; } = until;
        public AvailableTypes General { get; } = general;
        public AvailableTypes? InGroup { get; } = inGroup;
        public ImmutableArray<InstanceType> Last { get; set; }
        public ImmutableArray<InstanceType> LastGeneral { get; set; }
    }

    /// <summary>Null until EC2 answered once.</summary>
    public Ec2Inventory? Inventory => _inventory;

    /// <summary>What nodes reported of their memory.</summary>
    public MemoryBook Memory => _memory;

    /// <summary>Reads types and zones; an error, or an empty answer, keeps what was known.</summary>
    public async ValueTask<Wire.AwsError?> RefreshAsync(Ec2Client ec2, CancellationToken cancel)
    {
        var read = await Ec2Inventory.ReadAsync(ec2, cancel);
        if (!read.IsOk)
            return read.Error;
        _inventory = read.Value;
        Interlocked.Increment(ref _inventoryVersion);
        return null;
    }

    public async ValueTask<InstanceTypesOutcome> TypesAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        if (_inventory is not { } inventory)
            return new InstanceTypesOutcome.Failed("no instance types found");
        if (nodeClass.Status?.Subnets is not { Count: > 0 })
            return new InstanceTypesOutcome.Failed("no subnets found");
        var group = (await placements.ResolveAsync(nodeClass, cancel)).Group;
        var inputs = InputsOf(nodeClass, group);
        var now = time.GetUtcNow();
        var name = nodeClass.Metadata.Uid ?? nodeClass.Metadata.Name ?? "";
        Shown? shown;
        lock (_lock)
            shown = _shown.GetValueOrDefault(name);
        if (shown is null || shown.Inputs != inputs || shown.Until <= now)
        {
            shown = Make(nodeClass, inventory, group, inputs, now);
            lock (_lock)
            {
                if (_shown.Count >= Classes)
                    _shown.Clear();
                _shown[name] = shown;
            }
        }
        return new InstanceTypesOutcome.Known(Current(shown));
    }

    /// <summary>Refusals in general first, then those within the placement group.</summary>
    private ImmutableArray<InstanceType> Current(Shown shown)
    {
        var general = shown.General.Current();
        if (shown.InGroup is null)
            return general;
        lock (_lock)
        {
            var group = shown.InGroup.Current();
            if (shown.Last.IsDefault || !shown.LastGeneral.Equals(general) || shown.Last != group)
            {
                shown.LastGeneral = general;
                shown.Last = [.. general.Zip(group, Both)];
            }
            return shown.Last;
        }
    }

    private static InstanceType Both(InstanceType one, InstanceType other) =>
        ReferenceEquals(one, other)
            ? one
            : one with
            {
                Offerings =
                [
                    .. one.Offerings.Zip(
                        other.Offerings,
                        (a, b) => a.Available && !b.Available ? a with { Available = false } : a
                    ),
                ],
            };

    private Shown Make(
        Ec2NodeClass nodeClass,
        Ec2Inventory inventory,
        Ec2PlacementGroup? group,
        string inputs,
        DateTimeOffset now
    )
    {
        var offer = new Ec2Offer
        {
            Region = options.Region,
            NodeClass = nodeClass,
            Prices = prices,
            Unavailable = new UnavailableOfferings(time),
            Settings = ShapeOfClass.Of(nodeClass.Spec, options),
            Group = group,
            ReservedCapacity = options.ReservedCapacity,
            Left = reservations.Left,
            IsFull = stock.IsFull,
            MemoryOf = type => _memory.Of(type, nodeClass),
        };
        var types = offer.Types(inventory);
        return new Shown(
            inputs,
            now + Lifetime,
            new AvailableTypes(types, stock.General),
            group is null ? null : new AvailableTypes(types, stock.OfGroup(group.Id))
        );
    }

    private string InputsOf(Ec2NodeClass nodeClass, Ec2PlacementGroup? group)
    {
        var text = ApiJson.Write(
            new Ec2NodeClass
            {
                Spec = nodeClass.Spec,
                Status = (nodeClass.Status ?? new Ec2NodeClassStatus()) with { Conditions = [] },
            }
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{StableHash.Of(System.Text.Encoding.UTF8.GetString(text))}|{Interlocked.Read(ref _inventoryVersion)}|{prices.Version}|{stock.SubnetVersion}|{reservations.Version}|{group}"
        );
    }
}

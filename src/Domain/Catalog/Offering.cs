using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;

namespace Tenon.Domain.Catalog;

/// <summary>
/// One way to buy an instance type: a zone, a capacity type, perhaps a reservation, and its price. What cannot be
/// bought right now stays listed with <see cref="Available"/> false.
/// </summary>
public sealed record Offering
{
    /// <summary>Zone and capacity type always; a reserved offering also names its reservation.</summary>
    public required RequirementSet Requirements { get; init; }

    public required HourlyPrice Price { get; init; }
    public required bool Available { get; init; }

    /// <summary>Machines left in the reservation; meaningless for the other capacity types.</summary>
    public int ReservationCapacity { get; init; }

    /// <summary>
    /// The label under which the provider names reservations; null when the offering is not reserved.
    /// </summary>
    public string? ReservationLabel { get; init; }

    /// <summary>Replaces entries of the type's capacity when bought this way.</summary>
    public ResourceList? CapacityOverride { get; init; }

    /// <summary>Merged over the type's total overhead when bought this way.</summary>
    public ResourceList? OverheadOverride { get; init; }

    /// <summary>A NodeOverlay set this price.</summary>
    public bool PriceOverlaid { get; init; }

    public string Zone => Requirements.Of(WellKnownLabels.Zone).AnyValue();

    public string CapacityType => Requirements.Of(WellKnownLabels.CapacityType).AnyValue();

    public string? ReservationId => ReservationLabel is null ? null : Requirements.Of(ReservationLabel).AnyValue();
}

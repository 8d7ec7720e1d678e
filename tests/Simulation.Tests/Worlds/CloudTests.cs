using Tenon.Api.Core;
using Tenon.Providers.Catalog;
using Tenon.Providers.Kwok;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Tests.Worlds;

public sealed class CloudTests
{
    [Fact]
    public void A_world_with_reclaims_armed_takes_its_spot_machines_back()
    {
        using var world = World(FaultPlan.Of(1, (FaultSite.SpotReclaim, 1_000_000)));
        Buy(world, "spot");
        Buy(world, "on-demand");

        world.RunFor(TimeSpan.FromMinutes(4));

        Assert.Equal(
            [("spot", MachineEnd.Reclaimed), ("on-demand", MachineEnd.None)],
            world.Cloud!.Ledger.Entries.Select(entry => (entry.Offering.CapacityType, entry.End))
        );
    }

    [Fact]
    public void A_machine_that_no_claim_stands_for_is_seen()
    {
        using var world = World(FaultPlan.None());
        Buy(world, "spot");

        world.RunFor(TimeSpan.FromMinutes(20));

        Assert.Equal("no machine leaks", Assert.Single(world.Oracles!.Violations).Law);
    }

    [Fact]
    public void An_effort_clock_moves_when_it_is_looked_at_and_only_then()
    {
        var clock = new EffortClock(TimeSpan.FromMilliseconds(5));
        var began = clock.GetTimestamp();

        Assert.Equal(5, clock.GetElapsedTime(began).TotalMilliseconds);
        Assert.Equal(10, clock.GetElapsedTime(began).TotalMilliseconds);
    }

    private static SimulatedWorld World(FaultPlan faults) =>
        new(
            new WorldOptions
            {
                Seed = 7,
                TellsEvents = false,
                Catalogue = ((CatalogueOutcome.Loaded)Catalogues.Load("generic")).Catalogue,
                Cloud = CloudOptions.Calm,
                Faults = faults,
            }
        );

    private static void Buy(SimulatedWorld world, string capacityType) =>
        world.Loop.Run(
            async () =>
            {
                var type = world.Options.Catalogue!.Types[0];
                await world.Cloud!.BuyAsync(
                    new MachineOrder
                    {
                        Token = $"wish-{capacityType}",
                        Choices =
                        [
                            new MachineChoice(type, type.Offerings.First(it => it.CapacityType == capacityType)),
                        ],
                        NodeFor = _ =>
                            Given.Node($"bought-{capacityType}") with
                            {
                                Spec = new NodeSpec { ProviderId = $"kwok://bought-{capacityType}" },
                            },
                        RegistrationDelay = TimeSpan.Zero,
                    },
                    CancellationToken.None
                );
            },
            TimeSpan.FromMinutes(1)
        );
}

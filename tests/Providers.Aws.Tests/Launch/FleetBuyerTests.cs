using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Launch;
using Tenon.Providers.Aws.Tests.Wire;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Tests.Launch;

public sealed class FleetBuyerTests : IDisposable
{
    private readonly FakeAws _aws = new();
    private readonly FleetBuyer _buyer;

    public FleetBuyerTests() => _buyer = new FleetBuyer(new Ec2Client(_aws.Session), _aws.Loop.Time);

    public void Dispose()
    {
        _buyer.Dispose();
        _aws.Dispose();
    }

    private static Ec2FleetRequest Request(string type = "m5.large") =>
        new()
        {
            ClientToken = "",
            CapacityType = "on-demand",
            Configs = [new Ec2FleetConfig("template", [new Ec2FleetOverride(type, "subnet-1", "ami-1", "a", 0.1m)])],
        };

    private static string Fleet(params string[] instances) =>
        $"<r><fleetId>f</fleetId><fleetInstanceSet>{string.Concat(instances.Select(id =>
            $"<item><instanceIds><item>{id}</item></instanceIds><instanceType>m5.large</instanceType></item>"))}</fleetInstanceSet></r>";

    private string[] TokensOf() =>
        [
            .. _aws.Calls.Select(call =>
                call.Split('\n').First(line => line.StartsWith("ClientToken=", StringComparison.Ordinal))
            ),
        ];

    private AwsResult<FleetShare>[] Buy(params string[] uids) =>
        _aws.Run(async () =>
        {
            var asks = uids.Select(uid => _buyer.BuyAsync(uid, Request(), CancellationToken.None).AsTask()).ToArray();
            return await Task.WhenAll(asks);
        });

    [Fact]
    public void Claims_that_ask_for_the_same_share_a_fleet_and_each_gets_a_machine_of_its_own()
    {
        _aws.Answer("CreateFleet", Fleet("i-1", "i-2", "i-3"));
        var shares = Buy("a", "b", "c");
        Assert.Equal(["i-1", "i-2", "i-3"], shares.Select(share => share.Value.Instance!.Id));
        Assert.Contains("TotalTargetCapacity=3", Assert.Single(_aws.Calls), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fleet_smaller_than_asked_for_leaves_the_last_claims_without()
    {
        _aws.Answer("CreateFleet", Fleet("i-1"));
        var shares = Buy("a", "b");
        Assert.Equal(["i-1", null], shares.Select(share => share.Value.Instance?.Id));
    }

    [Fact]
    public void While_it_is_not_known_what_became_of_a_call_the_very_call_is_repeated_and_nothing_else_bought()
    {
        for (var attempt = 0; attempt < 3; attempt++)
            _aws.Lose("CreateFleet");
        _aws.Answer("CreateFleet", Fleet("i-1", "i-2"));
        Assert.All(Buy("a", "b"), share => Assert.Equal(AwsErrorKind.NoReply, share.Error!.Kind));
        var first = _aws.Run(() => _buyer.ResumeAsync("a", CancellationToken.None));
        var second = _aws.Run(() => _buyer.ResumeAsync("b", CancellationToken.None));
        Assert.Equal("i-1", first!.Value.Value.Instance!.Id);
        Assert.Equal("i-2", second!.Value.Value.Instance!.Id);
        Assert.Single(TokensOf().Distinct());
        Assert.Null(_aws.Run(() => _buyer.ResumeAsync("a", CancellationToken.None)));
    }

    [Fact]
    public void Another_claim_never_buys_under_the_same_token()
    {
        _aws.Answer("CreateFleet", Fleet("i-1"));
        Buy("a");
        Buy("b");
        Assert.Equal(2, TokensOf().Distinct().Count());
        Assert.All(TokensOf(), token => Assert.InRange(token.Length - "ClientToken=".Length, 1, 64));
    }
}

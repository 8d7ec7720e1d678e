using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>Instance types, where they are offered, and spot prices.</summary>
public sealed partial class Ec2Client
{
    /// <summary>Every type with hardware virtualisation on x86_64 or arm64.</summary>
    public ValueTask<AwsResult<ImmutableArray<Ec2InstanceType>>> DescribeInstanceTypesAsync(CancellationToken cancel) =>
        PagesAsync(
            () =>
                Form("DescribeInstanceTypes")
                    .AddEach(
                        "Filter",
                        [
                            new Ec2Filter("supported-virtualization-type", "hvm"),
                            new Ec2Filter("processor-info.supported-architecture", "x86_64", "arm64"),
                        ],
                        WriteFilter
                    )
                    .Add("MaxResults", 100),
            "instanceTypeSet",
            Ec2InstanceType.Read,
            cancel
        );

    /// <summary>In which availability zones each type is offered.</summary>
    public ValueTask<AwsResult<ImmutableArray<(string InstanceType, string Zone)>>> DescribeInstanceTypeOfferingsAsync(
        CancellationToken cancel
    ) =>
        PagesAsync(
            () =>
                Form("DescribeInstanceTypeOfferings").Add("LocationType", "availability-zone").Add("MaxResults", 1000),
            "instanceTypeOfferingSet",
            item => (item.Text("instanceType") ?? "", item.Text("location") ?? ""),
            cancel
        );

    /// <summary>Spot prices as of now.</summary>
    public ValueTask<AwsResult<ImmutableArray<Ec2SpotPrice>>> DescribeSpotPriceHistoryAsync(
        DateTimeOffset now,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () =>
                Form("DescribeSpotPriceHistory")
                    .Add(
                        "StartTime",
                        now.UtcDateTime.ToString(
                            "yyyy-MM-dd'T'HH:mm:ss'Z'",
                            System.Globalization.CultureInfo.InvariantCulture
                        )
                    )
                    .AddList("ProductDescription", ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"])
                    .Add("MaxResults", 2000),
            "spotPriceHistorySet",
            item => new Ec2SpotPrice(
                item.Text("instanceType") ?? "",
                item.Text("availabilityZone") ?? "",
                item.Decimal("spotPrice") ?? 0,
                item.Time("timestamp") ?? DateTimeOffset.MinValue
            ),
            cancel
        );
}

public sealed record Ec2SpotPrice(string InstanceType, string Zone, decimal Dollars, DateTimeOffset At);

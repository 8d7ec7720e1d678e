using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>Instant fleets.</summary>
public sealed partial class Ec2Client
{
    /// <summary>
    /// Buys machines at once. Instances and errors come together: a fleet may be filled although some offerings failed.
    /// A dry run is asked without repeats and answers <see cref="AwsErrorKind.DryRun"/> when it would succeed.
    /// </summary>
    public ValueTask<AwsResult<Ec2Fleet>> CreateFleetAsync(
        Ec2FleetRequest request,
        bool dryRun,
        CancellationToken cancel
    ) => session.QueryAsync(Service, FleetForm(request, dryRun), mayRepeat: !dryRun, Ec2Fleet.Read, cancel);

    internal static QueryForm FleetForm(Ec2FleetRequest request, bool dryRun) =>
        Form("CreateFleet")
            .Add("ClientToken", request.ClientToken)
            .Add("Context", request.Context)
            .Add("DryRun", dryRun ? true : null)
            .AddEach(
                "LaunchTemplateConfigs",
                request.Configs,
                (form, config) =>
                    form.Add("LaunchTemplateSpecification.LaunchTemplateName", config.LaunchTemplate)
                        .Add("LaunchTemplateSpecification.Version", "$Latest")
                        .AddEach(
                            "Overrides",
                            config.Overrides,
                            (below, it) =>
                                below
                                    .Add("InstanceType", it.InstanceType)
                                    .Add("SubnetId", it.SubnetId)
                                    .Add("ImageId", it.ImageId)
                                    .Add("AvailabilityZone", it.Zone)
                                    .Add(
                                        "Priority",
                                        it.Priority?.ToString(System.Globalization.CultureInfo.InvariantCulture)
                                    )
                        )
            )
            .Add("OnDemandOptions.AllocationStrategy", request.OnDemandStrategy)
            .AddList("ReservedCapacityOptions.ReservationType", request.ReservationTypes)
            .Add("SpotOptions.AllocationStrategy", request.SpotStrategy)
            .AddEach("TagSpecification", request.Tags, WriteTags)
            .Add("TargetCapacitySpecification.DefaultTargetCapacityType", request.CapacityType)
            .Add("TargetCapacitySpecification.TotalTargetCapacity", request.Capacity)
            .Add("Type", "instant");
}

public sealed record Ec2FleetRequest
{
    /// <summary>
    /// Derived from the claim's UID, so that a repeated request finds the first fleet. At most 64 characters.
    /// </summary>
    public required string ClientToken { get; init; }

    public string? Context { get; init; }
    public required ImmutableArray<Ec2FleetConfig> Configs { get; init; }

    /// <summary><c>on-demand</c>, <c>spot</c>, <c>reserved-capacity</c> or <c>capacity-block</c>.</summary>
    public required string CapacityType { get; init; }

    public string? SpotStrategy { get; init; }
    public string? OnDemandStrategy { get; init; }
    public ImmutableArray<string> ReservationTypes { get; init; } = [];
    public ImmutableArray<Ec2TagSpecification> Tags { get; init; } = [];
    public int Capacity { get; init; } = 1;
}

public sealed record Ec2FleetConfig(string LaunchTemplate, ImmutableArray<Ec2FleetOverride> Overrides);

/// <param name="Priority">The offering's price, in dollars per hour.</param>
public sealed record Ec2FleetOverride(
    string InstanceType,
    string SubnetId,
    string ImageId,
    string Zone,
    decimal? Priority
);

public sealed record Ec2Fleet(
    string Id,
    ImmutableArray<Ec2FleetInstance> Instances,
    ImmutableArray<Ec2FleetError> Errors
)
{
    internal static Ec2Fleet Read(AwsXml answer) =>
        new(
            answer.Text("fleetId") ?? "",
            [
                .. answer
                    .Items("fleetInstanceSet")
                    .SelectMany(set =>
                        set.Items("instanceIds")
                            .Select(id => new Ec2FleetInstance(
                                id.Value,
                                set.Text("instanceType") ?? "",
                                set.Text("launchTemplateAndOverrides/overrides/subnetId"),
                                set.Text("launchTemplateAndOverrides/overrides/availabilityZone"),
                                set.Text("launchTemplateAndOverrides/overrides/imageId")
                            ))
                    ),
            ],
            [
                .. answer
                    .Items("errorSet")
                    .Select(error => new Ec2FleetError(
                        error.Text("errorCode") ?? "",
                        error.Text("errorMessage") ?? "",
                        error.Text("launchTemplateAndOverrides/overrides/instanceType"),
                        error.Text("launchTemplateAndOverrides/overrides/availabilityZone"),
                        error.Text("launchTemplateAndOverrides/overrides/subnetId")
                    )),
            ]
        );
}

/// <param name="CapacityType"><c>spot</c> or <c>on-demand</c> as the answer tells; null when it does not.</param>
public sealed record Ec2FleetInstance(
    string Id,
    string InstanceType,
    string? SubnetId,
    string? Zone,
    string? ImageId,
    string? CapacityType = null
);

/// <summary>Why one override could not be bought.</summary>
public sealed record Ec2FleetError(string Code, string Message, string? InstanceType, string? Zone, string? SubnetId);

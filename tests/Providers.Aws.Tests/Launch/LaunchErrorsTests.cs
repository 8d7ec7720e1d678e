using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Launch;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Tests.Launch;

public sealed class LaunchErrorsTests
{
    [Theory]
    [InlineData(
        "AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission",
        "SpotSLRCreationFailed"
    )]
    [InlineData("UnauthorizedOperation: no, with an explicit deny in a permissions boundary", "Unauthorized")]
    [InlineData("UnauthorizedOperation: no, with an explicit deny in a service control policy", "Unauthorized")]
    [InlineData("AuthFailure: Not authorized for images: [ami-1]", "AMIAuthorizationFailure")]
    [InlineData("AccessDenied: nope", "Unauthorized")]
    [InlineData(
        "InvalidParameter: Security group sg-1 and subnet subnet-1 belong to different networks.",
        "SecurityGroupSubnetVPCMismatch"
    )]
    [InlineData(
        "InvalidParameterValue: Value (p) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        "InstanceProfileNameInvalid"
    )]
    [InlineData("InvalidLaunchTemplateId.NotFound: gone", "LaunchTemplateNotFound")]
    [InlineData("InvalidUserData.Malformed: User data is limited to 16384 bytes", "UserDataSizeLimitExceeded")]
    [InlineData("InvalidAMIID.Malformed: x", "InvalidAMIID")]
    [InlineData("InvalidAMIID.NotFound: x", "AMINotFound")]
    [InlineData("RequestLimitExceeded: slow down", "RequestLimitExceeded")]
    [InlineData("InternalError: oops", "InternalError")]
    [InlineData(
        "InvalidParameterCombination: The specified instance type is not eligible for Free Tier.",
        "FreeTierIneligible"
    )]
    [InlineData("MaxFleetCountExceeded: x", "FleetQuotaExceeded")]
    [InlineData("PendingVerification: x", "AccountPendingVerification")]
    [InlineData("MaxSpotInstanceCountExceeded: x", "SpotQuotaExceeded")]
    [InlineData("VcpuLimitExceeded: x", "VCPULimitExceeded")]
    [InlineData("InsufficientFreeAddressesInSubnet: x", "InsufficientFreeAddressesInSubnet")]
    [InlineData("SomethingNew: x", "LaunchFailed")]
    public void Every_row_of_the_table_is_recognised_by_its_text(string error, string reason) =>
        Assert.Equal(reason, LaunchErrors.Explain(error).Reason);

    [Fact]
    public void Denials_tell_where_they_come_from()
    {
        Assert.EndsWith(
            "due to a permission boundary",
            LaunchErrors.Explain("UnauthorizedOperation with an explicit deny in a permissions boundary").Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "due to a service control policy",
            LaunchErrors.Explain("AccessDenied with an explicit deny in a service control policy").Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "because no identity-based policy allows it",
            LaunchErrors.Explain("UnauthorizedOperation").Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_fleet_that_found_every_offering_full_is_out_of_capacity()
    {
        ImmutableArray<Ec2FleetError> errors =
        [
            new("InsufficientInstanceCapacity", "none", "m5.large", "z-b", null),
            new("UnfulfillableCapacity", "none", "c5.large", "z-a", null),
            new("InsufficientInstanceCapacity", "none", "m5.large", "z-b", null),
        ];
        var outcome = Assert.IsType<LaunchOutcome.OutOfCapacity>(LaunchErrors.OfEmptyFleet(errors, "spot"));
        Assert.Equal(
            [new OfferingKey("c5.large", "z-a", "spot"), new OfferingKey("m5.large", "z-b", "spot")],
            outcome.Exhausted
        );
        Assert.Equal(
            "insufficient capacity, with fleet error(s), InsufficientInstanceCapacity: none; UnfulfillableCapacity: none",
            outcome.Error
        );
    }

    [Fact]
    public void One_other_error_makes_it_a_create_error_with_the_tables_words()
    {
        var outcome = Assert.IsType<LaunchOutcome.CreateFailed>(
            LaunchErrors.OfEmptyFleet(
                [
                    new("InsufficientInstanceCapacity", "none", "m5.large", "z", null),
                    new("UnauthorizedOperation", "no", "c5.large", "z", null),
                ],
                "spot"
            )
        );
        Assert.Equal("Unauthorized", outcome.ConditionReason);
        Assert.StartsWith(
            "Error creating fleet request: User is not authorized",
            outcome.ConditionMessage,
            StringComparison.Ordinal
        );
        Assert.IsType<LaunchOutcome.CreateFailed>(LaunchErrors.OfEmptyFleet([], "spot"));
    }
}

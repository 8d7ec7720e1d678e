using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Launch;

/// <summary>
/// From EC2's words to launch outcomes (AWS provider specification §5.6). The table is read from the top; the first row
/// whose text occurs in the error decides. An error that EC2 gives for a full offering is not the claim's fault and
/// never a create error.
/// </summary>
public static class LaunchErrors
{
    private const string ServiceLinkedRole = "AuthFailure.ServiceLinkedRoleCreationNotPermitted";

    private static readonly string[] CapacityCodes =
    [
        "InsufficientInstanceCapacity",
        "MaxSpotInstanceCountExceeded",
        "VcpuLimitExceeded",
        "UnfulfillableCapacity",
        "Unsupported",
        "InsufficientFreeAddressesInSubnet",
        "MaxFleetCountExceeded",
        "ReservationCapacityExceeded",
    ];

    private static readonly string[] Denials = ["UnauthorizedOperation", "AccessDenied", "AuthFailure"];

    private static readonly (string Text, string Reason, string Message)[] Rows =
    [
        (
            "iamInstanceProfile.name is invalid",
            "InstanceProfileNameInvalid",
            "Instance profile name used from EC2NodeClass status does not exist"
        ),
        (
            "InvalidLaunchTemplateId.NotFound",
            "LaunchTemplateNotFound",
            "Launch template used for instance launch wasn't found"
        ),
        (
            "User data is limited to",
            "UserDataSizeLimitExceeded",
            "Rendered user data exceeds the EC2 user data size limit"
        ),
        ("InvalidAMIID.Malformed", "InvalidAMIID", "AMI used for instance launch is invalid"),
        (
            "InvalidAMIID.NotFound",
            "AMINotFound",
            "AMI used for instance launch either does not exist or you don't have permissions to use it"
        ),
        ("RequestLimitExceeded", "RequestLimitExceeded", "Request limit exceeded"),
        ("InternalError", "InternalError", "An internal error has occurred"),
        (
            "not eligible for Free Tier",
            "FreeTierIneligible",
            "The specified instance type is not eligible for Free Tier"
        ),
        (
            "MaxFleetCountExceeded",
            "FleetQuotaExceeded",
            "A fleet launch was requested but this would exceed your fleet request quota"
        ),
        (
            "PendingVerification",
            "AccountPendingVerification",
            "An instance launch was requested but the request for launching resources in this region is still being verified"
        ),
        (
            "MaxSpotInstanceCountExceeded",
            "SpotQuotaExceeded",
            "A spot instance launch was requested but this would exceed your spot instance quota"
        ),
        ("VcpuLimitExceeded", "VCPULimitExceeded", "An instance was requested that would exceed your VCPU quota"),
        (
            "InsufficientFreeAddressesInSubnet",
            "InsufficientFreeAddressesInSubnet",
            "There are not enough free IP addresses to launch an instance in this subnet"
        ),
    ];

    /// <summary>The offering is full, or a quota is; another one may do.</summary>
    public static bool IsOutOfCapacity(string code) => CapacityCodes.Contains(code, StringComparer.Ordinal);

    /// <summary>No spot machine at all can be had in this account.</summary>
    public static bool IsSpotForbidden(string code) => code == ServiceLinkedRole;

    /// <summary>The reason and message for the condition <c>Launched</c>.</summary>
    public static (string Reason, string Message) Explain(string error)
    {
        if (Says(error, ServiceLinkedRole))
            return (
                "SpotSLRCreationFailed",
                "User does not have sufficient permission to create the Spot ServiceLinkedRole to launch spot instances"
            );
        if (Denials.Any(denial => Says(error, denial)))
            return Denied(error);
        if (Says(error, "InvalidParameter") && Says(error, "belong to different networks"))
            return ("SecurityGroupSubnetVPCMismatch", "Security groups and subnets must be in the same VPC.");
        foreach (var (text, reason, message) in Rows)
            if (Says(error, text))
                return (reason, message);
        return ("LaunchFailed", "Instance launch failed");
    }

    /// <summary>The outcome of a fleet that delivered nothing.</summary>
    public static LaunchOutcome OfEmptyFleet(ImmutableArray<Ec2FleetError> errors, string capacityType)
    {
        var words = errors.IsEmpty
            ? "too few instances returned"
            : string.Join(
                "; ",
                errors.Select(error => $"{error.Code}: {error.Message}").Distinct(StringComparer.Ordinal)
            );
        if (!errors.IsEmpty && errors.All(error => IsOutOfCapacity(error.Code) || IsSpotForbidden(error.Code)))
            return new LaunchOutcome.OutOfCapacity($"with fleet error(s), {words}", Exhausted(errors, capacityType));
        return CreateFailed("Error creating fleet request: ", words);
    }

    /// <summary>A create error whose message is the table's, after what was being done.</summary>
    public static LaunchOutcome CreateFailed(string doing, string error)
    {
        var (reason, message) = Explain(error);
        return new LaunchOutcome.CreateFailed(reason, doing + message, error);
    }

    /// <summary>The offerings that a fleet's errors say are full.</summary>
    public static ImmutableArray<OfferingKey> Exhausted(ImmutableArray<Ec2FleetError> errors, string capacityType) =>
        [
            .. errors
                .Where(error => IsOutOfCapacity(error.Code) && error is { InstanceType: not null, Zone: not null })
                .Select(error => new OfferingKey(error.InstanceType!, error.Zone!, capacityType))
                .Distinct()
                .Order(),
        ];

    private static (string Reason, string Message) Denied(string error)
    {
        if (Says(error, "with an explicit deny in a permissions boundary"))
            return ("Unauthorized", "User is not authorized to perform this operation due to a permission boundary");
        if (Says(error, "with an explicit deny in a service control policy"))
            return ("Unauthorized", "User is not authorized to perform this operation due to a service control policy");
        if (Says(error, "Not authorized for images"))
            return ("AMIAuthorizationFailure", "User is not authorized for AMI used in instance launch");
        return (
            "Unauthorized",
            "User is not authorized to perform this operation because no identity-based policy allows it"
        );
    }

    private static bool Says(string error, string text) => error.Contains(text, StringComparison.Ordinal);
}

using Tenon.Api.Names;
using Tenon.Api.Rules;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>Conditions of an EC2NodeClass (AWS provider specification §1.5).</summary>
public static class AwsConditions
{
    public const string Amis = "AMIsReady";
    public const string Subnets = "SubnetsReady";
    public const string SecurityGroups = "SecurityGroupsReady";
    public const string InstanceProfile = "InstanceProfileReady";
    public const string PlacementGroup = "PlacementGroupReady";
    public const string CapacityReservations = "CapacityReservationsReady";

    /// <summary>Reservations count only when they are used.</summary>
    public static ConditionSet Set(bool reservedCapacity) =>
        new(
            ConditionTypes.Ready,
            reservedCapacity
                ?
                [
                    Amis,
                    Subnets,
                    SecurityGroups,
                    InstanceProfile,
                    ConditionTypes.ValidationSucceeded,
                    PlacementGroup,
                    CapacityReservations,
                ]
                : [Amis, Subnets, SecurityGroups, InstanceProfile, ConditionTypes.ValidationSucceeded, PlacementGroup]
        );
}

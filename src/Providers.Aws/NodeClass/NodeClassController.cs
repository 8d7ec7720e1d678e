using Microsoft.Extensions.Logging;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.Networks;
using Tenon.Providers.Aws.Placement;
using Tenon.Providers.Aws.Profiles;
using Tenon.Providers.Aws.Reservations;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>The discoveries a class is made of.</summary>
internal sealed record NodeClassSources(
    ImageBook Images,
    SubnetBook Subnets,
    SecurityGroupBook SecurityGroups,
    ReservationBook Reservations,
    PlacementBook Placements,
    ProfileBook Profiles,
    TemplateBook Templates
);

/// <summary>
/// Finds out what a class stands for now, and says so in its status (AWS provider specification §1.7). A question that
/// AWS does not answer leaves its condition as it is and is asked again; a clear no is written down.
/// </summary>
internal sealed partial class NodeClassController(
    KubeClient kube,
    Informer<Ec2NodeClass> classes,
    Informer<NodeClaim> claims,
    NodeClassSources sources,
    NodeClassValidation validation,
    AwsOptions options,
    IEventRecorder events,
    TimeProvider time,
    ILogger log
) : IReconciler<ObjectKey>
{
    private const int NamesTold = 5;
    private static readonly TimeSpan EndingPause = TimeSpan.FromMinutes(10);
    private readonly ConditionSet _conditions = AwsConditions.Set(options.ReservedCapacity);

    /// <summary>What one reconcile gathers.</summary>
    private sealed class Draft(Ec2NodeClass nodeClass)
    {
        public Ec2NodeClass Class { get; set; } = nodeClass;
        public Ec2NodeClassStatus Status => Class.Status ?? new Ec2NodeClassStatus();
        public Requeue Requeue { get; set; }
        public List<AwsError> Errors { get; } = [];

        public void Tell(Func<Ec2NodeClassStatus, Ec2NodeClassStatus> change) =>
            Class = Class with { Status = change(Status) };

        public void Again(TimeSpan after) => Requeue = Requeue.Or(Requeue.In(after));
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (classes.Get(null, key.Name) is not { } nodeClass)
            return Requeue.Never;
        if (nodeClass.Metadata.IsDeleting)
            return await EndAsync(nodeClass, cancel);
        if (!nodeClass.Metadata.Finalizers.Contains(AwsAnnotations.Finalizer))
        {
            var marked = nodeClass with
            {
                Metadata = nodeClass.Metadata with
                {
                    Finalizers = [.. nodeClass.Metadata.Finalizers, AwsAnnotations.Finalizer],
                },
            };
            nodeClass = (await kube.MergeAsync(nodeClass, marked, ifUnchanged: true, cancel)).OrThrow();
        }
        var draft = new Draft(nodeClass);
        draft.Tell(status =>
            status with
            {
                Conditions = _conditions.Initialize(status.Conditions, nodeClass.Metadata, time.GetUtcNow()),
            }
        );
        await ImagesAsync(draft, cancel);
        if (options.ReservedCapacity)
            await ReservationsAsync(draft, cancel);
        await PlacementAsync(draft, cancel);
        await SubnetsAsync(draft, cancel);
        await SecurityGroupsAsync(draft, cancel);
        await ProfileAsync(draft, cancel);
        var verdict = await validation.JudgeAsync(draft.Class, cancel);
        if (verdict.Status is { } status)
            Set(draft, ConditionTypes.ValidationSucceeded, status, verdict.Reason, verdict.Message);
        if (verdict.Again is { } again)
            draft.Again(again);
        (await kube.MergeStatusAsync(nodeClass, draft.Class, ifUnchanged: true, cancel)).OrThrow();
        if (draft.Errors.Count == 0)
            return draft.Requeue;
        LogUnanswered(log, key.Name, string.Join("; ", draft.Errors));
        throw new AwsTransportException(string.Join("; ", draft.Errors));
    }

    private async ValueTask ImagesAsync(Draft draft, CancellationToken cancel)
    {
        switch (await sources.Images.ResolveAsync(draft.Class, cancel))
        {
            case ImagesOutcome.Found { Images: { IsEmpty: false } images }:
                draft.Tell(status => status with { Amis = images });
                True(draft, AwsConditions.Amis);
                draft.Again(TimeSpan.FromMinutes(5));
                break;
            case ImagesOutcome.Found:
                draft.Tell(status => status with { Amis = [] });
                False(draft, AwsConditions.Amis, "AMINotFound", "AMISelector did not match any AMIs");
                draft.Again(TimeSpan.FromMinutes(1));
                break;
            case ImagesOutcome.UnsupportedAlias no:
                False(draft, AwsConditions.Amis, "UnsupportedAlias", no.Message);
                break;
            case ImagesOutcome.Failed failed:
                draft.Errors.Add(new AwsError(AwsErrorKind.Other, "resolving AMIs", "", failed.Message, 0));
                break;
        }
    }

    private async ValueTask ReservationsAsync(Draft draft, CancellationToken cancel)
    {
        var found = await sources.Reservations.ListAsync(draft.Class, cancel);
        if (!found.IsOk)
        {
            draft.Errors.Add(found.Error);
            return;
        }
        draft.Tell(status =>
            status with
            {
                CapacityReservations = [.. found.Value.Select(sources.Reservations.Resolved)],
            }
        );
        True(draft, AwsConditions.CapacityReservations);
        var next = TimeSpan.FromMinutes(1);
        foreach (var reservation in found.Value)
            if (reservation.EndsAt - time.GetUtcNow() is { } left && left < next && left > TimeSpan.Zero)
                next = left;
        draft.Again(next);
    }

    private async ValueTask PlacementAsync(Draft draft, CancellationToken cancel)
    {
        if (draft.Class.Spec.PlacementGroupSelector is not { } selector)
        {
            True(draft, AwsConditions.PlacementGroup);
            return;
        }
        var answer = await sources.Placements.ResolveAsync(draft.Class, cancel);
        if (answer.Error is { } error)
        {
            False(
                draft,
                AwsConditions.PlacementGroup,
                "PlacementGroupResolutionFailed",
                "Failed to resolve placement group"
            );
            draft.Errors.Add(error);
        }
        else if (answer.Group is null)
            False(
                draft,
                AwsConditions.PlacementGroup,
                "PlacementGroupNotFound",
                $"Placement group \"{(selector.Name is { Length: > 0 } name ? name : selector.Id)}\" not found"
            );
        else
            True(draft, AwsConditions.PlacementGroup);
        draft.Again(TimeSpan.FromMinutes(1));
    }

    private async ValueTask SubnetsAsync(Draft draft, CancellationToken cancel)
    {
        var found = await sources.Subnets.ListAsync(draft.Class, cancel);
        if (!found.IsOk)
        {
            draft.Errors.Add(found.Error);
            return;
        }
        draft.Tell(status =>
            status with
            {
                Subnets =
                [
                    .. found.Value.Select(it => new ResolvedSubnet
                    {
                        Id = it.Id,
                        Zone = it.Zone,
                        ZoneId = it.ZoneId,
                    }),
                ],
            }
        );
        if (found.Value.IsEmpty)
            False(draft, AwsConditions.Subnets, "SubnetsNotFound", "SubnetSelector did not match any Subnets");
        else
            True(draft, AwsConditions.Subnets);
        draft.Again(TimeSpan.FromMinutes(1));
    }

    private async ValueTask SecurityGroupsAsync(Draft draft, CancellationToken cancel)
    {
        var found = await sources.SecurityGroups.ListAsync(draft.Class, cancel);
        if (!found.IsOk)
        {
            draft.Errors.Add(found.Error);
            return;
        }
        draft.Tell(status =>
            status with
            {
                SecurityGroups =
                [
                    .. found.Value.Select(it => new ResolvedSecurityGroup { Id = it.Id, Name = it.Name }),
                ],
            }
        );
        if (found.Value.IsEmpty)
            False(
                draft,
                AwsConditions.SecurityGroups,
                "SecurityGroupsNotFound",
                "SecurityGroupSelector did not match any SecurityGroups"
            );
        else
            True(draft, AwsConditions.SecurityGroups);
        draft.Again(TimeSpan.FromMinutes(found.Value.IsEmpty ? 1 : 5));
    }

    private async ValueTask ProfileAsync(Draft draft, CancellationToken cancel)
    {
        var profile = await sources.Profiles.EnsureAsync(draft.Class, cancel);
        if (!profile.IsOk)
        {
            draft.Errors.Add(profile.Error);
            return;
        }
        draft.Tell(status => status with { InstanceProfile = profile.Value });
        True(draft, AwsConditions.InstanceProfile);
    }

    /// <summary>Waits for the class's machines, then removes what was made for it.</summary>
    private async ValueTask<Requeue> EndAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        if (!nodeClass.Metadata.Finalizers.Contains(AwsAnnotations.Finalizer))
            return Requeue.Never;
        var name = nodeClass.Metadata.Name ?? "";
        var left = claims
            .All.Where(claim =>
                claim.Spec.NodeClassRef.Kind == Ec2NodeClass.Resource.Kind && claim.Spec.NodeClassRef.Name == name
            )
            .Select(claim => claim.Metadata.Name ?? "")
            .ToList();
        if (left.Count > 0)
        {
            var told = string.Join(", ", left.Take(NamesTold));
            if (left.Count > NamesTold)
                told += FormattableString.Invariant($" and {left.Count - NamesTold} other(s)");
            events.Publish(
                new KubeEvent(
                    nodeClass,
                    KubeEvent.Normal,
                    "WaitingOnNodeClaimTermination",
                    $"Waiting on NodeClaim termination for {told}"
                )
                {
                    DedupeValues = [nodeClass.Metadata.Uid ?? ""],
                }
            );
            return Requeue.In(EndingPause);
        }
        if (
            !options.IsolatedVpc
            && nodeClass.Spec.Role is { Length: > 0 }
            && await sources.Profiles.DeleteOfAsync(nodeClass, cancel) is { } profile
        )
            throw new AwsTransportException(profile.ToString());
        if (await sources.Templates.DeleteOfAsync(name, cancel) is { } template)
            throw new AwsTransportException(template.ToString());
        var freed = nodeClass with
        {
            Metadata = nodeClass.Metadata with
            {
                Finalizers = [.. nodeClass.Metadata.Finalizers.Where(it => it != AwsAnnotations.Finalizer)],
            },
        };
        var written = await kube.MergeAsync(nodeClass, freed, ifUnchanged: true, cancel);
        if (!written.IsNotFound)
            written.OrThrow();
        validation.Forget(name);
        return Requeue.Never;
    }

    private void True(Draft draft, string type) => Set(draft, type, ConditionStatus.True, type, "");

    private void False(Draft draft, string type, string reason, string message) =>
        Set(draft, type, ConditionStatus.False, reason, message);

    private void Set(Draft draft, string type, string status, string reason, string message) =>
        draft.Tell(it =>
            it with
            {
                Conditions = _conditions.Set(
                    it.Conditions,
                    draft.Class.Metadata,
                    time.GetUtcNow(),
                    type,
                    status,
                    reason,
                    message
                ),
            }
        );

    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "reading EC2NodeClass {NodeClass}: {Errors}")]
    private static partial void LogUnanswered(ILogger logger, string nodeClass, string errors);
}

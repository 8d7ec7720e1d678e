using Microsoft.Extensions.Logging;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Queue;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Clusters;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Aws.Interruptions;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.Pricing;
using Tenon.Providers.Aws.Reservations;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws;

/// <summary>The provider's own controllers (AWS provider specification §8.6).</summary>
internal sealed partial class AwsControllers(AwsCloud cloud, ILogger log) : ICloudControllers
{
    private const int NodeClassWorkers = 10;
    private static readonly TimeSpan TypesPeriod = TimeSpan.FromHours(12);
    private static readonly TimeSpan SsmPeriod = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan VersionPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ProfilePeriod = TimeSpan.FromMinutes(30);
    private static readonly KeyBackoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));

    public void AddTo(ControllerHost host, Informers informers, IEventRecorder events)
    {
        var classes = informers.Of<Ec2NodeClass>();
        var claims = informers.Of<NodeClaim>();
        var pools = informers.Of<NodePool>();
        var nodes = informers.Of<Node>();
        cloud.Directory.Follow(claims);
        AddNodeClass(host, classes, claims, pools, events);
        host.Add(
            Named("nodeclaim.tagging", 1),
            new ClaimTagging(cloud.Kube, claims, cloud.Ec2, cloud.Instances, cloud.Options, cloud.Time),
            Source.Of(claims)
        );
        host.Add(
            Named("providers.instancetype.capacity", 1),
            new MemoryDiscovery(nodes, claims, classes, cloud.Types),
            Source.Of(nodes)
        );
        host.AddSingleton(Named("providers.launchtemplate", 1), SweepTemplatesAsync);
        host.AddSingleton(Named("providers.pricing", 1), RefreshPricesAsync);
        host.AddSingleton(Named("providers.instancetype", 1), RefreshTypesAsync);
        host.AddSingleton(Named("providers.ssm.invalidation", 1), ForgetImagesAsync);
        host.AddSingleton(Named("providers.version", 1), ReadVersionAsync);
        var status = new InstanceStatusWatch(cloud.Kube, claims, cloud.Ec2, cloud.Metrics, events, cloud.Time, log);
        host.AddSingleton(Named("interruption.instancestatus", 1), status.ReconcileAsync);
        if (cloud.Options.ReservedCapacity)
        {
            var watch = new ReservationWatch(cloud.Kube, claims, nodes, classes, cloud.Instances);
            host.AddSingleton(Named("capacityreservation.capacitytype", 1), watch.DemoteAsync);
            host.AddSingleton(Named("capacityreservation.expiration", 1), watch.ExpireAsync);
        }
        if (!cloud.Options.IsolatedVpc)
            host.AddSingleton(
                Named("instanceprofile.garbagecollection", 1),
                cancel => CollectProfilesAsync(classes, claims, cancel)
            );
    }

    private void AddNodeClass(
        ControllerHost host,
        Informer<Ec2NodeClass> classes,
        Informer<NodeClaim> claims,
        Informer<NodePool> pools,
        IEventRecorder events
    )
    {
        var validation = new NodeClassValidation(
            cloud.Ec2,
            cloud.Eks,
            cloud.Cluster,
            cloud.Templates,
            cloud.Types,
            pools,
            cloud.Options,
            cloud.Time
        );
        host.Add(
            Named("nodeclass", NodeClassWorkers),
            new NodeClassController(
                cloud.Kube,
                classes,
                claims,
                cloud.Sources,
                validation,
                cloud.Options,
                events,
                cloud.Time,
                log
            ),
            // Its own status writes are no news.
            Source.Of<Ec2NodeClass, ObjectKey>(classes, change => IsNews(change) ? [change.Key] : []),
            Source.Of<NodeClaim, ObjectKey>(
                claims,
                change =>
                    change.New is null && change.Old?.Spec.NodeClassRef.Kind == Ec2NodeClass.Resource.Kind
                        ? [new ObjectKey(null, change.Old.Spec.NodeClassRef.Name)]
                        : []
            )
        );
        host.Add(
            Named("nodeclass.hash", 1),
            new NodeClassHashing(cloud.Kube, classes, claims, cloud.Cluster.CaBundle),
            Source.Of(classes)
        );
    }

    private static bool IsNews(StoreChange<Ec2NodeClass> change) =>
        change is not { Old: { } old, New: { } now }
        || old.Metadata.Generation != now.Metadata.Generation
        || old.Metadata.IsDeleting != now.Metadata.IsDeleting
        || !old
            .Metadata.Annotations.OrderBy(it => it.Key, StringComparer.Ordinal)
            .SequenceEqual(now.Metadata.Annotations.OrderBy(it => it.Key, StringComparer.Ordinal));

    private bool _hasAdopted;

    private async ValueTask<Requeue> SweepTemplatesAsync(CancellationToken cancel)
    {
        if (!_hasAdopted)
        {
            Check(await cloud.Templates.AdoptAsync(cancel));
            _hasAdopted = true;
        }
        Check(await cloud.Templates.SweepAsync(cancel));
        return Requeue.In(Templates.TemplateBook.Lifetime);
    }

    private async ValueTask<Requeue> RefreshPricesAsync(CancellationToken cancel)
    {
        var errors = await cloud.PriceRefresh.RefreshAsync(cancel);
        foreach (var error in errors)
            LogPrices(log, error.ToString());
        return Requeue.In(PriceRefresh.Interval);
    }

    private async ValueTask<Requeue> RefreshTypesAsync(CancellationToken cancel)
    {
        // The start has read them already.
        if (_typesAreFresh)
            Check(await cloud.Types.RefreshAsync(cloud.Ec2, cancel));
        _typesAreFresh = true;
        return Requeue.In(TypesPeriod);
    }

    private bool _typesAreFresh;

    private async ValueTask<Requeue> ForgetImagesAsync(CancellationToken cancel)
    {
        var dropped = await cloud.Sources.Images.ForgetDeprecatedAsync(cancel);
        Check(dropped.Error);
        return Requeue.In(SsmPeriod);
    }

    /// <summary>A version nobody tells keeps the one that is known.</summary>
    private async ValueTask<Requeue> ReadVersionAsync(CancellationToken cancel)
    {
        var (version, fault) = await cloud.Discovery.VersionAsync(cancel);
        if (version is null)
            throw new AwsTransportException(fault);
        var changed = version != cloud.Cluster.Version;
        cloud.Cluster.Version = version;
        if (changed && !ClusterDiscovery.IsCompatible(version))
            LogVersion(log, version);
        return Requeue.In(VersionPeriod);
    }

    private async ValueTask<Requeue> CollectProfilesAsync(
        Informer<Ec2NodeClass> classes,
        Informer<NodeClaim> claims,
        CancellationToken cancel
    )
    {
        var needed = classes
            .All.Select(it => it.Status?.InstanceProfile)
            .Concat(claims.All.Select(it => it.Metadata.Annotations.GetValueOrDefault(AwsAnnotations.InstanceProfile)))
            .OfType<string>()
            .ToImmutableHashSet(StringComparer.Ordinal);
        Check(await cloud.Sources.Profiles.CollectAsync(needed, cancel));
        return Requeue.In(ProfilePeriod);
    }

    private static void Check(AwsError? error)
    {
        if (error is not null)
            throw new AwsTransportException(error.ToString());
    }

    private static ControllerOptions Named(string name, int workers) =>
        new()
        {
            Name = name,
            Workers = workers,
            Backoff = Backoff,
        };

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "prices stay as they are: {Why}")]
    private static partial void LogPrices(ILogger logger, string why);

    [LoggerMessage(
        EventId = 5002,
        Level = LogLevel.Error,
        Message = "karpenter is not compatible with kubernetes version {Version}"
    )]
    private static partial void LogVersion(ILogger logger, string version);
}

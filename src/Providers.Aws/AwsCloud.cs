using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tenon.Kube.Client;
using Tenon.Providers.Aws.Clusters;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Aws.Interruptions;
using Tenon.Providers.Aws.Launch;
using Tenon.Providers.Aws.Networks;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.Placement;
using Tenon.Providers.Aws.Pricing;
using Tenon.Providers.Aws.Profiles;
using Tenon.Providers.Aws.Reservations;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Providers.Aws;

/// <summary>What the composition root gives to the AWS provider.</summary>
public sealed record AwsPlace
{
    public required AwsOptions Options { get; init; }
    public required IAwsTransport Transport { get; init; }
    public required KubeClient Kube { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Log { get; init; }
    public AwsRetryOptions Retries { get; init; } = AwsRetryOptions.Default;
    public Meter Meter { get; init; } = new("Tenon");

    /// <summary>
    /// Base64 of the authority that the controller's own connection trusts; empty when there is none.
    /// </summary>
    public string CaBundle { get; init; } = "";
}

/// <summary>
/// The AWS provider, put together. Expected flow: <see cref="StartAsync"/> reads what cannot be done without (region,
/// EC2, cluster, instance types), in upstream's order; then the parts are given to the operator.
/// </summary>
public sealed class AwsCloud : IDisposable
{
    private readonly FleetBuyer _fleets;

    private AwsCloud(
        AwsPlace place,
        AwsSession session,
        Ec2Client ec2,
        EksClient eks,
        ClusterDiscovery discovery,
        ClusterFacts cluster
    )
    {
        (Kube, Time, Options, Ec2, Eks, Discovery, Cluster) = (
            place.Kube,
            place.Time,
            place.Options,
            ec2,
            eks,
            discovery,
            cluster
        );
        Session = session;
        var options = place.Options;
        var prices = new PriceBook(options.Region);
        var placements = new PlacementBook(ec2, place.Time);
        var reservations = new ReservationBook(ec2, place.Time);
        var subnets = new SubnetBook(ec2, options, place.Time);
        Stock = new StockMemory(place.Time);
        Metrics = new AwsMetrics(place.Meter);
        Templates = new TemplateBook(ec2, options, place.Time);
        Instances = new InstanceBook(ec2, options.ClusterName, place.Time);
        Types = new TypeBook(prices, Stock, reservations, placements, options, place.Time);
        PriceRefresh = new PriceRefresh(prices, new PricingClient(session), ec2, options.IsolatedVpc, place.Time);
        Sources = new NodeClassSources(
            new ImageBook(ec2, new SsmClient(session), () => cluster.Version, options, place.Time),
            subnets,
            new SecurityGroupBook(ec2, place.Time),
            reservations,
            placements,
            new ProfileBook(new IamClient(session), options, place.Time),
            Templates
        );
        _fleets = new FleetBuyer(ec2, place.Time);
        Provider = new AwsCloudProvider(
            place.Kube,
            Types,
            Instances,
            new Launcher(
                _fleets,
                Templates,
                subnets,
                Stock,
                reservations,
                placements,
                cluster,
                options,
                Metrics,
                place.Time
            ),
            placements,
            reservations,
            Metrics,
            options,
            cluster.CaBundle
        );
        Controllers = new AwsControllers(this, place.Log);
        RegistrationHooks = [new PartitionHook(place.Kube, Instances)];
        if (options.InterruptionQueue.Length > 0)
            Interruptions = new SqsInterruptions(
                new SqsQueue(session, options.InterruptionQueue),
                Directory,
                offering => Stock.General.Add(offering, "SpotInterruption"),
                reservations.Exhausted
            );
    }

    public AwsCloudProvider Provider { get; }
    public ICloudControllers Controllers { get; }
    public ImmutableArray<IRegistrationHook> RegistrationHooks { get; }

    /// <summary>Null when no queue is named.</summary>
    public IInterruptionSource? Interruptions { get; }

    /// <summary>What EC2 lately refused.</summary>
    public StockMemory Stock { get; }

    public ClusterFacts Cluster { get; }

    internal AwsSession Session { get; }
    internal KubeClient Kube { get; }
    internal TimeProvider Time { get; }
    internal AwsOptions Options { get; }
    internal Ec2Client Ec2 { get; }
    internal EksClient Eks { get; }
    internal ClusterDiscovery Discovery { get; }
    internal TypeBook Types { get; }
    internal InstanceBook Instances { get; }
    internal TemplateBook Templates { get; }
    internal PriceRefresh PriceRefresh { get; }
    internal NodeClassSources Sources { get; }
    internal AwsMetrics Metrics { get; }
    internal InstanceDirectory Directory { get; } = new();

    /// <summary>Reads what nothing can be done without.</summary>
    /// <exception cref="ClusterUnknownException">Something of it is missing; the message says what and the remedy.
    /// </exception>
    public static async ValueTask<AwsCloud> StartAsync(AwsPlace place, CancellationToken cancel)
    {
        if (place.Options.Region.Length == 0)
            throw new ClusterUnknownException("the region is not known: set AWS_REGION");
        var session = new AwsSession(place.Transport, place.Retries, place.Time);
        var ec2 = new Ec2Client(session);
        if (await ec2.ReachAsync(cancel) is { } unreachable)
            throw new ClusterUnknownException(
                $"EC2 does not answer as it should: {unreachable}; check credentials, network and ec2:DescribeInstanceTypes"
            );
        var eks = new EksClient(session);
        var discovery = new ClusterDiscovery(place.Kube, eks, place.Options);
        var cluster = await discovery.ReadAsync(place.CaBundle, cancel);
        var cloud = new AwsCloud(place, session, ec2, eks, discovery, cluster);
        if (await cloud.Types.RefreshAsync(ec2, cancel) is { } untold)
        {
            cloud.Dispose();
            throw new ClusterUnknownException($"instance types are not known: {untold}");
        }
        return cloud;
    }

    public void Dispose()
    {
        _fleets.Dispose();
        Instances.Dispose();
    }
}

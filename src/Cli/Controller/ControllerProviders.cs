using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tenon.Cli.CommandLine;
using Tenon.Kube.Client;
using Tenon.Providers.Aws;
using Tenon.Providers.Aws.Clusters;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Kwok;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Cli.Controller;

/// <summary>A cloud and what comes with it.</summary>
sealed record ControllerCloud(ICloudProvider Provider) : IDisposable
{
    public ICloudControllers? Controllers { get; init; }
    public ImmutableArray<IRegistrationHook> Hooks { get; init; } = [];
    public IInterruptionSource? Interruptions { get; init; }

    /// <summary>What has to be closed with it.</summary>
    public ImmutableArray<IDisposable> Owned { get; init; } = [];

    public void Dispose()
    {
        foreach (var owned in Owned)
            owned.Dispose();
    }
}

/// <summary>The clouds by the name that <c>--provider</c> gives them.</summary>
static class ControllerProviders
{
    /// <param name="caBundle">Base64 of the authority that the connection trusts; empty when it is the
    /// system's.</param>
    /// <exception cref="UserFault">There is no such provider, or what it needs cannot be read.</exception>
    public static async ValueTask<ControllerCloud> CreateAsync(
        ControllerFlags flags,
        KubeClient kube,
        string caBundle,
        Meter meter,
        ILogger log,
        TimeProvider time,
        CancellationToken cancel
    ) =>
        flags.Provider switch
        {
            ControllerFlags.Kwok => new ControllerCloud(
                new KwokProvider(Shared.Open(flags.Catalogue), kube, new NodeObjectMarket(kube, time), time)
            ),
            ControllerFlags.Aws => await AwsAsync(flags, kube, caBundle, meter, log, time, cancel),
            _ => throw new UserFault(
                $"--provider: there is no provider '{flags.Provider}'; there are: {ControllerFlags.Aws}, {ControllerFlags.Kwok}",
                ExitCode.Usage
            ),
        };

    static async ValueTask<ControllerCloud> AwsAsync(
        ControllerFlags flags,
        KubeClient kube,
        string caBundle,
        Meter meter,
        ILogger log,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var (options, faults) = AwsOptions.Read(flags.Cloud, Environment.GetEnvironmentVariable);
        if (!faults.IsEmpty)
            throw new UserFault(string.Join("; ", faults), ExitCode.Usage);
        var transport = new HttpAwsTransport(
            AwsEndpoints.From(options.Region, Environment.GetEnvironmentVariable),
            new SdkCredentials(),
            time
        );
        try
        {
            var cloud = await AwsCloud.StartAsync(
                new AwsPlace
                {
                    Options = options with { ReservedCapacity = flags.Operator.Gates.ReservedCapacity },
                    Transport = transport,
                    Kube = kube,
                    Time = time,
                    Log = log,
                    Meter = meter,
                    CaBundle = caBundle,
                },
                cancel
            );
            return new ControllerCloud(cloud.Provider)
            {
                Controllers = cloud.Controllers,
                Hooks = cloud.RegistrationHooks,
                Interruptions = cloud.Interruptions,
                Owned = [cloud, transport],
            };
        }
        catch (ClusterUnknownException unknown)
        {
            transport.Dispose();
            throw new UserFault(unknown.Message);
        }
    }
}

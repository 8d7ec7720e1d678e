using Tenon.Cli.CommandLine;
using Tenon.Kube.Client;
using Tenon.Providers.Kwok;
using Tenon.Providers.Port;

namespace Tenon.Cli.Controller;

/// <summary>The clouds by the name that <c>--provider</c> gives them.</summary>
static class ControllerProviders
{
    /// <exception cref="UserFault">There is no such provider, or what it needs cannot be read.</exception>
    public static ICloudProvider Create(ControllerFlags flags, KubeClient kube, TimeProvider time) =>
        flags.Provider switch
        {
            ControllerFlags.Kwok => new KwokProvider(
                Shared.Open(flags.Catalogue),
                kube,
                new NodeObjectMarket(kube, time),
                time
            ),
            _ => throw new UserFault(
                $"--provider: there is no provider '{flags.Provider}'; there is: {ControllerFlags.Kwok}",
                ExitCode.Usage
            ),
        };
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Api.Karpenter;
using Tenon.Domain.Catalog;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Provisioning;

/// <summary>Asks the provider what each pool may buy.</summary>
internal sealed partial class InstanceTypeBook(ICloudProvider cloud, ILogger<InstanceTypeBook> log)
{
    /// <summary>By pool name; a pool whose types are not known now is left out, and said so.</summary>
    public async ValueTask<ImmutableSortedDictionary<string, ImmutableArray<InstanceType>>> OfAsync(
        IEnumerable<NodePool> pools,
        CancellationToken cancel
    )
    {
        var types = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<InstanceType>>(
            StringComparer.Ordinal
        );
        foreach (var pool in pools)
        {
            var name = pool.Metadata.Name ?? "";
            switch (await cloud.InstanceTypesAsync(pool, cancel))
            {
                case InstanceTypesOutcome.Known { Types.IsEmpty: false } known:
                    types[name] = known.Types;
                    break;
                case InstanceTypesOutcome.Known:
                    LogNone(log, name);
                    break;
                case InstanceTypesOutcome.AwaitingEvaluation:
                    LogAwaiting(log, name);
                    break;
                case InstanceTypesOutcome.NodeClassNotReady notReady:
                    LogUnresolved(log, name, notReady.Error);
                    break;
                case InstanceTypesOutcome.Failed failed:
                    LogUnresolved(log, name, failed.Message);
                    break;
            }
        }
        return types.ToImmutable();
    }

    [LoggerMessage(
        EventId = 2201,
        Level = LogLevel.Information,
        Message = "skipping, no resolved instance types found for nodepool {NodePool}"
    )]
    private static partial void LogNone(ILogger logger, string nodePool);

    [LoggerMessage(
        EventId = 2202,
        Level = LogLevel.Debug,
        Message = "skipping, awaiting nodeoverlay evaluation of nodepool {NodePool}"
    )]
    private static partial void LogAwaiting(ILogger logger, string nodePool);

    [LoggerMessage(
        EventId = 2203,
        Level = LogLevel.Error,
        Message = "skipping, unable to resolve instance types of nodepool {NodePool}: {Why}"
    )]
    private static partial void LogUnresolved(ILogger logger, string nodePool, string why);
}

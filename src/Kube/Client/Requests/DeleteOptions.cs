using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Kube.Client.Requests;

/// <summary>How to delete. Everything unset follows the kind's default.</summary>
public sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Delete only this incarnation: another uid under the same name is a conflict.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only this version: anything newer is a conflict.</summary>
    public string? ResourceVersion { get; init; }

    internal Api.Core.DeleteOptions ToWire() =>
        new()
        {
            ApiVersion = "v1",
            Kind = nameof(DeleteOptions),
            GracePeriodSeconds = GracePeriodSeconds,
            PropagationPolicy = PropagationPolicy,
            Preconditions =
                Uid is null && ResourceVersion is null
                    ? null
                    : new Preconditions { Uid = Uid, ResourceVersion = ResourceVersion },
        };

    internal ReadOnlyMemory<byte> ToBody() => ApiJson.Write(ToWire());
}

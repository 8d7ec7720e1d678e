using Tenon.Api.Aws;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.Placement;

/// <param name="Group">Null when none is selected or none was found.</param>
/// <param name="Error">The question failed; the group is the one last known.</param>
public sealed record PlacementAnswer(Ec2PlacementGroup? Group, AwsError? Error = null);

/// <summary>
/// The placement group a class selects (AWS provider specification §3.4). It is not written to the status; it is asked
/// for at most once a minute and believed for a day when EC2 does not answer.
/// </summary>
public sealed class PlacementBook(Ec2Client ec2, TimeProvider time)
{
    private const int Selected = 10_000;

    private readonly ExpiringCache<string, bool> _fresh = new(TimeSpan.FromMinutes(1), Selected, time);
    private readonly ExpiringCache<string, Ec2PlacementGroup> _known = new(TimeSpan.FromDays(1), Selected, time);

    public async ValueTask<PlacementAnswer> ResolveAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        if (nodeClass.Spec.PlacementGroupSelector is not { } selector)
            return new PlacementAnswer(null);
        var key = selector.Id is { Length: > 0 } id ? $"id/{id}" : $"name/{selector.Name}";
        if (_fresh.TryGet(key, out _))
            return new PlacementAnswer(Known(key));
        var answer = await ec2.DescribePlacementGroupsAsync(
            selector.Id is { Length: > 0 } ? selector.Id : null,
            selector.Id is { Length: > 0 } ? null : selector.Name,
            cancel
        );
        if (!answer.IsOk && !answer.Error.Code.StartsWith("InvalidPlacementGroup", StringComparison.Ordinal))
            return new PlacementAnswer(Known(key), answer.Error);
        _fresh.Put(key, true);
        if (answer.IsOk && answer.Value is [var group, ..])
            _known.Put(key, group);
        else
            _known.Remove(key);
        return new PlacementAnswer(Known(key));
    }

    private Ec2PlacementGroup? Known(string key) => _known.TryGet(key, out var group) ? group : null;
}

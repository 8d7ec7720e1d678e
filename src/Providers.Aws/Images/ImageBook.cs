using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Domain.Requirements;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Networks;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.Images;

/// <summary>What became of the search for images.</summary>
public abstract record ImagesOutcome
{
    private ImagesOutcome() { }

    /// <summary>In the order of the status; may be empty.</summary>
    public sealed record Found(ImmutableArray<ResolvedAmi> Images) : ImagesOutcome;

    /// <summary>The alias does not go with the cluster's version. Asking again does not help.</summary>
    public sealed record UnsupportedAlias(string Message) : ImagesOutcome;

    /// <summary>Asked again later; what was known stays.</summary>
    public sealed record Failed(string Message) : ImagesOutcome;
}

/// <summary>
/// The images a class selects (AWS provider specification §2.1 to §2.3): by alias through the parameter store, or by
/// terms. Safe for concurrent use.
/// </summary>
public sealed class ImageBook(
    Ec2Client ec2,
    SsmClient ssm,
    Func<string> clusterVersion,
    AwsOptions options,
    TimeProvider time
)
{
    private const int Most = 10_000;
    private static readonly string[] DefaultOwners = ["self", "amazon"];

    private readonly ExpiringCache<string, ImmutableArray<Ec2Image>> _queries = new(
        options.AmiRefreshInterval,
        Most,
        time
    );
    private readonly ExpiringCache<string, string> _familyParameters = new(TimeSpan.FromHours(24), Most, time);
    private readonly ExpiringCache<string, string> _ownParameters = new(TimeSpan.FromMinutes(5), Most, time);
    private readonly Lock _lock = new();
    private readonly SortedSet<string> _mutable = new(StringComparer.Ordinal);

    public async ValueTask<ImagesOutcome> ResolveAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        var alias = nodeClass.Spec.AmiSelectorTerms.Select(term => term.Alias).FirstOrDefault(it => it is not null);
        if (alias is not null)
            return await ByAliasAsync(nodeClass, alias, cancel);
        return await ByTermsAsync(nodeClass, cancel);
    }

    private async ValueTask<ImagesOutcome> ByAliasAsync(Ec2NodeClass nodeClass, string alias, CancellationToken cancel)
    {
        var version = clusterVersion();
        if (AmiAlias.Unsupported(alias, version) is { } why)
            return new ImagesOutcome.UnsupportedAlias(why);
        var found = new List<(string Id, ImmutableArray<RequirementSet> Variants)>();
        foreach (var path in AmiAlias.Paths(alias, version))
        {
            var value = await ParameterAsync(_familyParameters, path.Name, path.IsMutable, cancel);
            // A variant that is not published for this version is no fault: the others do.
            if (value.IsOk)
                found.Add((value.Value, path.Variants));
        }
        if (found.Count == 0)
            return new ImagesOutcome.Failed($"failed to discover any AMIs for alias \"{alias}\"");
        var images = await DescribeAsync(
            Selectors.KeyOf(nodeClass) + "/alias",
            [new Ec2Filter("image-id", [.. found.Select(it => it.Id).Distinct(StringComparer.Ordinal)])],
            [],
            cancel
        );
        if (!images.IsOk)
            return new ImagesOutcome.Failed(images.Error.ToString());
        var candidates =
            from image in images.Value
            from entry in found
            where entry.Id == image.Id
            from variant in entry.Variants
            select (image, variant);
        return new ImagesOutcome.Found(ImageChoice.Resolve(candidates, time.GetUtcNow()));
    }

    private async ValueTask<ImagesOutcome> ByTermsAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var term in nodeClass.Spec.AmiSelectorTerms)
        {
            if (term.Id is { Length: > 0 } id)
                ids.Add(id);
            if (term.SsmParameter is not { Length: > 0 } parameter)
                continue;
            var value = await ParameterAsync(_ownParameters, parameter, isMutable: true, cancel);
            if (value.IsOk && value.Value.StartsWith("ami-", StringComparison.Ordinal))
                ids.Add(value.Value);
            else if (!value.IsOk && !value.Is(AwsErrorKind.NotFound))
                return new ImagesOutcome.Failed(value.Error.ToString());
        }
        var images = new List<Ec2Image>();
        var queries =
            ids.Count == 0
                ? []
                : new[]
                {
                    (
                        Filters: (ImmutableArray<Ec2Filter>)[new("image-id", [.. ids])],
                        Owners: (ImmutableArray<string>)[]
                    ),
                };
        foreach (var (filters, owners) in queries.Concat(Queries(nodeClass.Spec.AmiSelectorTerms)))
        {
            var key =
                $"{Selectors.KeyOf(nodeClass)}/{string.Join(',', owners)}/{string.Join(';', filters.Select(it => it.Name + "=" + string.Join(',', it.Values)))}";
            var answer = await DescribeAsync(key, filters, owners, cancel);
            if (!answer.IsOk)
                return new ImagesOutcome.Failed(answer.Error.ToString());
            images.AddRange(answer.Value);
        }
        return new ImagesOutcome.Found(
            ImageChoice.Resolve(images.Select(image => (image, RequirementSet.Empty)), time.GetUtcNow())
        );
    }

    internal static IEnumerable<(ImmutableArray<Ec2Filter> Filters, ImmutableArray<string> Owners)> Queries(
        IReadOnlyList<AmiSelectorTerm> terms
    )
    {
        foreach (var term in terms)
        {
            if (term.Id is { Length: > 0 } || term.SsmParameter is { Length: > 0 })
                continue;
            var filters = ImmutableArray.CreateBuilder<Ec2Filter>();
            if (term.Name is { Length: > 0 } name)
                filters.Add(new Ec2Filter("name", name));
            if (term.Tags is { Count: > 0 } tags)
                filters.AddRange(Selectors.OfTags(tags));
            ImmutableArray<string> owners =
                term.Owner is { Length: > 0 } owner ? [owner]
                : term.Name is { Length: > 0 } ? [.. DefaultOwners]
                : [];
            if (filters.Count > 0 || !owners.IsEmpty)
                yield return (filters.ToImmutable(), owners);
        }
    }

    private async ValueTask<AwsResult<ImmutableArray<Ec2Image>>> DescribeAsync(
        string key,
        ImmutableArray<Ec2Filter> filters,
        ImmutableArray<string> owners,
        CancellationToken cancel
    )
    {
        if (_queries.TryGet(key, out var known))
            return known;
        var answer = await ec2.DescribeImagesAsync(filters, owners, cancel);
        if (answer.IsOk)
            _queries.Put(key, answer.Value);
        return answer;
    }

    private async ValueTask<AwsResult<string>> ParameterAsync(
        ExpiringCache<string, string> cache,
        string name,
        bool isMutable,
        CancellationToken cancel
    )
    {
        if (cache.TryGet(name, out var known))
            return known;
        var answer = await ssm.GetParameterAsync(name, cancel);
        if (!answer.IsOk)
            return answer;
        cache.Put(name, answer.Value);
        if (isMutable)
            lock (_lock)
                _mutable.Add(name);
        return answer;
    }

    /// <summary>
    /// Forgets parameters whose image was withdrawn, so that a bad <c>latest</c> does not stay for a day. Returns their
    /// names.
    /// </summary>
    public async ValueTask<AwsResult<ImmutableArray<string>>> ForgetDeprecatedAsync(CancellationToken cancel)
    {
        string[] names;
        lock (_lock)
            names = [.. _mutable];
        var dropped = ImmutableArray.CreateBuilder<string>();
        foreach (var name in names)
        {
            if (!_familyParameters.TryGet(name, out var image) && !_ownParameters.TryGet(name, out image))
                continue;
            var described = await ec2.DescribeImagesAsync([new Ec2Filter("image-id", image)], [], cancel);
            if (!described.IsOk)
                return described.Error;
            if (!described.Value.Any(it => it.IsDeprecated(time.GetUtcNow())))
                continue;
            _familyParameters.Remove(name);
            _ownParameters.Remove(name);
            dropped.Add(name);
        }
        return dropped.ToImmutable();
    }
}

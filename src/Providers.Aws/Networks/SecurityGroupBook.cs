using Tenon.Api.Aws;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.Networks;

/// <summary>The security groups a class selects (AWS provider specification §3.2), kept for a minute.</summary>
public sealed class SecurityGroupBook(Ec2Client ec2, TimeProvider time)
{
    private const int Classes = 10_000;

    private readonly ExpiringCache<string, ImmutableArray<Ec2SecurityGroup>> _known = new(
        TimeSpan.FromMinutes(1),
        Classes,
        time
    );

    /// <summary>Sorted by id.</summary>
    public async ValueTask<AwsResult<ImmutableArray<Ec2SecurityGroup>>> ListAsync(
        Ec2NodeClass nodeClass,
        CancellationToken cancel
    )
    {
        var key = Selectors.KeyOf(nodeClass);
        if (_known.TryGet(key, out var known))
            return known;
        var found = new SortedDictionary<string, Ec2SecurityGroup>(StringComparer.Ordinal);
        foreach (var query in Queries(nodeClass.Spec.SecurityGroupSelectorTerms))
        {
            var answer = await ec2.DescribeSecurityGroupsAsync(query, cancel);
            if (!answer.IsOk)
                return answer.Error;
            foreach (var group in answer.Value)
                found[group.Id] = group;
        }
        ImmutableArray<Ec2SecurityGroup> all = [.. found.Values];
        _known.Put(key, all);
        return all;
    }

    internal static IEnumerable<ImmutableArray<Ec2Filter>> Queries(IReadOnlyList<SecurityGroupSelectorTerm> terms)
    {
        var ids = terms.Where(term => term.Id is { Length: > 0 }).Select(term => term.Id!).ToImmutableArray();
        if (!ids.IsEmpty)
            yield return [new Ec2Filter("group-id", ids)];
        var names = terms
            .Where(term => string.IsNullOrEmpty(term.Id) && term.Name is { Length: > 0 })
            .Select(term => term.Name!)
            .ToImmutableArray();
        if (!names.IsEmpty)
            yield return [new Ec2Filter("group-name", names)];
        foreach (var term in terms)
            if (string.IsNullOrEmpty(term.Id) && string.IsNullOrEmpty(term.Name) && term.Tags is { Count: > 0 } tags)
                yield return Selectors.OfTags(tags);
    }
}

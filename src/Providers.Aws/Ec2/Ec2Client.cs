using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>
/// The EC2 operations Tenon uses, typed, each with the parameters and response fields of AWS provider specification
/// §9.2 and nothing else. Lists follow their pages to the end.
/// </summary>
public sealed partial class Ec2Client(AwsSession session)
{
    internal const string Version = "2016-11-15";
    private const string Service = "ec2";

    /// <summary>Pages of one list; a service that never ends its list is a fault, not patience.</summary>
    private const int MostPages = 1_000;

    private static QueryForm Form(string action) => new(action, Version);

    /// <summary>Reads page after page; <paramref name="form"/> makes a fresh request for each.</summary>
    private async ValueTask<AwsResult<ImmutableArray<T>>> PagesAsync<T>(
        Func<QueryForm> form,
        string list,
        Func<AwsXml, T> read,
        CancellationToken cancel
    )
    {
        var items = ImmutableArray.CreateBuilder<T>();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var request = form().Add("NextToken", next);
            var answer = await session.QueryAsync(
                Service,
                request,
                xml => (Items: xml.Items(list).Select(read).ToImmutableArray(), Next: xml.Text("nextToken")),
                cancel
            );
            if (!answer.IsOk)
                return answer.Error;
            items.AddRange(answer.Value.Items);
            next = answer.Value.Next;
            if (next is null)
                return items.ToImmutable();
        }
        return new AwsError(
            AwsErrorKind.Unreadable,
            form().Fields[0].Value,
            "",
            $"the list has not ended after {MostPages} pages",
            200
        );
    }

    private static void WriteFilter(QueryForm form, Ec2Filter filter) =>
        form.Add("Name", filter.Name).AddList("Value", filter.Values);

    private static void WriteTags(QueryForm form, Ec2TagSpecification specification) =>
        form.Add("ResourceType", specification.ResourceType)
            .AddEach("Tag", specification.Tags, (below, tag) => below.Add("Key", tag.Key).Add("Value", tag.Value));
}

/// <summary>A condition on what is described; any of the values satisfies it.</summary>
public sealed record Ec2Filter(string Name, params ImmutableArray<string> Values);

/// <summary>Tags for one kind of resource that a call creates, in ordinal order of their keys.</summary>
public sealed record Ec2TagSpecification(string ResourceType, ImmutableSortedDictionary<string, string> Tags);

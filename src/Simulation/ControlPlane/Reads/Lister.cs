using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Reads;

/// <summary>
/// Lists. A page after the first is cut from the state at the first page's revision, rebuilt from history, so that a
/// paged list is one consistent snapshot; when history has moved past it, the caller is told to start again (410).
/// </summary>
internal sealed class Lister(ServerState state)
{
    public ListPage List(ApiKind kind, Selection selection, Query query)
    {
        var limit =
            long.TryParse(query["limit"], CultureInfo.InvariantCulture, out var asked) && asked > 0
                ? asked
                : long.MaxValue;
        if (query["continue"] is { Length: > 0 } token)
        {
            if (query["resourceVersion"] is { Length: > 0 } and not "0")
                throw ApiError.BadRequest("specifying resource version is not allowed when using continue");
            return Continue(kind, selection, limit, token);
        }
        var revision = RevisionOf(query);
        if (query["resourceVersionMatch"] is not "Exact")
            return Cut(kind.Store.Current.After(Start(selection)), selection, limit, state.Clock.Last);
        var past =
            kind.Store.At(revision, Start(selection))
            ?? throw ApiError.Expired($"The resourceVersion for the provided list is too old.");
        return Cut(past, selection, limit, revision);
    }

    /// <summary>The revision asked for, checked against the present; 0 when none was.</summary>
    public long RevisionOf(Query query)
    {
        var text = query["resourceVersion"] ?? "";
        var match = query["resourceVersionMatch"] ?? "";
        if (match is not ("" or "Exact" or "NotOlderThan"))
            throw Bad(FieldFault.NotSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]));
        if (match.Length > 0 && text.Length == 0 && !query.IsTrue("watch"))
            throw Bad(
                FieldFault.Forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden unless resourceVersion is provided"
                )
            );
        if (text.Length == 0)
            return 0;
        if (!long.TryParse(text, CultureInfo.InvariantCulture, out var revision) || revision < 0)
            throw Bad(
                FieldFault.Invalid("resourceVersion", text, $"strconv.ParseUint: parsing \"{text}\": invalid syntax")
            );
        if (match == "Exact" && revision == 0)
            throw Bad(
                FieldFault.Forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""
                )
            );
        return revision <= state.Clock.Last ? revision : throw ApiError.TooLargeRevision(revision, state.Clock.Last);
    }

    private static ApiError Bad(FieldFault fault) => ApiError.Invalid("meta.k8s.io", "ListOptions", "", [fault]);

    private static ListPage Continue(ApiKind kind, Selection selection, long limit, string token)
    {
        var (revision, ns, name) = Decode(token);
        var rest =
            kind.Store.At(revision, (ns, name))
            ?? throw ApiError.Expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
                    + "the continue parameter."
            );
        return Cut(rest, selection, limit, revision);
    }

    private static (string, string)? Start(Selection selection) => selection.Namespace is { } ns ? (ns, "") : null;

    private static ListPage Cut(IEnumerable<StoredObject> items, Selection selection, long limit, long revision)
    {
        var page = new List<StoredObject>();
        long remaining = 0;
        StoredObject? last = null;
        foreach (var item in items)
        {
            if (selection.Namespace is { } ns && item.Namespace != ns)
                break;
            if (!selection.Matches(item))
                continue;
            if (page.Count < limit)
                page.Add(last = item);
            else
            {
                remaining++;
                // With a selector the count is not given, so one item more than the page is all there is to know.
                if (!selection.IsPlain)
                    break;
            }
        }
        return remaining == 0
            ? new ListPage(page, revision, null, null)
            : new ListPage(page, revision, Encode(revision, last!), selection.IsPlain ? remaining : null);
    }

    private static string Encode(long revision, StoredObject last) =>
        Base64Url.EncodeToString(
            JsonBytes.Of(
                new JsonObject
                {
                    ["v"] = "meta.k8s.io/v1",
                    ["rv"] = revision,
                    ["start"] = $"{last.Namespace}/{last.Name}",
                }
            )
        );

    private static (long Revision, string Namespace, string Name) Decode(string token)
    {
        try
        {
            var decoded = JsonBytes.ParseObject(Base64Url.DecodeFromChars(token), out _);
            if (Meta.Number(decoded, "rv") is { } revision && Meta.Text(decoded, "start") is { Length: > 0 } start)
            {
                var cut = start.IndexOf('/');
                return (revision, start[..cut], start[(cut + 1)..]);
            }
        }
        catch (FormatException)
        {
            // Not ours: refused below like any other bad token.
        }
        throw ApiError.BadRequest("continue key is not valid: illegal base64 data");
    }
}

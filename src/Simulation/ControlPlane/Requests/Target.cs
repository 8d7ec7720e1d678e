namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>
/// What a path names. Resource paths are <c>/api/v1/…</c> and <c>/apis/GROUP/VERSION/…</c> with an optional
/// <c>namespaces/NS/</c>, a plural, a name and a subresource; everything else is kept as segments.
/// </summary>
internal sealed record Target(string Path, Query Query)
{
    /// <summary>Came over HTTP from somebody who may care who owns which field.</summary>
    public bool StartsLedger { get; init; }

    public string[] Segments { get; init; } = [];
    public string Group { get; init; } = "";
    public string Version { get; init; } = "";

    /// <summary>Null when the path names no resource.</summary>
    public string? Plural { get; init; }

    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Subresource { get; init; }

    public static Target Parse(string pathAndQuery)
    {
        var cut = pathAndQuery.IndexOf('?');
        var path = cut < 0 ? pathAndQuery : pathAndQuery[..cut];
        var query = cut < 0 ? Query.Empty : new Query(pathAndQuery.AsSpan(cut + 1));
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < segments.Length; i++)
            if (segments[i].Contains('%'))
                segments[i] = Uri.UnescapeDataString(segments[i]);
        var target = new Target(path, query) { Segments = segments };
        return segments switch
        {
            ["api", var version, .. var rest] when rest.Length > 0 => Resource(target with { Version = version }, rest),
            ["apis", var group, var version, .. var rest] when rest.Length > 0 => Resource(
                target with
                {
                    Group = group,
                    Version = version,
                },
                rest
            ),
            _ => target,
        };
    }

    private static Target Resource(Target target, ReadOnlySpan<string> rest)
    {
        // The old watch prefix (/watch/pods) is gone from clients; namespaces themselves are resources, too.
        if (rest is ["namespaces", var ns, var plural, ..] && plural is not ("status" or "finalize"))
        {
            target = target with { Namespace = ns };
            rest = rest[2..];
        }
        return rest.Length > 3
            ? target
            : target with
            {
                Plural = rest[0],
                Name = rest.Length > 1 ? rest[1] : null,
                Subresource = rest.Length > 2 ? rest[2] : null,
            };
    }
}

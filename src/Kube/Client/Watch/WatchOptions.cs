using Tenon.Kube.Client.Pacing;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Client.Watch;

public sealed record WatchOptions
{
    public static readonly WatchOptions All = new();

    /// <summary>Null watches all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public int PageSize { get; init; } = ListOptions.DefaultPageSize;

    /// <summary>
    /// The server is asked to close a stream after this time and up to as much again, as client-go does.
    /// </summary>
    public TimeSpan StreamLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A stream without a line for this long is taken for dead and opened anew where it stood. Servers send a bookmark
    /// about once a minute, so this only ever costs one request on a server that sends none.
    /// </summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(150);

    public Backoff Backoff { get; init; } = Backoff.Watch;

    /// <summary>
    /// Keep <c>metadata.managedFields</c>. Off by default: nobody here reads them and they are often half of an object.
    /// </summary>
    public bool KeepManagedFields { get; init; }

    internal ListOptions ToList() =>
        new()
        {
            Namespace = Namespace,
            LabelSelector = LabelSelector,
            FieldSelector = FieldSelector,
            PageSize = PageSize,
        };

    internal string WatchQuery(string resourceVersion, int timeoutSeconds) =>
        new QueryText()
            .Add("watch", "true")
            .Add("labelSelector", LabelSelector)
            .Add("fieldSelector", FieldSelector)
            .Add("resourceVersion", resourceVersion)
            .Add("allowWatchBookmarks", "true")
            .Add("timeoutSeconds", timeoutSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .ToString();
}

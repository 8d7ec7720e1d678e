using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Tenon.Api;
using Tenon.Kube;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;

namespace Tenon.Cli.Controller;

/// <summary>
/// Whether the API server answers. Dozens of watches and reconciles notice an outage at once; this makes one line of it
/// when it begins and one when it ends. All other failures are told as they come.
/// </summary>
sealed partial class Reach(Uri server, ILogger log, TimeProvider time) : IKubeListener
{
    readonly Lock _gate = new();
    long? _lostAt;

    /// <summary>The transport, looked at from here.</summary>
    public IKubeTransport Over(IKubeTransport transport) => new Watched(transport, this);

    void Failed(string why)
    {
        lock (_gate)
        {
            if (_lostAt is not null)
                return;
            _lostAt = time.GetTimestamp();
        }
        Lost(log, server, why);
    }

    void Answered()
    {
        TimeSpan away;
        lock (_gate)
        {
            if (_lostAt is not { } since)
                return;
            away = time.GetElapsedTime(since);
            _lostAt = null;
        }
        var seconds = Math.Round(away.TotalSeconds, 1);
        Back(log, server, seconds);
    }

    public void RequestRetried(string method, string path, KubeError error, TimeSpan pause) =>
        Retried(log, method, path, error);

    public void WatchInterrupted(ResourceType type, KubeError error, TimeSpan pause)
    {
        if (error.Kind == KubeErrorKind.Unavailable)
            WatchCut(log, type.Plural, error);
        else
            WatchRefused(log, type.Plural, error);
    }

    public void Relisting(ResourceType type, string why) => ListsAgain(log, type.Plural, why);

    public void ObjectUnreadable(ResourceType type, string why) => Unreadable(log, type.Kind, why);

    public void ReconcileFailed(string controller, string key, Exception error, int failures, TimeSpan? retryIn)
    {
        lock (_gate)
            if (_lostAt is not null)
                return;
        ReconcilerError(log, controller, key, error.Message);
    }

    public void EventDropped(string reason, string why) => EventLost(log, reason, why);

    public void LeadershipChanged(string lease, string holder, bool isUs) => Leads(log, lease, holder);

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Error,
        Message = "the API server {Server} does not answer, trying again until it does: {Why}"
    )]
    static partial void Lost(ILogger log, Uri server, string why);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Information,
        Message = "the API server {Server} answers again after {Seconds} s"
    )]
    static partial void Back(ILogger log, Uri server, double seconds);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "{Method} {Path} is repeated: {Why}")]
    static partial void Retried(ILogger log, string method, string path, KubeError why);

    [LoggerMessage(EventId = 4, Level = LogLevel.Debug, Message = "the watch of {Kind} was cut: {Why}")]
    static partial void WatchCut(ILogger log, string kind, KubeError why);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "the watch of {Kind} was refused: {Why}")]
    static partial void WatchRefused(ILogger log, string kind, KubeError why);

    [LoggerMessage(EventId = 6, Level = LogLevel.Debug, Message = "listing {Kind} again: {Why}")]
    static partial void ListsAgain(ILogger log, string kind, string why);

    [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "a {Kind} cannot be read and is left out: {Why}")]
    static partial void Unreadable(ILogger log, string kind, string why);

    [LoggerMessage(EventId = 8, Level = LogLevel.Error, Message = "Reconciler error ({controller} {name}): {why}")]
    static partial void ReconcilerError(ILogger log, string controller, string name, string why);

    [LoggerMessage(EventId = 9, Level = LogLevel.Debug, Message = "the event {Reason} was dropped: {Why}")]
    static partial void EventLost(ILogger log, string reason, string why);

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "the lease {Lease} is held by \"{Holder}\"")]
    static partial void Leads(ILogger log, string lease, string holder);

    sealed class Watched(IKubeTransport inner, Reach reach) : IKubeTransport
    {
        public async ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
        {
            try
            {
                var reply = await inner.SendAsync(request, cancel);
                reach.Answered();
                return reply;
            }
            catch (TransportException error)
            {
                if (!cancel.IsCancellationRequested)
                    reach.Failed(error.Message);
                throw;
            }
        }

        /// <summary>A stream that is cut is no outage yet: the request that follows tells.</summary>
        public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
            KubeRequest request,
            [EnumeratorCancellation] CancellationToken cancel
        )
        {
            await foreach (var line in inner.StreamAsync(request, cancel))
                yield return line;
        }
    }
}

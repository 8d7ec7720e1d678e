using Tenon.Api.Names;
using Tenon.Disruption;
using Tenon.Kube.Runtime.Events;

namespace Tenon.Controllers.Disruption;

/// <summary>Publishes what the core had to say.</summary>
internal static class Notices
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(2);

    public static void Publish(this IEventRecorder events, IEnumerable<Notice> notices)
    {
        foreach (var notice in notices)
        foreach (var about in notice.About)
            events.Publish(
                new KubeEvent(
                    about,
                    notice.IsWarning ? EventTypes.Warning : EventTypes.Normal,
                    notice.Reason,
                    notice.Message
                )
                {
                    DedupeValues = [about.Metadata.Uid ?? "", .. notice.Dedupe],
                    DedupeTimeout = notice.Window ?? Usual,
                }
            );
    }
}

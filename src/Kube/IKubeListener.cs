using Tenon.Api;
using Tenon.Kube.Client;

namespace Tenon.Kube;

/// <summary>
/// What the client and the runtime have to tell about themselves; a composition root turns it into log lines. Called on
/// the loop where it happens, so an implementation must be quick and must not throw. This assembly has no logging of
/// its own.
/// </summary>
public interface IKubeListener
{
    static readonly IKubeListener Silent = new SilentListener();

    /// <summary>A request failed and will be repeated.</summary>
    void RequestRetried(string method, string path, KubeError error, TimeSpan pause) { }

    /// <summary>A list or a watch broke off; it is taken up again after <paramref name="pause"/>.</summary>
    void WatchInterrupted(ResourceType type, KubeError error, TimeSpan pause) { }

    /// <summary>
    /// The server forgot the version we stood at; everything is listed anew while the store serves what it had.
    /// </summary>
    void Relisting(ResourceType type, string why) { }

    /// <summary>An object could not be read and was left out.</summary>
    void ObjectUnreadable(ResourceType type, string why) { }

    /// <summary>
    /// A reconcile failed; it is retried after <paramref name="retryIn"/>, or never where that is null.
    /// </summary>
    void ReconcileFailed(string controller, string key, Exception error, int failures, TimeSpan? retryIn) { }

    /// <summary>An event was dropped because the queue to the server is full, or the server refused it.</summary>
    void EventDropped(string reason, string why) { }

    void LeadershipChanged(string lease, string holder, bool isUs) { }
}

internal sealed class SilentListener : IKubeListener;

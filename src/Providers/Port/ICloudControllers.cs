using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Providers.Port;

/// <summary>Controllers that only one cloud needs, such as the one that reads its node classes.</summary>
public interface ICloudControllers
{
    /// <summary>Called once for every time the operator runs, before anything starts.</summary>
    void AddTo(ControllerHost host, Informers informers, IEventRecorder events);
}

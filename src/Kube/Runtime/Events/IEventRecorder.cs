namespace Tenon.Kube.Runtime.Events;

/// <summary>Tells events. Never waits and never fails: an event that cannot be told is counted and dropped.</summary>
public interface IEventRecorder
{
    void Publish(KubeEvent told);
}

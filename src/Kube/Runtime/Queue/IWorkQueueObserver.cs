namespace Tenon.Kube.Runtime.Queue;

/// <summary>What a queue counts.</summary>
public interface IWorkQueueObserver
{
    void Added();
    void Retried();
}

namespace Tenon.Kube.Client;

/// <summary>
/// A failed request, for callers that have nothing better to do than to stop; reconcilers are retried with back-off.
/// </summary>
public sealed class KubeException(KubeError error) : Exception(error.ToString())
{
    public KubeError Error { get; } = error;
}

namespace Tenon.Kube.Client;

/// <summary>The server took a request to delete or evict; when the object is gone is for a watch to tell.</summary>
public sealed class Deletion
{
    internal static readonly Deletion Asked = new();

    private Deletion() { }
}

using Tenon.Api.Core;

namespace Tenon.Api.NodeK8s;

public sealed record RuntimeClass : Wire, IKubeObject<RuntimeClass>
{
    public static ResourceType Resource { get; } =
        new("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", Namespaced: false);

    public string ApiVersion
    {
        get;
        init => field = value ?? Resource.ApiVersion;
    } = Resource.ApiVersion;
    public string Kind
    {
        get;
        init => field = value ?? Resource.Kind;
    } = Resource.Kind;
    public ObjectMeta Metadata
    {
        get;
        init => field = value ?? ObjectMeta.Empty;
    } = ObjectMeta.Empty;
    public string Handler
    {
        get;
        init => field = value ?? "";
    } = "";
    public RuntimeClassOverhead? Overhead { get; init; }
    public RuntimeClassScheduling? Scheduling { get; init; }

    public RuntimeClass With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record RuntimeClassOverhead : Wire
{
    public ResourceList PodFixed
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
}

public sealed record RuntimeClassScheduling : Wire
{
    public IReadOnlyDictionary<string, string> NodeSelector
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public IReadOnlyList<Toleration> Tolerations
    {
        get;
        init => field = value ?? [];
    } = [];
}

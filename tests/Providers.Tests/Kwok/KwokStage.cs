using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;
using Tenon.Providers.Catalog;
using Tenon.Providers.Conformance;
using Tenon.Providers.Kwok;
using Tenon.Providers.Port;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Providers.Tests.Kwok;

/// <summary>A KWOK provider over an API server and a market, all on one virtual loop.</summary>
internal sealed class KwokStage : IProviderStage, IDisposable
{
    public const string NodeClassName = "default";

    private static readonly Lazy<Catalogue> Generic = new(() => Load("generic"));
    private static readonly Lazy<Catalogue> UsEast1 = new(() => Load("aws:us-east-1"));

    private readonly IDisposable _market;
    private readonly ScriptedFaults _faults = new();
    private int _claims;

    private KwokStage(Func<KwokStage, IMachineMarket> market, string catalogue)
    {
        Server = new ApiServer(Loop.Time, new ApiServerOptions());
        Wire = new NodeClassWire(new InProcessTransport(Server));
        Kube = new KubeClient(Wire, new KubeClientOptions { Qps = 0 }, Loop.Time);
        var made = market(this);
        _market = (IDisposable)made;
        Cloud = made as SimulatedCloud;
        Kwok = new KwokProvider(catalogue == "generic" ? Generic.Value : UsEast1.Value, Kube, made, Loop.Time);
    }

    /// <summary>Machines are Node objects, as upstream has it.</summary>
    public static KwokStage OverNodeObjects(string catalogue = "generic") =>
        new(stage => new NodeObjectMarket(stage.Kube, stage.Loop.Time), catalogue);

    /// <summary>Machines are bought from a simulated cloud.</summary>
    public static KwokStage OverCloud(CloudOptions? options = null, string catalogue = "generic") =>
        new(
            stage => new SimulatedCloud(
                stage.Kube,
                (options ?? CloudOptions.Calm) with
                {
                    Faults = stage._faults,
                },
                stage.Loop.Time
            ),
            catalogue
        );

    private static Catalogue Load(string name) =>
        Assert.IsType<CatalogueOutcome.Loaded>(Catalogues.Load(name)).Catalogue;

    public SimulationLoop Loop { get; } = new();
    public ApiServer Server { get; }
    public NodeClassWire Wire { get; }
    public KubeClient Kube { get; }
    public KwokProvider Kwok { get; }
    public SimulatedCloud? Cloud { get; }
    public ICloudProvider Provider => Kwok;
    public NodePool Pool { get; } = new() { Metadata = new ObjectMeta { Name = "default" } };

    public NodeClaim Claim(string name, ResourceList requests, params ReadOnlySpan<NodeRequirement> requirements) =>
        new()
        {
            Metadata = new ObjectMeta { Name = name, Uid = $"00000000-0000-0000-0000-{++_claims:d12}" },
            Spec = new NodeClaimSpec
            {
                NodeClassRef = new NodeClassReference
                {
                    Group = "karpenter.kwok.sh",
                    Kind = "KWOKNodeClass",
                    Name = NodeClassName,
                },
                Requirements = [.. requirements],
                Resources = new NodeClaimResources { Requests = requests },
            },
        };

    public NodeClaim OfMissingNodeClass(NodeClaim claim) =>
        claim with
        {
            Spec = claim.Spec with { NodeClassRef = claim.Spec.NodeClassRef with { Name = "missing" } },
        };

    public void Exhaust() => Cloud!.Weather.Exhaust(null, null, null, DateTimeOffset.MaxValue);

    public void Restock() => Cloud!.Weather.Restock();

    public bool LoseNextReply()
    {
        if (Cloud is null)
            Wire.LosesNextReply = true;
        else
            _faults.LosesNextReply = true;
        return true;
    }

    public async ValueTask PassAsync(TimeSpan time, CancellationToken cancel) =>
        await Task.Delay(time, Loop.Time, cancel);

    public void Run(Func<ValueTask> work) => Loop.Run(work, TimeSpan.FromHours(2));

    public T Run<T>(Func<ValueTask<T>> work) => Loop.Run(work, TimeSpan.FromHours(2));

    public void Dispose()
    {
        _market.Dispose();
        Loop.Dispose();
    }

    private sealed class ScriptedFaults : ICloudFaults
    {
        public bool LosesNextReply { get; set; }

        public CloudFault Strike(string call, string subject, int attempt, DateTimeOffset now)
        {
            if (call != "Buy" || !LosesNextReply)
                return CloudFault.None;
            LosesNextReply = false;
            return CloudFault.ReplyLost;
        }
    }
}

/// <summary>Answers for the node classes, which the server knows only once their definition is installed.</summary>
internal sealed class NodeClassWire(IKubeTransport server) : IKubeTransport
{
    private const string Path = "/apis/karpenter.kwok.sh/v1alpha1/kwoknodeclasses/";

    public KwokNodeClass NodeClass { get; set; } =
        new() { Metadata = new ObjectMeta { Name = KwokStage.NodeClassName } };

    public bool LosesNextReply { get; set; }

    public async ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        if (request.Path.StartsWith(Path, StringComparison.Ordinal))
            return request.Path[Path.Length..] == NodeClass.Metadata.Name
                ? new KubeReply(200, ApiJson.Write(NodeClass), "application/json")
                : new KubeReply(404, default, "application/json");
        var reply = await server.SendAsync(request, cancel);
        if (request.Method != "POST" || !LosesNextReply)
            return reply;
        LosesNextReply = false;
        throw new TransportException("the reply was lost");
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(KubeRequest request, CancellationToken cancel) =>
        server.StreamAsync(request, cancel);
}

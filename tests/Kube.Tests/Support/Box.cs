using Tenon.Api.Core;
using Tenon.Foundation.Random;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Kube.Tests.Support;

/// <summary>The in-memory API server with a client on a line that may be bad.</summary>
internal sealed class Box
{
    public Box(TimeProvider time, ApiServerOptions? options = null, BadLine? line = null)
    {
        Time = time;
        Server = new ApiServer(time, options ?? new ApiServerOptions());
        Client = World.Client(new InProcessTransport(Server, line), time);
    }

    public TimeProvider Time { get; }
    public ApiServer Server { get; }
    public KubeClient Client { get; }

    /// <summary>A client for checking, on a good line.</summary>
    public KubeClient Witness => World.Client(new InProcessTransport(Server), Time);

    public static Pod Pod(string name, params string[] labels) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Namespace = "default",
                Name = name,
                Labels = labels.ToDictionary(label => label.Split('=')[0], label => label.Split('=')[1]),
            },
            Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "app" }] },
        };

    public static ConfigMap Map(string name, string value) =>
        new()
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = name },
            Data = new Dictionary<string, string> { ["value"] = value },
        };
}

/// <summary>Loses requests and replies, delays, refuses and cuts, by seed.</summary>
internal sealed class BadLine(ulong seed, int rate) : IApiFaults
{
    private readonly Prng _prng = new(seed);

    public int Rate { get; set; } = rate;

    public ApiFault Before(KubeRequest request) =>
        new()
        {
            Delay = TimeSpan.FromMilliseconds(_prng.Next(30)),
            LosesRequest = _prng.Chance(Rate),
            LosesReply = _prng.Chance(Rate),
            Refusal = _prng.Chance(Rate) ? ScriptedTransport.Refuse(_prng.Pick([429, 500, 503])) : null,
        };

    public bool CutsWatch(KubeRequest request) => _prng.Chance(Rate);
}

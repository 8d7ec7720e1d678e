namespace Tenon.Kube.Client.Auth;

/// <summary>Where credentials come from. Thread-safe.</summary>
public interface IKubeCredentials
{
    /// <summary>The credential to use now; usually without waiting.</summary>
    /// <exception cref="Transport.TransportException">There is none: the message says what to do.</exception>
    ValueTask<Credential> GetAsync(CancellationToken cancel);

    /// <summary>
    /// The server answered 401 to it. True when it is worth asking for another one.
    /// </summary>
    bool Refresh(Credential refused);
}

/// <summary>The same for ever.</summary>
public sealed class StaticCredentials(Credential credential) : IKubeCredentials
{
    public static readonly StaticCredentials Anonymous = new(new Credential());

    public ValueTask<Credential> GetAsync(CancellationToken cancel) => ValueTask.FromResult(credential);

    public bool Refresh(Credential refused) => false;
}

using System.Security.Cryptography.X509Certificates;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client.Auth;

/// <summary>
/// A token in a file that somebody else rotates (a kubelet, hourly). Read again at most once a minute, and at once
/// after a 401. While the file cannot be read, the last token is used on.
/// </summary>
public sealed class TokenFileCredentials(string path, X509Certificate2? certificate, TimeProvider time)
    : IKubeCredentials
{
    public static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Credential? _current;
    private long _readAt;

    public ValueTask<Credential> GetAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_current is not null && time.GetElapsedTime(_readAt) < ReadEvery)
                return ValueTask.FromResult(_current);
            return ValueTask.FromResult(
                _current = Read() ?? _current ?? throw new TransportException($"{path} holds no token")
            );
        }
    }

    public bool Refresh(Credential refused)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, refused))
                return true;
            var read = Read();
            if (read is null || read.Authorization == refused.Authorization)
                return false;
            _current = read;
            return true;
        }
    }

    private Credential? Read()
    {
        _readAt = time.GetTimestamp();
        try
        {
            var token = File.ReadAllText(path).Trim();
            return token.Length == 0 ? null : Credential.Bearer(token) with { Certificate = certificate };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return _current is not null
                ? null
                : throw new TransportException($"the token file {path} cannot be read: {error.Message}", error);
        }
    }
}

using System.Net.Sockets;
using System.Security.Authentication;
using Tenon.Kube.Client.Config;

namespace Tenon.Kube.Client.Transport;

/// <summary>What an exception of the sockets means to a person.</summary>
internal static class TransportFaults
{
    public static string Explain(KubeConnection connection, ServerTrust trust, Exception error)
    {
        var origin = connection.Origin.Length > 0 ? $" ({connection.Origin})" : "";
        return $"{connection.Server}{origin}: {What(trust, error)}";
    }

    private static string What(ServerTrust trust, Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
            switch (inner)
            {
                case TransportException told:
                    return told.Message;
                case AuthenticationException when trust.Complaint is { } complaint:
                    return complaint;
                case AuthenticationException handshake:
                    return $"the TLS handshake failed: {handshake.Message}";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return "connection refused: nothing listens there; check that the API server runs, and the address";
                case SocketException
                {
                    SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
                } socket:
                    return $"the host name cannot be resolved ({socket.Message}); check the address and the DNS";
                case SocketException socket
                    when socket.SocketErrorCode
                        is SocketError.HostUnreachable
                            or SocketError.NetworkUnreachable
                            or SocketError.TimedOut:
                    return $"the host cannot be reached ({socket.Message}); check the network, VPN or proxy";
                case SocketException socket:
                    return $"the connection broke: {socket.Message}";
            }
        return
            error
                is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
                    or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? "the server closed the connection in the middle of a reply"
            : $"no reply: {error.Message}";
    }
}

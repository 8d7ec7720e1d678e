using System.Net;
using System.Net.Sockets;

namespace Tenon.Cli.Tests;

/// <summary>
/// A door before a server on loopback. Closing it cuts every connection and refuses new ones, on the same port, until
/// it is opened again: what a client sees of an API server that goes away and comes back.
/// </summary>
sealed class Doorway : IDisposable
{
    readonly IPEndPoint _server;
    readonly int _port;
    readonly Lock _gate = new();
    readonly List<TcpClient> _through = [];
    TcpListener? _door;

    public Doorway(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        _door = new TcpListener(IPAddress.Loopback, 0);
        _door.Start();
        _port = ((IPEndPoint)_door.LocalEndpoint).Port;
        AcceptAsync(_door);
    }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public void Open()
    {
        _door = new TcpListener(IPAddress.Loopback, _port);
        // Connections of before the closing linger in the kernel.
        _door.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _door.Start();
        AcceptAsync(_door);
    }

    public void Close()
    {
        _door?.Stop();
        _door = null;
        lock (_gate)
        {
            foreach (var connection in _through)
                connection.Dispose();
            _through.Clear();
        }
    }

    public void Dispose() => Close();

    async void AcceptAsync(TcpListener door)
    {
        try
        {
            while (true)
                PassAsync(await door.AcceptTcpClientAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The door was closed.
        }
    }

    async void PassAsync(TcpClient outside)
    {
        var inside = new TcpClient();
        lock (_gate)
        {
            _through.Add(outside);
            _through.Add(inside);
        }
        try
        {
            await inside.ConnectAsync(_server);
            var (there, back) = (outside.GetStream(), inside.GetStream());
            await Task.WhenAny(there.CopyToAsync(back), back.CopyToAsync(there));
        }
        catch (Exception cut)
            when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One side hung up.
        }
        outside.Dispose();
        inside.Dispose();
    }
}

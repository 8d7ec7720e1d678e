using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Tenon.Kube.Client.Auth;
using Tenon.Kube.Client.Config;

namespace Tenon.Kube.Client.Transport;

/// <summary>
/// The transport of real life: TLS, HTTP/2 where the server offers it, streams line by line as they come. Every failure
/// to get a reply is a <see cref="TransportException"/> that says what was tried, what happened and what to do.
/// </summary>
public sealed class HttpTransport : IKubeTransport, IDisposable
{
    private readonly KubeConnection _connection;
    private readonly HttpTransportOptions _options;
    private readonly TimeProvider _time;
    private readonly ServerTrust _trust;
    private readonly Lock _gate = new();
    private Line? _line;

    public HttpTransport(KubeConnection connection, HttpTransportOptions options, TimeProvider time)
    {
        (_connection, _options, _time) = (connection, options, time);
        _trust = new ServerTrust(connection, time);
    }

    public async ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        using var expiry = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, expiry.Token);
        try
        {
            using var response = await RespondAsync(request, both.Token);
            return await ReplyAsync(response, both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TransportException(
                $"{_connection.Server}: no reply to {request.Method} {request.Path} within {_options.RequestTimeout.TotalSeconds:0} s"
            );
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Explain(error);
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        KubeRequest request,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var response = await OpenAsync(request, cancel);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var lines = new LineBuffer(_options.LongestLine);
        while (true)
        {
            while (lines.Next() is { } line)
                if (!line.IsEmpty)
                    yield return line;
            var read = await ReadAsync(body, lines.Space(), cancel);
            if (read == 0)
            {
                // A whole line always ends in a line break: what is left was cut in the middle.
                if (lines.HasRest)
                    throw new TransportException(
                        $"{_connection.Server}: the stream of {request.Path} was cut in the middle of a line"
                    );
                yield break;
            }
            lines.Fill(read);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _line?.Invoker.Dispose();
            _line = null;
        }
    }

    private async ValueTask<HttpResponseMessage> OpenAsync(KubeRequest request, CancellationToken cancel)
    {
        using var expiry = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, expiry.Token);
        try
        {
            var response = await RespondAsync(request, both.Token);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw new StreamRefusedException(await ReplyAsync(response, both.Token));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TransportException(
                $"{_connection.Server}: the stream of {request.Path} did not open within {_options.RequestTimeout.TotalSeconds:0} s"
            );
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Explain(error);
        }
    }

    private async ValueTask<int> ReadAsync(Stream body, Memory<byte> space, CancellationToken cancel)
    {
        try
        {
            return await body.ReadAsync(space, cancel);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            throw Explain(error);
        }
    }

    /// <summary>A refused credential is refreshed and tried once more: tokens rotate under our feet.</summary>
    private async ValueTask<HttpResponseMessage> RespondAsync(KubeRequest request, CancellationToken cancel)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var credential = await _connection.Credentials.GetAsync(cancel);
            var response = await LineFor(credential).SendAsync(ToHttp(request, credential), cancel);
            if (
                response.StatusCode != HttpStatusCode.Unauthorized
                || !isFirst
                || !_connection.Credentials.Refresh(credential)
            )
                return response;
            response.Dispose();
        }
    }

    private HttpRequestMessage ToHttp(KubeRequest request, Credential credential)
    {
        var root = _connection.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var message = new HttpRequestMessage(new HttpMethod(request.Method), root + request.Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", request.Accept ?? "application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (credential.Authorization is { } authorization)
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        // The handler takes the name for SNI and for the certificate from here; API servers do not look at it.
        if (_connection.TlsServerName is { } name)
            message.Headers.Host = name;
        if (request.Body.IsEmpty && request.ContentType is null)
            return message;
        message.Content = new ReadOnlyMemoryContent(request.Body);
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType ?? "application/json");
        return message;
    }

    private async ValueTask<KubeReply> ReplyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > _options.LongestReply)
            throw new TransportException(
                $"{_connection.Server}: a reply of {response.Content.Headers.ContentLength} bytes is too long"
            );
        await response.Content.LoadIntoBufferAsync(_options.LongestReply, cancel);
        var body = await response.Content.ReadAsByteArrayAsync(cancel);
        var after = response.Headers.RetryAfter;
        var pause = after?.Delta ?? (after?.Date is { } date ? Max(date - _time.GetUtcNow(), TimeSpan.Zero) : null);
        return new KubeReply((int)response.StatusCode, body, response.Content.Headers.ContentType?.MediaType, pause);
    }

    /// <summary>
    /// A client certificate belongs to its connections: a new one means new connections, the old ones end with their
    /// requests.
    /// </summary>
    private HttpMessageInvoker LineFor(Credential credential)
    {
        lock (_gate)
        {
            if (_line is { } line && ReferenceEquals(line.Certificate, credential.Certificate))
                return line.Invoker;
            _line = new Line(credential.Certificate, new HttpMessageInvoker(Handler(credential.Certificate)));
            return _line.Invoker;
        }
    }

    private SocketsHttpHandler Handler(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            KeepAlivePingDelay = _options.PingAfter,
            KeepAlivePingTimeout = _options.PingAfter / 2,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        };
        if (_connection.Proxy is { } proxy)
            handler.Proxy = ProxyOf(proxy);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
            _trust.Accept(shown, chain, errors);
        if (certificate is not null)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                certificate,
                null,
                offline: true
            );
        return handler;
    }

    private static WebProxy ProxyOf(Uri proxy)
    {
        var result = new WebProxy(proxy);
        if (proxy.UserInfo.Split(':', 2) is [var name, var password])
            result.Credentials = new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password));
        return result;
    }

    private TransportException Explain(Exception error) =>
        new(TransportFaults.Explain(_connection, _trust, error), error);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed record Line(X509Certificate2? Certificate, HttpMessageInvoker Invoker);
}

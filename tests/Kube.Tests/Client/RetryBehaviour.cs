using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Tests.Support;
using static Tenon.Kube.Tests.Support.ScriptedTransport;

namespace Tenon.Kube.Tests.Client;

public sealed class RetryBehaviour
{
    private const string Shop =
        """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop","resourceVersion":"7"}}""";

    [Fact]
    public void A_read_is_repeated_until_the_server_is_back() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport(
                (_, n) =>
                    n switch
                    {
                        0 => throw new TransportException("connection refused"),
                        1 => Refuse(503),
                        _ => Ok(Shop),
                    }
            );
            var read = await World.Client(server, time).GetAsync<Namespace>(null, "shop", default);
            Assert.Equal("7", read.Value.Metadata.ResourceVersion);
            Assert.Equal(3, server.Requests.Count);
        });

    [Fact]
    public void Retry_after_is_waited_for() =>
        World.Run(async time =>
        {
            var began = time.GetUtcNow();
            var server = new ScriptedTransport(
                (_, n) => n == 0 ? Refuse(429, retryAfter: TimeSpan.FromSeconds(7)) : Ok(Shop)
            );
            Assert.True((await World.Client(server, time).GetAsync<Namespace>(null, "shop", default)).IsOk);
            Assert.Equal(TimeSpan.FromSeconds(7), time.GetUtcNow() - began);
        });

    [Fact]
    public void A_retry_after_beyond_patience_is_the_callers_to_wait_for() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => Refuse(429, retryAfter: TimeSpan.FromMinutes(5)));
            var read = await World.Client(server, time).GetAsync<Namespace>(null, "shop", default);
            Assert.Equal(
                (KubeErrorKind.TooManyRequests, TimeSpan.FromMinutes(5)),
                (read.Error!.Kind, read.Error.RetryAfter)
            );
            Assert.Single(server.Requests);
        });

    [Fact]
    public void A_server_that_stays_away_is_an_error_after_five_attempts() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => throw new TransportException("connection refused"));
            var read = await World.Client(server, time).GetAsync<Namespace>(null, "shop", default);
            Assert.Equal(
                (KubeErrorKind.Unavailable, 0, "connection refused"),
                (read.Error!.Kind, read.Error.Status, read.Error.Message)
            );
            Assert.Equal(5, server.Requests.Count);
        });

    [Theory]
    [InlineData(500, 1)] // may have been carried out: a second creation could make a second machine
    [InlineData(503, 1)]
    [InlineData(429, 5)] // the server said that it did nothing
    [InlineData(422, 1)]
    public void A_creation_is_repeated_only_when_nothing_was_created(int status, int attempts) =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => Refuse(status));
            await World.Client(server, time).CreateAsync(new Namespace { Metadata = new() { Name = "shop" } }, default);
            Assert.Equal(attempts, server.Requests.Count);
        });

    [Fact]
    public void A_creation_whose_reply_was_lost_is_not_repeated() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => throw new TransportException("cut"));
            await World.Client(server, time).CreateAsync(new Namespace { Metadata = new() { Name = "shop" } }, default);
            Assert.Single(server.Requests);
        });

    [Fact]
    public void A_json_patch_is_not_repeated_but_a_merge_patch_is() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => Refuse(500));
            var client = World.Client(server, time);
            await client.PatchAsync<Namespace>(null, "shop", Patch.Json([]), default);
            Assert.Single(server.Requests);
            await client.PatchAsync<Namespace>(null, "shop", Patch.Merge([]), default);
            Assert.Equal(6, server.Requests.Count);
        });

    [Fact]
    public void An_eviction_that_a_budget_forbids_is_answered_at_once() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport(
                (_, _) =>
                    Refuse(
                        429,
                        "TooManyRequests",
                        "Cannot evict pod as it would violate the pod's disruption budget.",
                        TimeSpan.FromSeconds(1)
                    )
            );
            var asked = await World.Client(server, time).EvictAsync(new ObjectKey("shop", "web-1"), null, default);
            Assert.True(asked.Is(KubeErrorKind.TooManyRequests));
            Assert.Equal("/api/v1/namespaces/shop/pods/web-1/eviction", Assert.Single(server.Requests).Path);
        });

    [Fact]
    public void A_conflicting_update_reads_again_and_changes_what_it_read() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport(
                (request, n) =>
                    request.Method == "GET" ? Ok(Shop.Replace("\"7\"", $"\"{n}\"", StringComparison.Ordinal))
                    : n < 4 ? Refuse(409, "Conflict")
                    : Ok(Shop)
            );
            var written = await World
                .Client(server, time)
                .UpdateWithRetryAsync<Namespace>(
                    new(null, "shop"),
                    item =>
                        item.With(
                            item.Metadata with
                            {
                                Labels = new Dictionary<string, string> { ["seen"] = item.Metadata.ResourceVersion! },
                            }
                        ),
                    default
                );
            Assert.True(written.IsOk);
            Assert.Equal(["GET", "PUT", "GET", "PUT", "GET", "PUT"], server.Requests.Select(request => request.Method));
            Assert.Contains("\"seen\":\"4\"", System.Text.Encoding.UTF8.GetString(server.Requests[^1].Body.Span));
        });

    [Fact]
    public void A_list_whose_continue_token_expires_starts_again_and_shows_nothing_twice() =>
        World.Run(async time =>
        {
            string Page(string name, string next) =>
                $$$"""{"metadata":{"resourceVersion":"9","continue":"{{{next}}}"},"items":[{"metadata":{"name":"{{{name}}}"}}]}""";
            var server = new ScriptedTransport(
                (_, n) =>
                    n switch
                    {
                        0 => Ok(Page("a", "t1")),
                        1 => Refuse(410, "Expired"),
                        2 => Ok(Page("a", "t2")),
                        _ => Ok(Page("b", "")),
                    }
            );
            var list = await World.Client(server, time).ListAsync<Namespace>(ListOptions.All, default);
            Assert.Equal(["a", "b"], list.Value.Items.Select(item => item.Metadata.Name));
            Assert.Equal("9", list.Value.ResourceVersion);
            Assert.EndsWith("limit=500&continue=t2", server.Requests[^1].Path, StringComparison.Ordinal);
        });

    [Fact]
    public void A_burst_passes_at_once_and_the_rest_at_the_rate() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport((_, _) => Ok(Shop));
            var client = World.Client(server, time, new KubeClientOptions { Qps = 10, Burst = 5 });
            var began = time.GetUtcNow();
            var calls = Enumerable
                .Range(0, 25)
                .Select(_ => client.GetAsync<Namespace>(null, "shop", default).AsTask())
                .ToList();
            Assert.Equal(5, server.Requests.Count);
            await Task.WhenAll(calls);
            Assert.Equal(TimeSpan.FromSeconds(2), time.GetUtcNow() - began);
        });

    [Theory]
    [InlineData(404, "NotFound", KubeErrorKind.NotFound)]
    [InlineData(409, "AlreadyExists", KubeErrorKind.AlreadyExists)]
    [InlineData(409, "Conflict", KubeErrorKind.Conflict)]
    [InlineData(422, "Invalid", KubeErrorKind.Invalid)]
    [InlineData(403, "Forbidden", KubeErrorKind.Forbidden)]
    [InlineData(401, "Unauthorized", KubeErrorKind.Unauthorized)]
    [InlineData(410, "Gone", KubeErrorKind.Gone)]
    [InlineData(415, "UnsupportedMediaType", KubeErrorKind.Unsupported)]
    [InlineData(400, "BadRequest", KubeErrorKind.BadRequest)]
    [InlineData(500, "InternalError", KubeErrorKind.Internal)]
    public void A_refusal_has_the_kind_its_reason_says(int status, string reason, KubeErrorKind kind)
    {
        var error = KubeError.From(Refuse(status, reason, "the words"));
        Assert.Equal(
            (kind, "the words", reason, reason),
            (error.Kind, error.Message, error.Reason, error.Details?.Reason)
        );
    }

    [Fact]
    public void A_proxys_plain_text_is_the_message() =>
        Assert.Equal(
            "upstream is on fire",
            KubeError.From(new KubeReply(502, "upstream is on fire"u8.ToArray())).Message
        );

    [Fact]
    public void A_reply_that_is_not_json_is_an_error_that_names_the_request() =>
        World.Run(async time =>
        {
            var read = await World
                .Client(new ScriptedTransport((_, _) => Ok("<html>")), time)
                .GetAsync<Namespace>(null, "shop", default);
            Assert.Equal(KubeErrorKind.Internal, read.Error!.Kind);
            Assert.Contains("GET /api/v1/namespaces/shop", read.Error.Message);
        });
}

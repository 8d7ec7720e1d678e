using Tenon.Providers.Batching;
using Tenon.Simulation.Clock;

namespace Tenon.Providers.Tests.Batching;

public sealed class CoalescerTests : IDisposable
{
    private static readonly CoalescingWindow Window = new(TimeSpan.FromMilliseconds(35), TimeSpan.FromSeconds(1), 5);

    private readonly SimulationLoop _loop = new();
    private readonly List<string> _batches = [];
    private readonly Coalescer<string, int, int> _squares;

    public CoalescerTests() =>
        _squares = new(
            Window,
            _loop.Time,
            (key, requests, _) =>
            {
                _batches.Add($"{_loop.Time.Elapsed.TotalMilliseconds}ms {key}: {string.Join(' ', requests)}");
                if (requests.Contains(13))
                    throw new InvalidOperationException("thirteen");
                return ValueTask.FromResult(requests.Select(request => request * request).ToImmutableArray());
            }
        );

    public void Dispose()
    {
        _squares.Dispose();
        _loop.Dispose();
    }

    private Task<int> Ask(string key, int request, CancellationToken cancel = default)
    {
        var reply = Task.FromResult(0);
        _loop.Run(
            () =>
            {
                reply = _squares.AskAsync(key, request, cancel).AsTask();
                return ValueTask.CompletedTask;
            },
            TimeSpan.FromSeconds(1)
        );
        return reply;
    }

    [Fact]
    public async Task Requests_within_the_window_become_one_batch_and_each_gets_its_own_reply()
    {
        var replies = new[] { Ask("a", 2), Ask("a", 3), Ask("b", 4) };
        _loop.RunFor(TimeSpan.FromMilliseconds(35));
        var answers = await Task.WhenAll(replies);
        Assert.Equal([4, 9, 16], answers);
        Assert.Equal(["35ms a: 2 3", "35ms b: 4"], _batches);
    }

    [Fact]
    public void A_new_request_restarts_the_silence()
    {
        Ask("a", 1);
        _loop.RunFor(TimeSpan.FromMilliseconds(30));
        Ask("a", 2);
        _loop.RunFor(TimeSpan.FromMilliseconds(30));
        Assert.Empty(_batches);
        _loop.RunFor(TimeSpan.FromMilliseconds(5));
        Assert.Equal(["65ms a: 1 2"], _batches);
    }

    [Fact]
    public void A_window_never_stays_open_longer_than_its_limit()
    {
        using var patient = new Coalescer<string, int, int>(
            Window with
            {
                MostItems = 1000,
            },
            _loop.Time,
            (_, requests, _) =>
            {
                _batches.Add($"{_loop.Time.Elapsed.TotalMilliseconds}ms {requests.Length}");
                return ValueTask.FromResult(requests);
            }
        );
        for (var i = 0; i < 60; i++)
        {
            _loop.Run(
                () =>
                {
                    _ = patient.AskAsync("a", i, CancellationToken.None).AsTask();
                    return ValueTask.CompletedTask;
                },
                TimeSpan.FromSeconds(1)
            );
            _loop.RunFor(TimeSpan.FromMilliseconds(20));
        }
        Assert.Equal("1000ms 50", _batches[0]);
    }

    [Fact]
    public void A_full_batch_goes_at_once()
    {
        for (var i = 1; i <= 6; i++)
            Ask("a", i);
        Assert.Equal(["0ms a: 1 2 3 4 5"], _batches);
        _loop.RunFor(TimeSpan.FromMilliseconds(35));
        Assert.Equal(["0ms a: 1 2 3 4 5", "35ms a: 6"], _batches);
    }

    [Fact]
    public async Task A_request_cancelled_in_time_is_left_out()
    {
        using var cancel = new CancellationTokenSource();
        var (left, stays) = (Ask("a", 7, cancel.Token), Ask("a", 8));
        _loop.Run(
            () =>
            {
                cancel.Cancel();
                return ValueTask.CompletedTask;
            },
            TimeSpan.FromSeconds(1)
        );
        _loop.RunFor(TimeSpan.FromMilliseconds(35));
        Assert.True(left.IsCanceled);
        Assert.Equal(64, await stays);
        Assert.Equal(["35ms a: 8"], _batches);
    }

    [Fact]
    public async Task What_a_batch_throws_reaches_each_of_its_callers()
    {
        var (first, second, other) = (Ask("a", 13), Ask("a", 2), Ask("b", 3));
        _loop.RunFor(TimeSpan.FromMilliseconds(35));
        Assert.Equal("thirteen", first.Exception!.InnerException!.Message);
        Assert.Equal("thirteen", second.Exception!.InnerException!.Message);
        Assert.Equal(9, await other);
    }

    [Fact]
    public void Ending_the_coalescer_ends_the_wait()
    {
        var reply = Ask("a", 1);
        _loop.Run(
            () =>
            {
                _squares.Dispose();
                return ValueTask.CompletedTask;
            },
            TimeSpan.FromSeconds(1)
        );
        _loop.RunFor(TimeSpan.FromMilliseconds(35));
        Assert.True(reply.IsCanceled);
        Assert.Empty(_batches);
    }
}

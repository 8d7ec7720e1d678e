namespace Tenon.Simulation.Clock;

/// <summary>The loop facing life: work from other threads, and virtual time paced by a wall clock.</summary>
public sealed partial class SimulationLoop
{
    /// <summary>Longest sleep between two looks at the wall clock; bounds how late a cancellation is noticed.</summary>
    private static readonly TimeSpan LongestNap = TimeSpan.FromMilliseconds(200);

    /// <summary>Callbacks between two looks at the wall clock while the world is busy.</summary>
    private const int BusyStretch = 256;

    /// <summary>
    /// Runs <paramref name="work"/> on the loop and brings its result to the caller's thread. Safe from any thread.
    /// </summary>
    public Task<T> InvokeAsync<T>(Func<ValueTask<T>> work)
    {
#pragma warning disable RS0030 // The caller is another thread: its continuation must not run on the loop.
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning restore RS0030
        Post(
            async _ =>
            {
                try
                {
                    done.SetResult(await work());
                }
                catch (OperationCanceledException canceled)
                {
                    done.SetCanceled(canceled.CancellationToken);
                }
                catch (Exception problem)
                {
                    done.SetException(problem);
                }
            },
            null
        );
        return done.Task;
    }

    /// <summary>
    /// Runs the world against <paramref name="wall"/> until <paramref name="cancel"/>: one second of life is
    /// <paramref name="speed"/> seconds inside. When the world is busier than that, time inside falls behind and
    /// catches up.
    /// </summary>
    public void RunPaced(double speed, TimeProvider wall, CancellationToken cancel) =>
        Enter(() =>
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(speed);
            using var waker = cancel.Register(_woken.Set);
            var began = wall.GetTimestamp();
            var origin = Time.Elapsed.Ticks;
            while (!cancel.IsCancellationRequested)
            {
                // Whole milliseconds: the framework cuts timeouts down to them, and a wait for the rest of one would
                // end at once, for ever.
                var target =
                    origin
                    + (long)(wall.GetElapsedTime(began).TotalMilliseconds * speed) * TimeSpan.TicksPerMillisecond;
                if (!(Time.NextDue <= target))
                    Time.MoveTo(target);
                var stretch = 0;
                while (stretch++ < BusyStretch && Step(target)) { }
                if (stretch <= BusyStretch)
                    Time.MoveTo(target);
                Nap(origin, began, speed, wall);
            }
        });

    private void Nap(long origin, long began, double speed, TimeProvider wall)
    {
        if (_ready.Count > 0 || _foreignWaiting)
            return;
        var nap = LongestNap;
        if (Time.NextDue is { } due)
        {
            var wallDue = TimeSpan.FromTicks((long)((due - origin) / speed)) - wall.GetElapsedTime(began);
            if (wallDue < nap)
                nap = wallDue;
        }
        if (nap > TimeSpan.Zero)
            _woken.Wait(nap, CancellationToken.None);
        _woken.Reset();
    }

    private void PostForeign(SendOrPostCallback work, object? state)
    {
        lock (_gate)
        {
            if (!_options.AllowForeignWork && Environment.CurrentManagedThreadId != _home)
                Fail(
                    "a thread outside the loop",
                    new InvalidOperationException(
                        $"work left the loop: {work.Method.DeclaringType?.FullName}.{work.Method.Name}\n{Environment.StackTrace}"
                    )
                );
            if (_foreign.Count >= _options.ForeignWork)
                throw new InvalidOperationException($"the loop has {_foreign.Count} pieces of outside work waiting");
            _foreign.Enqueue((work, state));
            _foreignWaiting = true;
        }
        _woken.Set();
    }

    private bool TakeForeign()
    {
        lock (_gate)
        {
            while (_foreign.TryDequeue(out var item))
                _ready.Enqueue(item);
            _foreignWaiting = false;
        }
        return _ready.Count > 0;
    }
}

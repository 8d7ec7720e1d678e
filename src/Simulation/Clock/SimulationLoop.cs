namespace Tenon.Simulation.Clock;

/// <summary>
/// One thread on which a whole world runs. Work that is ready runs to quiescence; then time jumps to the next timer.
/// The same program therefore does the same things in the same order, however long they would take in life.
/// </summary>
/// <remarks>
/// Guarantees: callbacks run one at a time, in the order they were posted; a timer fires only when nothing is ready; an
/// exception nobody caught ends the run with its origin. Assumption: nothing awaits with ConfigureAwait(false) or
/// starts threads (ChannelReader.ReadAllAsync, SemaphoreSlim.WaitAsync with a token and CancelAsync do so inside the
/// framework); where something does, the run fails and says so. Only one thread runs the loop at a time.
/// </remarks>
public sealed partial class SimulationLoop : SynchronizationContext, IDisposable
{
    private readonly SimulationLoopOptions _options;
    private readonly Queue<(SendOrPostCallback Work, object? State)> _ready = new(1024);
    private readonly Queue<(SendOrPostCallback Work, object? State)> _foreign = new();
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _woken = new();
    private volatile bool _foreignWaiting;
    private volatile int _thread;
    private volatile int _home = Environment.CurrentManagedThreadId;
    private SimulationFaultException? _fault;
    private bool _stirred;
    private long _instant = -1;
    private long _callbacksInInstant;

    public SimulationLoop()
        : this(new SimulationLoopOptions()) { }

    public SimulationLoop(SimulationLoopOptions options)
    {
        _options = options;
        Time = new VirtualTime(options.Start);
    }

    public VirtualTime Time { get; }

    /// <summary>Callbacks run since the beginning; a measure of work that is the same on every machine.</summary>
    public long Callbacks { get; private set; }

    /// <summary>
    /// Called after every instant that did some work, when nothing is ready any more: where oracles look.
    /// </summary>
    public Action? Settled { get; set; }

    public bool IsOnLoop => _thread == Environment.CurrentManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOnLoop)
            _ready.Enqueue((d, state));
        else
            PostForeign(d, state);
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!IsOnLoop)
            throw new NotSupportedException(
                "waiting for the simulated loop from another thread would deadlock it: use InvokeAsync"
            );
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts named background work. Its failure ends the run; its cancellation does not.</summary>
    public Task Spawn(string name, Func<Task> work)
    {
        var done = new TaskCompletionSource();
        Post(
            static state =>
            {
                var (loop, name, work, done) = ((SimulationLoop, string, Func<Task>, TaskCompletionSource))state!;
                loop.Watch(name, work, done);
            },
            (this, name, work, done)
        );
        return done.Task;
    }

    /// <summary>Runs the world for <paramref name="duration"/> of virtual time.</summary>
    public void RunFor(TimeSpan duration) =>
        Enter(() =>
        {
            var end = Time.Elapsed.Ticks + duration.Ticks;
            while (Step(end)) { }
            Time.MoveTo(end);
        });

    /// <summary>
    /// Runs until <paramref name="condition"/> holds (asked whenever the world is quiet); false when
    /// <paramref name="limit"/> passed first.
    /// </summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var held = false;
        Enter(() =>
        {
            var end = Time.Elapsed.Ticks + limit.Ticks;
            Drain();
            while (!(held = condition()))
                if (!Step(end))
                {
                    Time.MoveTo(end);
                    held = condition();
                    return;
                }
        });
        return held;
    }

    /// <summary>
    /// Runs asynchronous work on the loop until it ends. Throws <see cref="TimeoutException"/> after
    /// <paramref name="limit"/>.
    /// </summary>
    public T Run<T>(Func<ValueTask<T>> work, TimeSpan limit)
    {
        Task<T>? task = null;
        Post(_ => task = work().AsTask(), null);
        if (!RunUntil(() => task is { IsCompleted: true }, limit))
            throw new TimeoutException($"not done after {limit} of virtual time");
        return task!.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Func<ValueTask> work, TimeSpan limit) =>
        Run(
            async () =>
            {
                await work();
                return true;
            },
            limit
        );

    public void Dispose() => _woken.Dispose();

    /// <summary>
    /// Runs what is ready, then one timer that is due by <paramref name="end"/>. False when there is none.
    /// </summary>
    private bool Step(long end)
    {
        Drain();
        if (Time.NextDue is not { } due || due > end)
            return false;
        CountCallback();
        try
        {
            Time.FireNext(end);
        }
        catch (Exception problem) when (problem is not SimulationFaultException)
        {
            throw new SimulationFaultException("a timer callback", Time.Elapsed, problem);
        }
        if (_fault is not null)
            throw Taken();
        _stirred = true;
        Drain();
        return true;
    }

    private void Drain()
    {
        while (true)
        {
            while (_ready.TryDequeue(out var item))
                RunOne(item.Work, item.State);
            if (_foreignWaiting && TakeForeign())
                continue;
            if (!_stirred)
                return;
            _stirred = false;
            Settled?.Invoke();
        }
    }

    private void RunOne(SendOrPostCallback work, object? state)
    {
        _stirred = true;
        CountCallback();
        try
        {
            work(state);
        }
        catch (Exception problem) when (problem is not SimulationFaultException)
        {
            Fail(work.Method.DeclaringType?.FullName ?? "a callback", problem);
        }
        if (_fault is not null)
            throw Taken();
    }

    private void CountCallback()
    {
        Callbacks++;
        var now = Time.Elapsed.Ticks;
        if (now != _instant)
        {
            _instant = now;
            _callbacksInInstant = 0;
        }
        if (++_callbacksInInstant > _options.CallbacksPerInstant)
            throw new SimulationFaultException(
                $"a livelock: {_options.CallbacksPerInstant} callbacks and time stands still",
                Time.Elapsed
            );
    }

    private async void Watch(string name, Func<Task> work, TaskCompletionSource done)
    {
        try
        {
            await work();
            done.SetResult();
        }
        catch (OperationCanceledException)
        {
            done.SetCanceled(CancellationToken.None);
        }
        catch (Exception problem)
        {
            done.SetCanceled(CancellationToken.None);
            Fail(name, problem);
        }
    }

    internal void Fail(string origin, Exception problem) =>
        _fault ??= problem as SimulationFaultException ?? new SimulationFaultException(origin, Time.Elapsed, problem);

    private SimulationFaultException Taken()
    {
        var fault = _fault!;
        _fault = null;
        return fault;
    }

    private void Enter(Action run)
    {
        if (_thread != 0)
            throw new InvalidOperationException("the loop is running already");
        var before = Current;
        _thread = _home = Environment.CurrentManagedThreadId;
        Time.OwnedBy(_thread);
        SetSynchronizationContext(this);
        try
        {
            run();
            if (_fault is not null)
                throw Taken();
        }
        finally
        {
            SetSynchronizationContext(before);
            Time.OwnedBy(0);
            _thread = 0;
        }
    }
}

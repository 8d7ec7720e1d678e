namespace Tenon.Kube;

/// <summary>
/// Waits that stay on their loop. The framework's WhenAny and WhenAll over delays and over WaitAsync hop to the thread
/// pool when a token is cancelled, which would let virtual time outrun the work.
/// </summary>
public static class Waiting
{
    /// <summary>
    /// True when the task ended, well or badly, within the limit; false when it did not. Cancellation throws.
    /// </summary>
    public static async Task<bool> EndsWithin(
        this Task task,
        TimeSpan limit,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var verdict = new TaskCompletionSource<bool>();
        await using var timer = time.CreateTimer(
            static state => ((TaskCompletionSource<bool>)state!).TrySetResult(false),
            verdict,
            limit,
            Timeout.InfiniteTimeSpan
        );
        await using var registration = cancel.Register(() => verdict.TrySetCanceled(cancel));
        Announce(task, verdict);
        return await verdict.Task;
    }

    private static async void Announce(Task task, TaskCompletionSource<bool> verdict)
    {
        try
        {
            await task;
        }
#pragma warning disable CA1031 // How the task ended is for its owner to look at; here only counts that it did.
        catch (Exception)
#pragma warning restore CA1031
        { }
        verdict.TrySetResult(true);
    }
}

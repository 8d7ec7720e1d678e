using System.Text;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;
using Tenon.Simulation.Clock;

namespace Tenon.Providers.Aws.Tests.Wire;

/// <summary>Stands in for AWS at the transport: answers by operation, remembers every call.</summary>
internal sealed class FakeAws : IAwsTransport, IDisposable
{
    private readonly Dictionary<string, Queue<Func<AwsCall, AwsReply>>> _answers = new(StringComparer.Ordinal);

    public FakeAws() => Session = new AwsSession(this, AwsRetryOptions.Default, Loop.Time);

    public SimulationLoop Loop { get; } = new();
    public AwsSession Session { get; }
    public List<string> Calls { get; } = [];

    /// <summary>The next answer to an operation; the last one given stays.</summary>
    public FakeAws Answer(string operation, string body, int status = 200, string? errorType = null) =>
        Answer(operation, _ => new AwsReply(status, Encoding.UTF8.GetBytes(body), errorType));

    public FakeAws Answer(string operation, Func<AwsCall, AwsReply> answer)
    {
        if (!_answers.TryGetValue(operation, out var queue))
            _answers.Add(operation, queue = new());
        queue.Enqueue(answer);
        return this;
    }

    public FakeAws Lose(string operation) =>
        Answer(operation, _ => throw new AwsTransportException("connection reset"));

    public ValueTask<AwsReply> SendAsync(AwsCall call, CancellationToken cancel)
    {
        Calls.Add(
            Uri.UnescapeDataString(Encoding.UTF8.GetString(call.Body.Span)).Replace("&", "\n", StringComparison.Ordinal)
        );
        var queue =
            _answers.GetValueOrDefault(call.Operation)
            ?? throw new InvalidOperationException($"nobody said how to answer {call.Operation}");
        return ValueTask.FromResult((queue.Count > 1 ? queue.Dequeue() : queue.Peek())(call));
    }

    public T Run<T>(Func<ValueTask<T>> work) => Loop.Run(work, TimeSpan.FromHours(1));

    public void Dispose() => Loop.Dispose();
}

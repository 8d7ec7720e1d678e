using Microsoft.Extensions.Logging;

namespace Tenon.Behaviours;

/// <summary>The operator's log on standard error, with virtual times, for those who debug a world.</summary>
internal sealed class StandardErrorLog(TimeProvider time) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Console.Error.WriteLine($"{time.GetUtcNow():HH:mm:ss} {logLevel}: {formatter(state, exception)} {exception}");
}

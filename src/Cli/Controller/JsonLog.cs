using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Tenon.Cli.Controller;

/// <summary>
/// Log lines as upstream writes them: one JSON object to a line with <c>level</c>, <c>time</c>, <c>logger</c>,
/// <c>message</c> and what the message is about. A message that repeats is thinned out: the first hundred of a second,
/// then every hundredth. Safe from any thread.
/// </summary>
sealed class JsonLog(IReadOnlyList<TextWriter> outputs, LogLevel least, TimeProvider time) : ILoggerFactory
{
    /// <summary>Of one message in one second; then each hundredth.</summary>
    const int Unthinned = 100;

    /// <summary>Different messages counted in one second; beyond that nothing is thinned.</summary>
    const int MostCounted = 4096;

    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly string[] Reserved = ["level", "time", "logger", "message", "error", "{OriginalFormat}"];

    readonly Lock _gate = new();
    readonly Dictionary<(LogLevel, string), int> _counts = [];
    long _second;

    public static LogLevel LevelOf(string name) =>
        name switch
        {
            "debug" => LogLevel.Debug,
            "error" => LogLevel.Error,
            _ => LogLevel.Information,
        };

    public ILogger CreateLogger(string categoryName) => new Line(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is one log");

    public void Dispose()
    {
        lock (_gate)
            foreach (var output in outputs)
                output.Flush();
    }

    void Write(LogLevel level, string message, Exception? error, IEnumerable<KeyValuePair<string, object?>> about)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (IsThinnedOut(now.ToUnixTimeSeconds(), level, message))
                return;
            var line = Render(now, level, message, error, about);
            foreach (var output in outputs)
            {
                output.WriteLine(line);
                output.Flush();
            }
        }
    }

    bool IsThinnedOut(long second, LogLevel level, string message)
    {
        if (second != _second)
        {
            _counts.Clear();
            _second = second;
        }
        if (_counts.Count >= MostCounted)
            return false;
        var count = _counts[(level, message)] = _counts.GetValueOrDefault((level, message)) + 1;
        return count > Unthinned && count % Unthinned != 0;
    }

    static string Render(
        DateTimeOffset now,
        LogLevel level,
        string message,
        Exception? error,
        IEnumerable<KeyValuePair<string, object?>> about
    )
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Json))
        {
            json.WriteStartObject();
            json.WriteString("level", Name(level));
            json.WriteString("time", now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("logger", "controller");
            json.WriteString("message", message);
            if (error is not null)
                json.WriteString("error", error.Message);
            var written = new HashSet<string>(Reserved, StringComparer.Ordinal);
            foreach (var (key, value) in about)
                if (written.Add(key))
                    json.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static string Name(LogLevel level) =>
        level switch
        {
            < LogLevel.Information => "DEBUG",
            < LogLevel.Error => "INFO",
            _ => "ERROR",
        };

    sealed class Line(JsonLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log.Least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                log.Write(
                    logLevel,
                    formatter(state, exception),
                    exception,
                    state as IEnumerable<KeyValuePair<string, object?>> ?? []
                );
        }
    }

    LogLevel Least { get; } = least;
}

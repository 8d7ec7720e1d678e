using System.Buffers;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>
/// What all parts of one server share. Owned by <see cref="ApiServer"/>, touched under its lock only.
/// </summary>
internal sealed class ServerState
{
    private readonly Indexing _indexing = new();

    // Every stored object is written here first, so that a write allocates its bytes once.
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    public ServerState(TimeProvider time, ApiServerOptions options)
    {
        Time = time;
        Options = options;
        Identity = new Identity(options.Seed);
        foreach (var kind in BuiltInKinds.Declare(NewStore))
            Kinds.Add(kind);
        Namespaces = BuiltIn("", "v1", "namespaces");
        _ = new CustomKinds(this);
    }

    public TimeProvider Time { get; }
    public ApiServerOptions Options { get; }
    public KindRegistry Kinds { get; } = new();
    public RevisionClock Clock { get; } = new();
    public Identity Identity { get; }
    public ApiKind Namespaces { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public KindStore NewStore() => new(Clock, Options.WatchHistoryEvents, Options.WatchHistoryBytes);

    public ApiKind BuiltIn(string group, string version, string plural) =>
        Kinds.TryFind(group, version, plural, out var kind)
            ? kind
            : throw new InvalidOperationException($"no built-in {plural}");

    /// <summary>Called after every change, before the reply: how a CRD's kind comes and goes.</summary>
    public event Action<ApiKind, Change>? Committed;

    /// <summary>Gives the object the next revision and makes it the current one.</summary>
    public StoredObject Put(ApiKind kind, StoredObject? before, JsonObject item)
    {
        var after = Seal(kind, before is null ? WatchEventType.Added : WatchEventType.Modified, item);
        Commit(kind, new Change(before is null ? WatchEventType.Added : WatchEventType.Modified, before, after));
        return after;
    }

    /// <summary>Removes the object; its last version carries the revision of the removal.</summary>
    public StoredObject Remove(ApiKind kind, StoredObject before, JsonObject item)
    {
        var after = Seal(kind, WatchEventType.Deleted, item);
        Commit(kind, new Change(WatchEventType.Deleted, before, after));
        return after;
    }

    private StoredObject Seal(ApiKind kind, WatchEventType type, JsonObject item)
    {
        var revision = Clock.Next();
        Meta.Of(item)["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _buffer.ResetWrittenCount();
        JsonBytes.Write(_buffer, item);
        return StoredObject.From(type, _buffer.WrittenSpan, _indexing.Of(kind, item, revision));
    }

    private void Commit(ApiKind kind, in Change change)
    {
        kind.Store.Commit(change);
        Committed?.Invoke(kind, change);
    }
}

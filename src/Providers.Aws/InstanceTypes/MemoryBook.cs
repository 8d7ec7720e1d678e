using Tenon.Api.Aws;
using Tenon.Foundation.Hashing;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.InstanceTypes;

/// <summary>
/// Memory that nodes reported, by type and set of images (AWS provider specification §4.7): the least one seen counts,
/// because the guess made before a node has been seen is a guess. Kept for sixty days.
/// </summary>
public sealed class MemoryBook(TimeProvider time)
{
    private const int Most = 100_000;
    private readonly Lock _lock = new();
    private readonly ExpiringCache<string, long> _bytes = new(TimeSpan.FromDays(60), Most, time);

    public long? Of(string instanceType, Ec2NodeClass nodeClass) =>
        _bytes.TryGet(Key(instanceType, nodeClass), out var bytes) ? bytes : null;

    public void Saw(string instanceType, Ec2NodeClass nodeClass, long bytes)
    {
        var key = Key(instanceType, nodeClass);
        lock (_lock)
            if (!_bytes.TryGet(key, out var known) || bytes <= known)
                _bytes.Put(key, bytes);
    }

    private static string Key(string instanceType, Ec2NodeClass nodeClass) =>
        FormattableString.Invariant(
            $"{instanceType}-{StableHash.Of(string.Join(',', (nodeClass.Status?.Amis ?? []).Select(image => image.Id)))}"
        );
}

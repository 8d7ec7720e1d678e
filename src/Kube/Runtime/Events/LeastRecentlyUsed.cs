using System.Diagnostics.CodeAnalysis;

namespace Tenon.Kube.Runtime.Events;

/// <summary>A bounded map that forgets what was not asked for the longest.</summary>
internal sealed class LeastRecentlyUsed<TValue>(int limit)
{
    private readonly Dictionary<string, LinkedListNode<(string Key, TValue Value)>> _nodes = new(
        StringComparer.Ordinal
    );
    private readonly LinkedList<(string Key, TValue Value)> _order = new();

    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(string key, TValue value)
    {
        if (_nodes.Remove(key, out var old))
            _order.Remove(old);
        if (_nodes.Count >= limit && _order.First is { } oldest)
        {
            _order.RemoveFirst();
            _nodes.Remove(oldest.Value.Key);
        }
        _nodes[key] = _order.AddLast((key, value));
    }
}

using Tenon.Api;

namespace Tenon.Kube.Client.Requests;

/// <summary>
/// The name of an object within its kind; <see cref="Namespace"/> is null for cluster-scoped kinds. Ordered by
/// namespace, then name, ordinally, with cluster-scoped names first: the one order in which stores list their content.
/// </summary>
public readonly record struct ObjectKey(string? Namespace, string Name) : IComparable<ObjectKey>
{
    public static ObjectKey Of(IKubeObject item) =>
        new(
            item.Metadata.Namespace is { Length: > 0 } ns ? ns : null,
            item.Metadata.Name ?? throw new ArgumentException($"a {item.Kind} without a name has no key")
        );

    public int CompareTo(ObjectKey other)
    {
        var order = string.CompareOrdinal(Namespace, other.Namespace);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }

    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";

    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;
}

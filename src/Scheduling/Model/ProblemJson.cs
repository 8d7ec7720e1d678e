using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tenon.Scheduling.Model;

/// <summary>
/// <c>problem.json</c>: a moment that can be saved, attached to a report, and solved again to the same plan.
/// </summary>
public static class ProblemJson
{
    public static byte[] Write(Problem problem) =>
        JsonSerializer.SerializeToUtf8Bytes(problem, ProblemJsonContext.Default.Problem);

    /// <summary>Null with a one-line reason when the text is no problem of a version this engine knows.</summary>
    public static Problem? Read(ReadOnlySpan<byte> utf8, out string? fault)
    {
        try
        {
            var problem = JsonSerializer.Deserialize(utf8, ProblemJsonContext.Default.Problem);
            fault =
                problem is null ? "problem: the file holds null"
                : problem.Version != Problem.FormatVersion
                    ? $"problem: format version {problem.Version}, known is {Problem.FormatVersion}"
                : ProblemCheck.Fault(problem);
            return fault is null ? problem : null;
        }
        catch (JsonException failure)
        {
            fault = $"problem: {failure.Message}";
            return null;
        }
    }
}

/// <summary>Whether every number that names something names something that is there.</summary>
internal static class ProblemCheck
{
    public static string? Fault(Problem it)
    {
        var resources = it.Resources.Length;
        var ok =
            Within(it.HostnameKey, it.Keys.Length)
            && Within(it.CapacityTypeKey, it.Keys.Length)
            && it.Values.Length == it.Keys.Length
            && it.Sets is [{ Length: 0 }, ..]
            && Array.TrueForAll(it.WellKnownKeys, key => Within(key, it.Keys.Length))
            && Array.TrueForAll(
                it.Rows,
                row =>
                    Within(row.Key, it.Keys.Length)
                    && Array.TrueForAll(row.Values, value => Within(value, it.Values[row.Key].Length))
            )
            && Array.TrueForAll(it.Sets, set => Array.TrueForAll(set, row => Within(row, it.Rows.Length)));
        if (!ok)
            return "problem: a key, value, row or set is out of range";
        ok =
            Array.TrueForAll(
                it.Types,
                type =>
                    Within(type.Set, it.Sets.Length)
                    && type.Capacity.Length == resources
                    && Array.TrueForAll(
                        type.Shapes,
                        shape =>
                            shape.Allocatable.Length == resources
                            && Array.TrueForAll(
                                shape.Offerings,
                                offer => Within(offer.Set, it.Sets.Length) && offer.Reservation < it.Reservations.Length
                            )
                    )
            )
            && Array.TrueForAll(
                it.Pools,
                pool =>
                    Within(pool.Set, it.Sets.Length)
                    && Within(pool.Taints, it.TaintLists.Length)
                    && pool.LimitLeft.Length == resources
                    && Array.TrueForAll(pool.Types, type => Within(type, it.Types.Length))
            )
            && Array.TrueForAll(
                it.Nodes,
                node =>
                    Within(node.Set, it.Sets.Length)
                    && Within(node.Taints, it.TaintLists.Length)
                    && Within(node.Host, it.Values[it.HostnameKey].Length)
                    && node.Available.Length == resources
                    && node.DaemonsBound.Length == resources
            );
        if (!ok)
            return "problem: a type, pool or node is out of range";
        ok =
            Array.TrueForAll(
                it.Groups,
                group =>
                    Within(group.Key, it.Keys.Length)
                    && group.Domains.Length == group.Counts.Length
                    && Array.TrueForAll(group.Domains, domain => Within(domain, it.Values[group.Key].Length))
                    && Array.TrueForAll(group.Selects, labels => Within(labels, it.LabelClasses))
            )
            && Array.TrueForAll(
                it.Classes,
                pods =>
                    pods.Requests.Length == resources
                    && Within(pods.LabelClass, it.LabelClasses)
                    && pods.Variants.Length > 0
                    && Array.TrueForAll(
                        pods.Variants,
                        variant =>
                            Within(variant.Full.Set, it.Sets.Length)
                            && Within(variant.Strict.Set, it.Sets.Length)
                            && Within(variant.Tolerations, it.TolerationLists.Length)
                            && Array.TrueForAll(variant.Groups, group => Within(group, it.Groups.Length))
                            && Array.TrueForAll(variant.InverseGroups, group => Within(group, it.Groups.Length))
                    )
            )
            && Array.TrueForAll(it.Pods, pod => Within(pod.Class, it.Classes.Length));
        return ok ? null : "problem: a group, class or pod is out of range";
    }

    private static bool Within(int index, int count) => (uint)index < (uint)count;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJsonContext : JsonSerializerContext;

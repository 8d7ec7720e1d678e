using System.Globalization;
using Tenon.Api.Core;

namespace Tenon.Simulation.Oracles.Legality;

/// <summary>Rules between one pod and one node: cordon, taints, labels, resources, host ports.</summary>
internal static class NodeRules
{
    public static Broken? Broken(Pod pod, BoardNode board, ResourceList requests)
    {
        var (spec, node) = (pod.Spec, board.Node);
        if (!string.IsNullOrEmpty(spec.NodeName) && spec.NodeName != node.Metadata.Name)
            return new("the requested node name", spec.NodeName);
        if (
            node.Spec.Unschedulable == true
            && !Tolerates(spec, new Taint { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" })
        )
            return new("the cordon", "the node is unschedulable");
        foreach (var taint in node.Spec.Taints)
            if (taint.Effect is "NoSchedule" or "NoExecute" && !Tolerates(spec, taint))
                return new("a taint", $"{taint.Key}={taint.Value}:{taint.Effect}");
        foreach (var (key, value) in spec.NodeSelector)
            if (board.Labels.GetValueOrDefault(key) != value)
                return new("its node selector", $"{key}={value}");
        if (
            spec.Affinity?.NodeAffinity?.Required is { } required
            && !required.NodeSelectorTerms.Any(term => Holds(term, node))
        )
            return new("its node affinity", "no term holds");
        return Room(board, requests) ?? Ports(spec, board);
    }

    public static bool Holds(NodeSelectorTerm term, Node node) =>
        term.MatchExpressions.Count + term.MatchFields.Count > 0
        && term.MatchExpressions.All(one => Holds(one.Key, one.Operator, one.Values, node.Metadata.Labels))
        && term.MatchFields.All(one =>
            one.Key == "metadata.name" && one.Values.Contains(node.Metadata.Name!) == (one.Operator == "In")
        );

    public static bool Holds(LabelSelector? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is not null
        && selector.MatchLabels.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value)
        && selector.MatchExpressions.All(one => Holds(one.Key, one.Operator, one.Values, labels));

    public static bool Tolerates(PodSpec spec, Taint taint) =>
        spec.Tolerations.Any(toleration =>
            (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
            && (string.IsNullOrEmpty(toleration.Key) ? toleration.Operator == "Exists" : toleration.Key == taint.Key)
            && (toleration.Operator == "Exists" || (toleration.Value ?? "") == (taint.Value ?? ""))
        );

    /// <summary>
    /// Containers and sidecars together, or the worst moment of starting up, whichever is more; plus overhead.
    /// </summary>
    public static ResourceList RequestsOf(PodSpec spec)
    {
        var running = ResourceList.Empty;
        var peak = ResourceList.Empty;
        var sidecars = ResourceList.Empty;
        foreach (var init in spec.InitContainers)
        {
            var own = Effective(init.Resources);
            if (init.RestartPolicy == "Always")
                sidecars += own;
            peak = ResourceList.Max(peak, init.RestartPolicy == "Always" ? sidecars : sidecars + own);
        }
        foreach (var container in spec.Containers)
            running += Effective(container.Resources);
        var total = ResourceList.Max(running + sidecars, peak);
        if (spec.Resources is { } whole)
            foreach (var (name, amount) in Effective(whole))
                total = total.With(name, amount);
        return (total + spec.Overhead).With("pods", Quantity.FromUnits(1));
    }

    public static string KeyOf(PodSpec spec) =>
        string.Join(
            ';',
            RequestsOf(spec).Select(pair => pair.Key + ":" + pair.Value.Nanos.ToString(CultureInfo.InvariantCulture))
        );

    private static ResourceList Effective(ResourceRequirements resources)
    {
        var requests = resources.Requests;
        foreach (var (name, limit) in resources.Limits)
            if (!requests.ContainsKey(name))
                requests = requests.With(name, limit);
        return requests;
    }

    private static Broken? Room(BoardNode board, ResourceList requests)
    {
        foreach (var (name, wanted) in requests)
        {
            if (wanted.IsZero)
                continue;
            var free = board.Node.Status.Allocatable.Of(name) - board.Used.Of(name);
            if (wanted > free)
                return new("the node's resources", $"{name}: wants {wanted}, {free} are free");
        }
        return null;
    }

    private static Broken? Ports(PodSpec spec, BoardNode board)
    {
        foreach (var (ip, protocol, port) in HostPorts(spec))
        foreach (var other in board.Pods.Values)
        foreach (var taken in HostPorts(other.Spec))
            if (
                taken.Port == port
                && taken.Protocol == protocol
                && (taken.Ip == ip || taken.Ip == "0.0.0.0" || ip == "0.0.0.0")
            )
                return new("the node's host ports", $"{protocol} {port} is taken by {other.Metadata.Name}");
        return null;
    }

    private static IEnumerable<(string Ip, string Protocol, int Port)> HostPorts(PodSpec spec) =>
        spec
            .Containers.Concat(spec.InitContainers.Where(init => init.RestartPolicy == "Always"))
            .SelectMany(container => container.Ports)
            .Where(port => port.HostPort > 0)
            .Select(port =>
                (
                    string.IsNullOrEmpty(port.HostIP) ? "0.0.0.0" : port.HostIP,
                    port.Protocol ?? "TCP",
                    port.HostPort!.Value
                )
            );

    public static bool Holds(
        string key,
        string op,
        IReadOnlyList<string> values,
        IReadOnlyDictionary<string, string> labels
    )
    {
        var has = labels.TryGetValue(key, out var value);
        return op switch
        {
            "In" => has && values.Contains(value!),
            "NotIn" => !has || !values.Contains(value!),
            "Exists" => has,
            "DoesNotExist" => !has,
            "Gt" => has
                && long.TryParse(value, out var number)
                && number > long.Parse(values[0], CultureInfo.InvariantCulture),
            "Lt" => has
                && long.TryParse(value, out var number)
                && number < long.Parse(values[0], CultureInfo.InvariantCulture),
            _ => false,
        };
    }
}

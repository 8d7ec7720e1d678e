using Tenon.Api.Core;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Writes down everything about a pod that a rule looks at. Pods with the same text form one class. The text lives in
/// one reused buffer; two pods that list their labels in another order merely become two classes.
/// </summary>
internal sealed class ClassKey
{
    private char[] _buffer = new char[4096];
    private int _length;

    public ReadOnlySpan<char> Of(Pod pod, bool withOwner)
    {
        _length = 0;
        Add(pod.Metadata.Namespace);
        Add(pod.Metadata.Labels);
        if (withOwner)
            foreach (var owner in pod.Metadata.OwnerReferences)
                if (owner.Controller == true)
                    Add(owner.Uid);
        var spec = pod.Spec;
        Add(spec.NodeSelector);
        AddTolerations(spec.Tolerations);
        foreach (var container in spec.Containers)
            Add('c', container);
        foreach (var container in spec.InitContainers)
            Add('i', container);
        if (spec.Resources is { } podLevel)
            Add(podLevel.Requests);
        Mark('o');
        Add(spec.Overhead);
        if (spec.ResourceClaims.Count > 0)
            Mark('D');
        AddVolumes(pod);
        if (spec.Affinity is { } affinity)
            Add(affinity);
        foreach (var spread in spec.TopologySpreadConstraints)
            Add(spread);
        AddStatus(pod.Status);
        return _buffer.AsSpan(0, _length);
    }

    /// <summary>What decides whom a pod with required anti-affinity keeps away, and where it may run.</summary>
    public ReadOnlySpan<char> OfCarrier(Pod pod, string labels, IReadOnlyList<PodAffinityTerm> required)
    {
        _length = 0;
        Add(labels);
        foreach (var term in required)
            Add('x', 0, term);
        AddTolerations(pod.Spec.Tolerations);
        return _buffer.AsSpan(0, _length);
    }

    private void Add(char kind, Container container)
    {
        Mark(kind);
        if (container.RestartPolicy == "Always")
            Mark('A');
        Add(container.Resources.Requests);
        if (container.Resources.Claims.Count > 0)
            Mark('D');
        foreach (var port in container.Ports)
        {
            if (port.HostPort is not { } number || number == 0)
                continue;
            Mark('h');
            Add(port.HostIP);
            Add(number);
            Add(port.Protocol);
        }
    }

    private void AddTolerations(IReadOnlyList<Toleration> tolerations)
    {
        foreach (var toleration in tolerations)
        {
            Mark('t');
            Add(toleration.Key);
            Add(toleration.Operator);
            Add(toleration.Value);
            Add(toleration.Effect);
        }
    }

    private void AddVolumes(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            if (volume.PersistentVolumeClaim is { } claim)
            {
                Mark('v');
                Add(claim.ClaimName);
            }
            else if (volume.Ephemeral is not null)
            {
                Mark('e');
                Add(pod.Metadata.Name);
                Add(volume.Name);
            }
        }
    }

    private void Add(Affinity affinity)
    {
        foreach (var term in affinity.NodeAffinity?.Required?.NodeSelectorTerms ?? [])
            Add('R', term);
        foreach (var term in affinity.NodeAffinity?.Preferred ?? [])
        {
            Add(term.Weight);
            Add('P', term.Preference);
        }
        foreach (var term in affinity.PodAffinity?.Required ?? [])
            Add('a', 0, term);
        foreach (var term in affinity.PodAffinity?.Preferred ?? [])
            Add('b', term.Weight, term.Term);
        foreach (var term in affinity.PodAntiAffinity?.Required ?? [])
            Add('x', 0, term);
        foreach (var term in affinity.PodAntiAffinity?.Preferred ?? [])
            Add('y', term.Weight, term.Term);
    }

    private void Add(char kind, NodeSelectorTerm term)
    {
        Mark(kind);
        foreach (var expression in term.MatchExpressions)
            Add(expression.Key, expression.Operator, expression.Values);
        Mark('f');
        foreach (var field in term.MatchFields)
            Add(field.Key, field.Operator, field.Values);
    }

    private void Add(char kind, int weight, PodAffinityTerm term)
    {
        Mark(kind);
        Add(weight);
        Add(term.TopologyKey);
        Add(term.LabelSelector);
        Add(term.NamespaceSelector);
        Add(term.Namespaces);
        Add(term.MatchLabelKeys);
        Add(term.MismatchLabelKeys);
    }

    private void Add(TopologySpreadConstraint spread)
    {
        Mark('s');
        Add(spread.TopologyKey);
        Add(spread.MaxSkew);
        Add(spread.MinDomains ?? -1);
        Add(spread.WhenUnsatisfiable);
        Add(spread.NodeAffinityPolicy);
        Add(spread.NodeTaintsPolicy);
        Add(spread.LabelSelector);
        Add(spread.MatchLabelKeys);
    }

    private void AddStatus(PodStatus status)
    {
        foreach (var container in status.ContainerStatuses)
            Add(container);
        foreach (var container in status.InitContainerStatuses)
            Add(container);
        foreach (var condition in status.Conditions)
            if (condition is { Type: "PodResizePending", Reason: "Infeasible" })
                Mark('I');
    }

    private void Add(ContainerStatus status)
    {
        if (status.Resources is not { } resources)
            return;
        Mark('S');
        Add(status.Name);
        Add(resources.Requests);
        Add(status.AllocatedResources);
    }

    private void Add(LabelSelector? selector)
    {
        if (selector is null)
        {
            Mark('0');
            return;
        }
        Mark('1');
        Add(selector.MatchLabels);
        foreach (var expression in selector.MatchExpressions)
            Add(expression.Key, expression.Operator, expression.Values);
    }

    private void Add(string key, string @operator, IReadOnlyList<string> values)
    {
        Add(key);
        Add(@operator);
        Add(values);
    }

    private void Add(IReadOnlyList<string> values)
    {
        Mark('[');
        for (var i = 0; i < values.Count; i++)
            Add(values[i]);
        Mark(']');
    }

    private void Add(IReadOnlyDictionary<string, string> pairs)
    {
        Mark('{');
        if (pairs.Count > 0)
            foreach (var (key, value) in pairs)
            {
                Add(key);
                Add(value);
            }
        Mark('}');
    }

    private void Add(ResourceList amounts)
    {
        Mark('{');
        if (amounts.Count > 0)
            foreach (var (name, quantity) in amounts)
            {
                Add(name);
                Add((long)(quantity.Nanos >> 64));
                Add(unchecked((long)quantity.Nanos));
            }
        Mark('}');
    }

    /// <summary>Length first, so that no text can pretend to be two.</summary>
    private void Add(string? text)
    {
        text ??= "";
        Room(text.Length + 1);
        _buffer[_length++] = unchecked((char)text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    private void Add(long number)
    {
        Room(4);
        for (var shift = 0; shift < 64; shift += 16)
            _buffer[_length++] = unchecked((char)(number >> shift));
    }

    private void Mark(char mark)
    {
        Room(1);
        _buffer[_length++] = mark;
    }

    private void Room(int more)
    {
        if (_length + more > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}

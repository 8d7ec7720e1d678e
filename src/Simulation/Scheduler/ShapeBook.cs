using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Simulation.Scheduler;

/// <summary>Finds the shape of a pod, by a text of all that scheduling looks at.</summary>
internal sealed class ShapeBook(ResourceTable resources)
{
    private readonly Dictionary<string, PodShape> _shapes = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();

    public List<PodShape> All { get; } = [];

    public PodShape Of(Pod pod)
    {
        var key = KeyOf(pod);
        if (_shapes.TryGetValue(key, out var shape))
            return shape;
        shape = Read(pod, key);
        All.Add(shape);
        return _shapes[key] = shape;
    }

    private string KeyOf(Pod pod)
    {
        var spec = pod.Spec;
        _text
            .Clear()
            .Append(pod.Metadata.Namespace)
            .Append('|')
            .Append(spec.Priority ?? 0)
            .Append(spec.PreemptionPolicy);
        Pairs(pod.Metadata.Labels);
        Pairs(spec.NodeSelector);
        foreach (var container in spec.Containers)
            Requests(container);
        _text.Append('/');
        foreach (var container in spec.InitContainers)
            Requests(container);
        if (spec.Resources is { } whole)
            _text.Append('=').Append(ApiJson.WriteText(whole));
        Amounts(spec.Overhead);
        foreach (var toleration in spec.Tolerations)
            _text
                .Append("|t")
                .Append(toleration.Key)
                .Append('\u0001')
                .Append(toleration.Operator)
                .Append('\u0001')
                .Append(toleration.Value)
                .Append('\u0001')
                .Append(toleration.Effect);
        if (spec.Affinity is { } affinity)
            _text.Append("|a").Append(ApiJson.WriteText(affinity));
        foreach (var spread in spec.TopologySpreadConstraints)
            _text.Append("|s").Append(ApiJson.WriteText(spread));
        foreach (var volume in VolumesOf(pod))
            _text.Append("|v").Append(volume.Claim).Append(volume.Ephemeral);
        return _text.ToString();
    }

    private void Pairs(IReadOnlyDictionary<string, string> pairs)
    {
        _text.Append('|');
        if (pairs.Count == 0)
            return;
        foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            _text.Append(key).Append('\u0001').Append(value).Append('\u0002');
    }

    private void Requests(Container container)
    {
        _text.Append('|').Append(container.RestartPolicy);
        Amounts(container.Resources.Requests);
        _text.Append('<');
        Amounts(container.Resources.Limits);
        foreach (var port in container.Ports)
            if (port.HostPort is > 0)
                _text.Append('p').Append(port.HostIP).Append(port.Protocol).Append(port.HostPort);
    }

    private void Amounts(ResourceList amounts)
    {
        foreach (var (name, amount) in amounts)
            _text.Append(name).Append(':').Append(amount.Nanos.ToString(CultureInfo.InvariantCulture)).Append(',');
    }

    private PodShape Read(Pod pod, string key)
    {
        var spec = pod.Spec;
        var ns = pod.Metadata.Namespace ?? "";
        var required = spec.Affinity?.PodAffinity?.Required ?? [];
        var repelling = spec.Affinity?.PodAntiAffinity?.Required ?? [];
        var preferred = (spec.Affinity?.PodAffinity?.Preferred ?? [])
            .Select(term => Rule(term.Term, term.Weight))
            .Concat((spec.Affinity?.PodAntiAffinity?.Preferred ?? []).Select(term => Rule(term.Term, -term.Weight)));
        return new PodShape
        {
            Id = All.Count,
            Key = key,
            Sample = pod,
            Requests = PodRequests.Of(spec, resources),
            Ports = [.. PortsOf(spec)],
            HardSpread = [.. Spread("DoNotSchedule")],
            SoftSpread = [.. Spread("ScheduleAnyway")],
            Affinity = [.. required.Select(term => Rule(term, 1))],
            AntiAffinity = [.. repelling.Select(term => Rule(term, 0))],
            Preferred = [.. preferred],
            Volumes = [.. VolumesOf(pod)],
        };

        AffinityRule Rule(PodAffinityTerm term, int weight) =>
            new(
                term,
                WithKeys(term.LabelSelector, term.MatchLabelKeys, term.MismatchLabelKeys, pod.Metadata.Labels),
                ns,
                weight
            );

        IEnumerable<SpreadRule> Spread(string how) =>
            spec
                .TopologySpreadConstraints.Where(constraint => constraint.WhenUnsatisfiable == how)
                .Select(constraint => new SpreadRule(
                    constraint,
                    WithKeys(constraint.LabelSelector, constraint.MatchLabelKeys, [], pod.Metadata.Labels) ?? Nothing
                ));
    }

    /// <summary>An absent spread selector selects nothing: every domain counts zero.</summary>
    private static readonly LabelSelector Nothing = new()
    {
        MatchExpressions = [new LabelSelectorRequirement { Key = "\u0001", Operator = "Exists" }],
    };

    private static LabelSelector? WithKeys(
        LabelSelector? selector,
        IReadOnlyList<string> same,
        IReadOnlyList<string> other,
        IReadOnlyDictionary<string, string> labels
    )
    {
        if (selector is null || same.Count + other.Count == 0)
            return selector;
        var added = selector.MatchExpressions.ToList();
        foreach (var key in same)
            if (labels.TryGetValue(key, out var value))
                added.Add(
                    new LabelSelectorRequirement
                    {
                        Key = key,
                        Operator = "In",
                        Values = [value],
                    }
                );
        foreach (var key in other)
            if (labels.TryGetValue(key, out var value))
                added.Add(
                    new LabelSelectorRequirement
                    {
                        Key = key,
                        Operator = "NotIn",
                        Values = [value],
                    }
                );
        return selector with { MatchExpressions = added };
    }

    private static IEnumerable<HostPort> PortsOf(PodSpec spec) =>
        from container in spec.Containers.Concat(spec.InitContainers.Where(init => init.RestartPolicy == "Always"))
        from port in container.Ports
        where port.HostPort is > 0
        select new HostPort(
            string.IsNullOrEmpty(port.HostIP) ? "0.0.0.0" : port.HostIP,
            port.Protocol ?? "TCP",
            port.HostPort!.Value
        );

    private static IEnumerable<PodVolume> VolumesOf(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes)
            if (volume.PersistentVolumeClaim is { } claim)
                yield return new PodVolume(claim.ClaimName, false);
            else if (volume.Ephemeral is not null)
                yield return new PodVolume($"{pod.Metadata.Name}-{volume.Name}", true);
    }
}

using System.Collections.Immutable;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Explain;

/// <summary>A place that a pod does not have, and why.</summary>
/// <param name="Place">A node, a planned machine, or a pool that could open one.</param>
/// <param name="Why">All causes; none when the place would do.</param>
/// <param name="Message">Details; empty where the causes say all there is to say.</param>
/// <param name="Shortfall">How far the worst resource is missed: 0.25 asks a quarter more than there is.</param>
public sealed record Elsewhere(string Kind, string Place, Misfit Why, string Message, double Shortfall);

/// <summary>Where a pod is in a plan, what it gave up for that, and why it is nowhere else.</summary>
/// <param name="Given">How many preferences or alternatives it gave up.</param>
/// <param name="Place">The node or machine; null when there is none.</param>
/// <param name="Refusal">Why there is none, in upstream's words.</param>
/// <param name="Others">Every other place, in the order in which the pod would try them.</param>
/// <param name="Nearest">The place that misses by least; null when another would do as well.</param>
public sealed record PodExplanation(
    string Pod,
    string? Place,
    bool IsNew,
    int Given,
    int Steps,
    string? Refusal,
    ImmutableArray<Elsewhere> Others,
    Elsewhere? Nearest
);

/// <summary>
/// Why a pod is where it is and not elsewhere. Everything is judged against the finished plan, with the pod itself
/// where it is: what it takes from other places it does not take back.
/// </summary>
public sealed class Inspection
{
    private readonly Plan _plan;
    private readonly Tables _tables;
    private readonly Refusals _refusals;
    private readonly ImmutableArray<Machine> _machines;

    public Inspection(Plan plan)
    {
        _plan = plan;
        _tables = plan.Tables;
        _refusals = new(plan);
        _machines = PlanReading.Machines(plan);
    }

    /// <summary>Null when the problem has no such pod.</summary>
    /// <param name="name"><c>namespace/name</c>.</param>
    public PodExplanation? Of(string name)
    {
        var pod = Array.FindIndex(_plan.Problem.Pods, it => it.Name == name);
        if (pod < 0)
            return null;
        var id = _plan.Problem.Pods[pod].Class;
        var pods = _tables.Classes[id];
        var node = _plan.NodeOf[pod];
        var machine = node >= 0 ? -1 : MachineOf(name);
        var variant = node >= 0 || machine >= 0 ? _plan.Assignment.VariantOf[pod] : pods.Spec.Variants.Length - 1;
        var others = ImmutableArray.CreateBuilder<Elsewhere>();
        for (var other = 0; other < _plan.Problem.Nodes.Length; other++)
            if (other != node)
                others.Add(AgainstNode(other, pods, pods.Spec.Variants[variant]));
        for (var other = 0; other < _machines.Length; other++)
            if (other != machine)
                others.Add(AgainstMachine(other, pods, pods.Spec.Variants[variant]));
        for (var pool = 0; pool < _tables.Pools.Length; pool++)
            others.Add(AgainstPool(pool, id, pods, pods.Spec.Variants[variant]));
        var refused = _plan.Refused.FirstOrDefault(it => it.Pod == pod, new Refused(-1, default, -1));
        return new PodExplanation(
            name,
            node >= 0 ? _plan.Problem.Nodes[node].Name
                : machine >= 0 ? _machines[machine].Name
                : null,
            machine >= 0,
            variant,
            pods.Spec.Variants.Length - 1,
            refused.Pod < 0 ? null : _refusals.Of(refused).Message,
            others.ToImmutable(),
            Nearest(others)
        );
    }

    /// <summary>Fewest causes first, then the smallest shortfall, then the order of trying.</summary>
    private static Elsewhere? Nearest(IEnumerable<Elsewhere> others) =>
        others
            .Where(it => it.Why != Misfit.None)
            .OrderBy(it => int.PopCount((int)it.Why))
            .ThenBy(it => it.Shortfall)
            .FirstOrDefault();

    private int MachineOf(string name)
    {
        for (var machine = 0; machine < _machines.Length; machine++)
            if (_machines[machine].Pods.BinarySearch(name, StringComparer.Ordinal) >= 0)
                return machine;
        return -1;
    }

    private Elsewhere AgainstNode(int node, ClassTable pods, VariantSpec variant)
    {
        var spec = _plan.Problem.Nodes[node];
        var (why, texts) = (Misfit.None, new List<string>());
        Taints(spec.Taints, variant, ref why, texts);
        if (Conflict(spec.Set, LabelSet.None, variant, spec.Host) is { } conflict)
        {
            why |= Misfit.Requirements;
            texts.Add(conflict);
        }
        var left = _plan.Packing.NodeLeft.AsSpan(node * _tables.Resources, _tables.Resources);
        var shortfall = Short(left, pods, ref why, texts);
        if (why == Misfit.None && _plan.Packing.TryNode(node, pods, variant) != Verdict.Fits)
            why = Rest(pods, variant);
        return new("node", spec.Name, why, string.Join("; ", texts), shortfall);
    }

    private Elsewhere AgainstMachine(int machine, ClassTable pods, VariantSpec variant)
    {
        var claim = _plan.Claims[machine];
        var type = _plan.Problem.Types[claim.Types[0]];
        var (why, texts) = (Misfit.None, new List<string>());
        Taints(_plan.Problem.Pools[claim.Pool].Taints, variant, ref why, texts);
        if (Conflict(claim.Set, WellKnown(), variant, host: -1) is { } conflict)
        {
            why |= Misfit.Requirements;
            texts.Add(conflict);
        }
        else if (!CanBeBought(claim, variant))
        {
            why |= Misfit.Requirements;
            texts.Add("none of its instance types can be bought so");
        }
        var left = new long[_tables.Resources];
        foreach (var shape in claim.Types.SelectMany(it => _plan.Problem.Types[it].Shapes))
            for (var resource = 0; resource < left.Length; resource++)
                left[resource] = Math.Max(left[resource], shape.Allocatable[resource] - claim.Requests[resource]);
        var shortfall = Short(left, pods, ref why, texts);
        if (why == Misfit.None && variant.Groups.Length + _tables.InverseOf[pods.Spec.LabelClass].Length > 0)
            why = Rest(pods, variant);
        return new("nodeclaim", $"{_machines[machine].Name} ({type.Name})", why, string.Join("; ", texts), shortfall);
    }

    private bool CanBeBought(PlannedClaim claim, VariantSpec variant)
    {
        var both = _tables.Sets.TryMerge(claim.Set, variant.Full.Set);
        if (both < 0)
            return false;
        var allowed = _tables.Allowed(both);
        for (var shape = BitRow.Next(allowed, 0); shape >= 0; shape = BitRow.Next(allowed, shape + 1))
            if (claim.Types.Contains(_tables.TypeOf[shape]))
                return true;
        return false;
    }

    private Elsewhere AgainstPool(int pool, int id, ClassTable pods, VariantSpec variant)
    {
        var table = _tables.Pools[pool];
        var name = table.Spec.Name;
        if (table.IsEmpty)
            return new("nodepool", name, Misfit.NoInstanceTypes, "its requirements leave no instance type", 0);
        if (_plan.Packing.TryNew(pool, pods, variant) == Verdict.Fits)
            return new("nodepool", name, Misfit.None, "a new machine would do", 0);
        var reason = _refusals.Of(pool, id);
        var most = new long[_tables.Resources];
        foreach (var type in table.Spec.Types)
        foreach (var shape in _plan.Problem.Types[type].Shapes)
            for (var resource = 0; resource < most.Length; resource++)
                most[resource] = Math.Max(most[resource], shape.Allocatable[resource]);
        var none = Misfit.None;
        return new("nodepool", name, reason.Why, reason.Message, Short(most, pods, ref none, []));
    }

    private void Taints(int taints, VariantSpec variant, ref Misfit why, List<string> texts)
    {
        var unmet = Tolerations.Unmet(
            Tolerance.Raise(_plan.Problem.TaintLists[taints]),
            Tolerance.Raise(_plan.Problem.TolerationLists[variant.Tolerations])
        );
        if (unmet is null)
            return;
        why |= Misfit.Taint;
        texts.Add(unmet);
    }

    private string? Conflict(int set, LabelSet allowUndefined, VariantSpec variant, int host)
    {
        var asked = _tables.Sets.Raise(variant.Full.Set);
        if (_tables.Sets.Raise(set).Compatible(asked, allowUndefined) is { } conflict)
            return conflict;
        var fits =
            host < 0 ? _tables.AllowsNewHost(variant.Full.HostRow) : _tables.AllowsHost(variant.Full.HostRow, host);
        return fits ? null : $"it asks for {_tables.Rows.Raise(variant.Full.HostRow)}";
    }

    private LabelSet WellKnown() =>
        LabelSet.None.With(_plan.Problem.WellKnownKeys.Select(key => _plan.Problem.Keys[key]));

    private double Short(ReadOnlySpan<long> left, ClassTable pods, ref Misfit why, List<string> texts)
    {
        var worst = 0.0;
        for (var at = 0; at < pods.Asked.Length; at++)
        {
            var (resource, asked) = (pods.Asked[at], pods.Amounts[at]);
            if (asked <= left[resource])
                continue;
            why |= Misfit.Resources;
            var spec = _plan.Problem.Resources[resource];
            texts.Add($"{spec.Name}: asks {Amount(asked, spec)}, {Amount(Math.Max(0, left[resource]), spec)} left");
            worst = Math.Max(worst, (double)(asked - Math.Max(0, left[resource])) / Math.Max(1, asked));
        }
        return worst;
    }

    /// <summary>What else can forbid a place whose taints, labels and resources would do.</summary>
    private Misfit Rest(ClassTable pods, VariantSpec variant)
    {
        var why = Misfit.None;
        foreach (var group in variant.Groups)
            why |= _tables.Groups[group].Spec.Kind switch
            {
                GroupKind.Spread => Misfit.Spread,
                GroupKind.Affinity => Misfit.Affinity,
                _ => Misfit.AntiAffinity,
            };
        if (_tables.InverseOf[pods.Spec.LabelClass].Length > 0)
            why |= Misfit.AntiAffinity;
        if (pods.Spec.Ports.Length > 0)
            why |= Misfit.HostPort;
        if (pods.Spec.Attachments.Length > 0)
            why |= Misfit.VolumeLimit;
        if (pods.Spec.Volumes.Length > 0)
            why |= Misfit.VolumeRequirements;
        return why;
    }

    private static string Amount(long count, ResourceSpec spec) =>
        Api.Core.Quantity.FromNanos((Int128)count * spec.UnitNanos).ToString();
}

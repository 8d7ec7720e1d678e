namespace Tenon.Simulation.Scheduler;

/// <summary>Why a node does not take a pod, in kube-scheduler's words.</summary>
/// <param name="Final">Removing other pods would not help, so preemption does not look at this node.</param>
internal sealed record Refusal(string Reason, bool Final)
{
    public static readonly Refusal Unschedulable = new("node(s) were unschedulable", true);
    public static readonly Refusal OtherNode = new("node(s) didn't match the requested node name", true);
    public static readonly Refusal NodeAffinity = new("node(s) didn't match Pod's node affinity/selector", true);
    public static readonly Refusal Ports = new("node(s) didn't have free ports for the requested pod ports", false);
    public static readonly Refusal TooManyPods = new("Too many pods", false);
    public static readonly Refusal SpreadLabel = new(
        "node(s) didn't match pod topology spread constraints (missing required label)",
        true
    );
    public static readonly Refusal Spread = new("node(s) didn't match pod topology spread constraints", false);
    public static readonly Refusal Affinity = new("node(s) didn't match pod affinity rules", true);
    public static readonly Refusal AntiAffinity = new("node(s) didn't match pod anti-affinity rules", false);
    public static readonly Refusal Repelled = new("node(s) didn't satisfy existing pods anti-affinity rules", false);
    public static readonly Refusal VolumeZone = new("node(s) had volume node affinity conflict", true);
    public static readonly Refusal NoVolume = new("node(s) didn't find available persistent volumes to bind", true);
    public static readonly Refusal VolumeCount = new("node(s) exceed max volume count", false);

    public static Refusal Taint(string key, string? value) =>
        new($"node(s) had untolerated taint {{{key}: {value}}}", true);

    public static Refusal Insufficient(string resource, bool final) => new($"Insufficient {resource}", final);
}

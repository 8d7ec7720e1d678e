using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Hashing;

namespace Tenon.Providers.Kwok;

/// <summary>
/// The Node that a KWOK machine joins as (core API specification §7.1, core scheduling specification §21.2). Its name
/// follows upstream's form <c>kwok-CLAIM-WORD-NUMBER</c>, with word and number drawn from the claim's UID instead of at
/// random, so that a second attempt to launch the same claim arrives at the same Node.
/// </summary>
internal static class NodeBlueprint
{
    public const string ProviderIdPrefix = "kwok://";
    private const string Fake = "fake";

    /// <summary>KWOK controllers can share the nodes between them by this label; upstream uses one partition.</summary>
    private const string Partition = "a";

    private static readonly string[] Words =
    [
        "amber",
        "aspen",
        "basil",
        "birch",
        "brisk",
        "calm",
        "cedar",
        "clay",
        "cobalt",
        "copper",
        "coral",
        "crisp",
        "dawn",
        "delta",
        "ember",
        "fern",
        "flint",
        "frost",
        "garnet",
        "hazel",
        "indigo",
        "iris",
        "ivory",
        "jade",
        "juniper",
        "larch",
        "lilac",
        "linden",
        "lunar",
        "maple",
        "mellow",
        "mint",
        "misty",
        "moss",
        "nimble",
        "oak",
        "ochre",
        "olive",
        "onyx",
        "opal",
        "pearl",
        "pine",
        "plum",
        "quartz",
        "quiet",
        "reed",
        "river",
        "robin",
        "rowan",
        "ruby",
        "russet",
        "sage",
        "sepia",
        "shale",
        "silver",
        "slate",
        "sorrel",
        "spruce",
        "stone",
        "tansy",
        "teal",
        "umber",
        "willow",
        "zephyr",
    ];

    public static string TokenOf(NodeClaim claim) =>
        claim.Metadata.Uid is { Length: > 0 } uid
            ? uid
            : claim.Metadata.Name ?? throw new ArgumentException("a claim has a uid or at least a name", nameof(claim));

    public static string NameOf(NodeClaim claim)
    {
        var draw = StableHash.Of(TokenOf(claim));
        var word = Words[(int)(draw >> 40) % Words.Length];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"kwok-{claim.Metadata.Name}-{word}-{(uint)(draw & uint.MaxValue)}"
        );
    }

    public static Node For(NodeClaim claim, MachineChoice choice)
    {
        var name = NameOf(claim);
        var requests = claim.Spec.Resources?.Requests ?? ResourceList.Empty;
        return new Node
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = LabelsOf(claim, choice),
                Annotations = WithKwokMark(claim.Metadata.Annotations),
            },
            Spec = new NodeSpec { ProviderId = ProviderIdPrefix + name, Taints = [Taints.Unregistered] },
            Status = new NodeStatus
            {
                // Upstream shows the bare requests as capacity. Tenon shows the machine's: limits, utilisation and cost
                // are counted by capacity, and a simulated cluster should count them as a real one does.
                Capacity = Over(requests, choice.Type.Capacity),
                Allocatable = Over(requests, choice.Type.AllocatableThrough(choice.Offering)),
                Phase = PodPhases.Pending,
            },
        };
    }

    /// <summary>The machine as the provider port reports it.</summary>
    public static NodeClaim ToClaim(Machine machine)
    {
        var node = machine.Node;
        return new NodeClaim
        {
            Metadata = new ObjectMeta
            {
                Name = node.Metadata.Name,
                Labels = node.Metadata.Labels,
                Annotations = WithKwokMark(node.Metadata.Annotations),
                CreationTimestamp = node.Metadata.CreationTimestamp,
                DeletionTimestamp = machine.EndingSince,
            },
            Status = new NodeClaimStatus
            {
                NodeName = node.Metadata.Name,
                ProviderId = machine.ProviderId,
                Capacity = node.Status.Capacity,
                Allocatable = node.Status.Allocatable,
            },
        };
    }

    private static SortedDictionary<string, string> LabelsOf(NodeClaim claim, MachineChoice choice)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in claim.Metadata.Labels)
            labels[key] = value;
        foreach (var requirement in claim.Spec.Requirements)
            if (requirement is { Operator: Operators.In, Values: [var only] })
                labels[requirement.Key] = only;
        labels[WellKnownLabels.InstanceType] = choice.Type.Name;
        AddSingles(labels, choice.Type.Requirements);
        AddSingles(labels, choice.Offering.Requirements);
        if (!labels.ContainsKey(WellKnownLabels.Os))
            labels[WellKnownLabels.Os] = OperatingSystemOf(claim, choice);
        labels[WellKnownLabels.NodeViewerPrice] = choice.Offering.Price.Dollars.ToString(
            "F6",
            CultureInfo.InvariantCulture
        );
        labels[WellKnownLabels.KwokPartition] = Partition;
        labels[WellKnownLabels.Hostname] = claim.Metadata.Name ?? "";
        labels[WellKnownLabels.KwokNode] = Fake;
        return labels;
    }

    private static void AddSingles(SortedDictionary<string, string> labels, RequirementSet requirements)
    {
        foreach (var requirement in requirements)
            if (requirement is { IsComplement: false, Values: [var only] })
                labels[requirement.Key] = only;
    }

    /// <summary>A type that boots several systems boots the first that the claim accepts.</summary>
    private static string OperatingSystemOf(NodeClaim claim, MachineChoice choice) =>
        NodeRequirements
            .From(claim.Spec.Requirements)
            .Of(WellKnownLabels.Os)
            .Intersect(choice.Type.Requirements.Of(WellKnownLabels.Os))
            .Values
            is [var first, ..]
            ? first
            : OperatingSystems.Linux;

    private static SortedDictionary<string, string> WithKwokMark(IReadOnlyDictionary<string, string> annotations)
    {
        var marked = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in annotations)
            marked[key] = value;
        marked[Annotations.KwokNode] = Fake;
        return marked;
    }

    private static ResourceList Over(ResourceList under, ResourceList over) => ResourceList.From(under.Concat(over));
}

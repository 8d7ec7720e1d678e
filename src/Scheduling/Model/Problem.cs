namespace Tenon.Scheduling.Model;

/// <summary>
/// One scheduling moment as plain data: strings are interned, sets are lists of small numbers, quantities are integers
/// in units chosen per resource so that they are exact. Whoever holds a problem can solve, save, replay and explain it.
/// Indices: every <c>int</c> that names something is the position in the array of that thing; −1 means none.
/// </summary>
public sealed record Problem
{
    public const int FormatVersion = 1;

    public int Version { get; init; } = FormatVersion;

    /// <summary>Label keys; <see cref="HostnameKey"/> is among them and never part of a set.</summary>
    public required string[] Keys { get; init; }

    /// <summary>Per key, every value that anything mentions.</summary>
    public required string[][] Values { get; init; }

    public required int HostnameKey { get; init; }

    /// <summary>Keys a machine that does not exist yet may turn out to carry.</summary>
    public required int[] WellKnownKeys { get; init; }

    public required RowSpec[] Rows { get; init; }

    /// <summary>Requirement sets: rows in ascending key order. The first set is the empty one.</summary>
    public required int[][] Sets { get; init; }

    public required ResourceSpec[] Resources { get; init; }
    public required TaintSpec[][] TaintLists { get; init; }
    public required TolerationSpec[][] TolerationLists { get; init; }
    public required PortSpec[] Ports { get; init; }
    public required string[] Drivers { get; init; }
    public required ReservationSpec[] Reservations { get; init; }
    public required TypeSpec[] Types { get; init; }

    /// <summary>In the order in which new claims try them.</summary>
    public required PoolSpec[] Pools { get; init; }

    public required DaemonSpec[] Daemons { get; init; }

    /// <summary>In the order in which pods try them.</summary>
    public required NodeSpec[] Nodes { get; init; }

    public required GroupSpec[] Groups { get; init; }

    /// <summary>How many (namespace, labels) combinations the pods have.</summary>
    public required int LabelClasses { get; init; }

    public required ClassSpec[] Classes { get; init; }

    /// <summary>In queue order: cpu and memory descending, then age, then UID.</summary>
    public required PodSpec[] Pods { get; init; }

    public bool BestEffortMinValues { get; init; }
    public bool StrictReserved { get; init; }
    public bool ReservedCapacity { get; init; }
    public bool IgnoreResourceClaims { get; init; }
    public int MaxInstanceTypes { get; init; }
    public int CapacityTypeKey { get; init; }

    /// <summary>The value of the capacity-type key that means reserved.</summary>
    public int ReservedValue { get; init; }
}

/// <summary>A requirement: allowed values, or with <paramref name="Complement"/> the excluded ones.</summary>
public sealed record RowSpec(int Key, bool Complement, int[] Values, long? AtLeast, long? AtMost, int? MinValues);

/// <summary>A resource and how many nano-units one count of it is.</summary>
public sealed record ResourceSpec(string Name, long UnitNanos);

public sealed record TaintSpec(string Key, string? Value, string Effect);

public sealed record TolerationSpec(string? Key, string? Operator, string? Value, string? Effect);

public sealed record PortSpec(string Ip, int Port, string Protocol);

/// <summary>A reservation: the label key and value that name it, and how many machines it still has.</summary>
public sealed record ReservationSpec(string Id, int Capacity, int Key, int Value);

/// <summary>
/// An instance type: its requirements, capacity per resource, and the ways in which it can be bought.
/// </summary>
public sealed record TypeSpec(string Name, int Set, long[] Capacity, ShapeSpec[] Shapes);

/// <summary>What a type gives to pods through a group of available offerings that share their overrides.</summary>
public sealed record ShapeSpec(long[] Allocatable, OfferingSpec[] Offerings);

public sealed record OfferingSpec(int Set, long PriceMicros, int Reservation);

/// <summary>A pool's template. A limit of null is none; <paramref name="NodesLeft"/> of null is none.</summary>
public sealed record PoolSpec(string Name, int Set, int Taints, int[] Types, long?[] LimitLeft, long? NodesLeft);

/// <summary>A DaemonSet: its required node-affinity alternatives, each with the node selector.</summary>
public sealed record DaemonSpec(
    string Name,
    int Tolerations,
    int TemplateTolerations,
    SelectorSpec[] Terms,
    long[] Requests,
    int[] Ports
);

/// <summary>A requirement set and what it says about the hostname (a row, or −1).</summary>
public sealed record SelectorSpec(int Set, int HostRow);

public sealed record NodeSpec(
    string Name,
    int Set,
    int Host,
    int Taints,
    long[] Available,
    long[] DaemonsBound,
    int[] Ports,
    VolumeUseSpec[] Volumes,
    bool IsClosed
);

/// <summary>Volumes of one driver attached to a node, and its limit when known.</summary>
public sealed record VolumeUseSpec(int Driver, int? Limit, int[] Claims);

public enum GroupKind
{
    Spread,
    Affinity,
    AntiAffinity,
}

/// <summary>
/// A topology group: pods of the selected label classes are counted per domain. <paramref name="IsInverse"/> groups are
/// anti-affinity seen from its carriers: the selected pods must avoid the domains, the carriers fill them.
/// </summary>
public sealed record GroupSpec(
    GroupKind Kind,
    bool IsInverse,
    int Key,
    int MaxSkew,
    int? MinDomains,
    FilterSpec? Filter,
    int[] Selects,
    int[] Domains,
    int[] Counts
);

/// <summary>Which nodes a spread counts. Null policies count all; several sets are alternatives.</summary>
public sealed record FilterSpec(SelectorSpec[] Sets, bool HonorAffinity, bool HonorTaints, int Tolerations);

/// <summary>Pods that no rule can tell apart. Variants are the steps of relaxation, the strictest first.</summary>
public sealed record ClassSpec(
    long[] Requests,
    int LabelClass,
    int[] Ports,
    SelectorSpec[] Volumes,
    VolumeUseSpec[] Attachments,
    bool HasResourceClaims,
    VariantSpec[] Variants
);

/// <summary>A class with some of its preferences.</summary>
public sealed record VariantSpec(
    SelectorSpec Full,
    SelectorSpec Strict,
    int Tolerations,
    int[] Groups,
    int[] InverseGroups
);

public sealed record PodSpec(string Name, int Class);

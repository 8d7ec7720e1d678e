using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tenon.Scheduling.Engine;

namespace Tenon.Scheduling.Model;

/// <summary>A machine to buy.</summary>
/// <param name="Pool">The pool it belongs to.</param>
/// <param name="Set">Its requirement set in the tables of the plan, final.</param>
/// <param name="Types">Instance types that hold its pods, cheapest first.</param>
/// <param name="PriceMicros">The cheapest of them through its cheapest offering.</param>
/// <param name="Requests">Its pods and the least its DaemonSets add, per resource.</param>
/// <param name="Pods">In queue order.</param>
/// <param name="MinValuesRelaxed">It was opened with fewer distinct values than its pool asks for.</param>
public sealed record PlannedClaim(
    int Pool,
    int Set,
    int[] Types,
    long PriceMicros,
    long[] Requests,
    int[] Pods,
    bool MinValuesRelaxed
);

/// <summary>Why a pod has no place, in one word; the sentence is made by whoever shows it.</summary>
public enum RefusalKind
{
    Unplaced,
    ReservedOffering,
    ResourceClaims,
    MinValuesAfterTruncation,
}

public readonly record struct Refused(int Pod, RefusalKind Kind, int Pool);

/// <summary>What the engine decided for one problem.</summary>
public sealed class Plan
{
    internal Plan(Tables tables, Packing packing, Assignment assignment, PlannedClaim[] claims, Refused[] refused)
    {
        Tables = tables;
        Packing = packing;
        Assignment = assignment;
        Claims = claims;
        Refused = refused;
        CostMicros = claims.Sum(claim => claim.PriceMicros);
    }

    internal Tables Tables { get; }
    internal Packing Packing { get; }
    internal Assignment Assignment { get; }

    public Problem Problem => Tables.Problem;
    public IReadOnlyList<PlannedClaim> Claims { get; }
    public IReadOnlyList<Refused> Refused { get; }

    /// <summary>Per pod of the problem, the existing node that takes it, or −1.</summary>
    public IReadOnlyList<int> NodeOf => Assignment.NodeOf;

    /// <summary>
    /// Per pod of the problem, its turn: taken by turns, each placed pod finds what its rules ask of those before it.
    /// </summary>
    public IReadOnlyList<int> TurnOf => Assignment.TurnOf;

    /// <summary>Micro-dollars per hour of all new claims.</summary>
    public long CostMicros { get; }

    /// <summary>No plan can cost less; zero when not computed.</summary>
    public long BoundMicros { get; private init; }

    /// <summary>What the plan cost before anything was improved.</summary>
    public long GreedyCostMicros { get; private init; }
    public bool TimedOut => Assignment.TimedOut;

    public double Gap => CostMicros == 0 || BoundMicros == 0 ? 0 : 1 - ((double)BoundMicros / CostMicros);

    internal Plan With(long bound, long greedy) =>
        new(Tables, Packing, Assignment, [.. Claims], [.. Refused]) { BoundMicros = bound, GreedyCostMicros = greedy };

    /// <summary>Cheaper, or as cheap with fewer machines; and nobody lost a place.</summary>
    internal bool IsBetterThan(Plan other) =>
        Refused.Count <= other.Refused.Count
        && (CostMicros < other.CostMicros || (CostMicros == other.CostMicros && Claims.Count < other.Claims.Count));

    /// <summary>
    /// Hex SHA-256 over the decisions in a fixed order: the same problem gives the same text on any machine.
    /// </summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var node in Assignment.NodeOf)
            Append(hash, node);
        foreach (var claim in Claims)
        {
            Append(hash, claim.Pool);
            Append(hash, claim.PriceMicros);
            hash.AppendData(Encoding.UTF8.GetBytes(Tables.Sets.Raise(claim.Set).ToString()));
            foreach (var type in claim.Types)
                Append(hash, type);
            Append(hash, -1);
            foreach (var pod in claim.Pods)
                Append(hash, pod);
            Append(hash, -1);
        }
        foreach (var refused in Refused)
        {
            Append(hash, refused.Pod);
            Append(hash, (int)refused.Kind);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}

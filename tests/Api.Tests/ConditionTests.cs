using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Api.Rules;

namespace Tenon.Api.Tests;

public sealed class ConditionTests
{
    private static readonly DateTimeOffset Born = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ObjectMeta About = new()
    {
        Name = "a",
        Generation = 1,
        CreationTimestamp = Born,
    };
    private static readonly ConditionSet Claim = ConditionSet.NodeClaim;

    [Fact]
    public void A_new_object_awaits_reconciliation_since_its_creation()
    {
        var list = Claim.Initialize([], About, Born.AddSeconds(9));
        Assert.Equal(["Launched", "Registered", "Initialized", "Ready"], list.Select(each => each.Type));
        Assert.All(list, each => Assert.Equal("Unknown", each.Status));
        Assert.All(list, each => Assert.Equal(Born, each.LastTransitionTime));
        Assert.Equal("AwaitingReconciliation", list[0].Reason);
        Assert.Equal("object is awaiting reconciliation", list[0].Message);
        Assert.Equal("ReconcilingDependents", list[3].Reason);
        Assert.Same(list, Claim.Initialize(list, About, Born.AddDays(1)));
    }

    [Fact]
    public void The_root_follows_its_dependents()
    {
        var list = Claim.Initialize([], About, Born);
        list = Claim.SetTrue(list, About, Born.AddSeconds(1), ConditionTypes.Launched);
        Assert.Equal("Launched", list.Find("Launched")!.Reason);
        Assert.Equal("", list.Find("Launched")!.Message);
        Assert.Equal(("Unknown", "ReconcilingDependents", "Registered=Unknown, Initialized=Unknown"), Root(list));
        list = Claim.SetFalse(list, About, Born.AddSeconds(2), ConditionTypes.Registered, "MultipleNodesFound", "two");
        Assert.Equal(("False", "UnhealthyDependents", "Registered=False, Initialized=Unknown"), Root(list));
        list = Claim.SetTrue(list, About, Born.AddSeconds(3), ConditionTypes.Registered);
        list = Claim.SetTrue(list, About, Born.AddSeconds(4), ConditionTypes.Initialized);
        Assert.Equal(("True", "Ready", ""), Root(list));
        Assert.Equal(["Launched", "Registered", "Initialized", "Ready"], list.Select(each => each.Type));
    }

    [Fact]
    public void Time_moves_with_the_status_only_and_nothing_new_is_no_change()
    {
        var list = Claim.Initialize([], About, Born);
        list = Claim.SetUnknown(list, About, Born.AddSeconds(5), "Registered", "NodeNotFound", "x");
        Assert.Equal(Born, list.Find("Registered")!.LastTransitionTime);
        Assert.Equal("NodeNotFound", list.Find("Registered")!.Reason);
        Assert.Same(list, Claim.SetUnknown(list, About, Born.AddSeconds(6), "Registered", "NodeNotFound", "x"));
        list = Claim.SetTrue(list, About, Born.AddSeconds(7.5), "Registered");
        Assert.Equal(Born.AddSeconds(7), list.Find("Registered")!.LastTransitionTime);
    }

    [Fact]
    public void A_dependent_seen_at_an_older_generation_is_not_healthy()
    {
        var list = Claim.Initialize([], About, Born);
        foreach (var type in Claim.Dependents)
            list = Claim.SetTrue(list, About, Born.AddSeconds(1), type);
        var changed = About with { Generation = 2 };
        list = Claim.SetTrue(list, changed, Born.AddSeconds(2), "Launched");
        Assert.Equal(("Unknown", "ReconcilingDependents", "Registered=True, Initialized=True"), Root(list));
        Assert.Equal(2, list.Find("Launched")!.ObservedGeneration);
    }

    [Fact]
    public void While_an_object_goes_every_write_brings_all_generations_up_to_date()
    {
        var list = Claim.Initialize([], About, Born);
        foreach (var type in Claim.Dependents)
            list = Claim.SetTrue(list, About, Born.AddSeconds(1), type);
        var going = About with { Generation = 2, DeletionTimestamp = Born.AddSeconds(3) };
        list = Claim.SetUnknown(list, going, Born.AddSeconds(4), "Drained", "Draining", "x");
        Assert.All(list, each => Assert.Equal(2, each.ObservedGeneration));
        Assert.Equal("True", Root(list).Status);
        Assert.Equal("Ready", list[^1].Type);
    }

    [Fact]
    public void An_independent_condition_starts_now_and_can_be_taken_away()
    {
        var list = Claim.SetTrue(
            Claim.Initialize([], About, Born),
            About,
            Born.AddSeconds(9),
            ConditionTypes.Drifted,
            "NodePoolDrifted",
            "NodePoolDrifted"
        );
        Assert.Equal(Born.AddSeconds(9), list.Find("Drifted")!.LastTransitionTime);
        Assert.True(list.IsTrue("Drifted"));
        var cleared = Claim.Clear(list, "Drifted");
        Assert.Equal(["Initialized", "Launched", "Ready", "Registered"], cleared.Select(each => each.Type));
        Assert.Same(cleared, Claim.Clear(cleared, "Drifted"));
        Assert.Throws<ArgumentException>(() => Claim.Clear(list, "Launched"));
    }

    [Fact]
    public void Plain_lists_keep_their_order()
    {
        IReadOnlyList<Condition> list =
        [
            new()
            {
                Type = "B",
                Status = "True",
                LastTransitionTime = Born,
            },
            new() { Type = "A", Status = "True" },
        ];
        list = list.Put(
            new Condition
            {
                Type = "B",
                Status = "True",
                Reason = "again",
            },
            Born.AddDays(1)
        );
        Assert.Equal((Born, "again"), (list[0].LastTransitionTime!.Value, list[0].Reason));
        list = list.Put(new Condition { Type = "C", Status = "False" }, Born.AddDays(2));
        Assert.Equal(["B", "A", "C"], list.Select(each => each.Type));
        Assert.True(list.IsFalse("C"));
        Assert.True(list.IsUnknown("D"));
    }

    private static (string Status, string? Reason, string? Message) Root(IReadOnlyList<Condition> list)
    {
        var root = list.Find("Ready")!;
        return (root.Status, root.Reason, root.Message);
    }
}

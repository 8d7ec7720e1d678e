using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tenon.Cli.CommandLine;
using Tenon.Dashboard;

namespace Tenon.Cli.Up;

/// <summary>One moment of a cluster as text: what it costs, where the pods are, what was decided and why.</summary>
static class LiveView
{
    const int MostLines = 16;
    const int MostDecisions = 8;
    const int MostPending = 4;

    /// <param name="footer">Where to look closer: addresses and paths, one to a line.</param>
    public static IRenderable Of(DashboardView view, IReadOnlyList<string> footer)
    {
        var parts = new List<IRenderable>
        {
            new Markup(Headline(view)),
            new Markup(Money(view)),
            new Text(""),
            Machines(view),
        };
        if (view.Pending.Length > 0)
            parts.Add(Waiting(view));
        if (view.Decisions.Length > 0)
            parts.Add(Decisions(view));
        parts.Add(new Text(""));
        parts.AddRange(footer.Select(line => new Text(line, new Style(Color.Grey))));
        return new Rows(parts);
    }

    static string Headline(DashboardView view)
    {
        var speed = view.Speed == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ×{view.Speed:0.##}");
        var pending = view.Pods.Pending > 0 ? $"[yellow]{view.Pods.Pending} pending[/]" : "0 pending";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]{view.Now:yyyy-MM-dd HH:mm:ss}[/]{speed}   pods {view.Pods.Bound} bound, {pending}   nodes {view.Bill.Nodes}   "
                + $"asked for: cpu {Terminal.Percent(view.Bill.Cpu)}, memory {Terminal.Percent(view.Bill.Memory)}"
        );
    }

    static string Money(DashboardView view)
    {
        var bound = view is { Bound: { } limit, Gap: { } gap }
            ? $"   no machines for these pods cost less than ${Terminal.Money(limit)} (gap {Terminal.Percent(gap)})"
            : "";
        return $"[bold]${Terminal.Money(view.Bill.Total.Dollars)}[/] per hour{bound}";
    }

    static Table Machines(DashboardView view)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("POOL", "TYPE", "ZONE", "CAPACITY")
            .AddColumn("NODES", Right)
            .AddColumn("PODS", Right)
            .AddColumn("CPU", Right)
            .AddColumn("MEMORY", Right)
            .AddColumn("$ PER HOUR", Right);
        foreach (var line in view.Bill.Lines.Take(MostLines))
            table.AddRow(
                Markup.Escape(line.NodePool),
                Markup.Escape(line.InstanceType),
                Markup.Escape(line.Zone),
                line.CapacityType == "spot" ? "[green]spot[/]" : Markup.Escape(line.CapacityType),
                line.Ready == line.Nodes ? $"{line.Nodes}" : $"[yellow]{line.Ready}/{line.Nodes}[/]",
                $"{line.Pods}",
                Terminal.Percent(line.Cpu),
                Terminal.Percent(line.Memory),
                Terminal.Money(line.Price.Dollars)
            );
        if (view.Bill.Lines.Length > MostLines)
            table.AddRow($"… {view.Bill.Lines.Length - MostLines} more lines");
        return table;
    }

    static Rows Waiting(DashboardView view) =>
        new([
            new Text(""),
            .. view
                .Pending.Take(MostPending)
                .Select(pod => new Markup($"[yellow]{Markup.Escape(pod.Name)}[/] {Markup.Escape(pod.Reason)}")),
        ]);

    static Rows Decisions(DashboardView view) =>
        new([
            new Text(""),
            .. view
                .Decisions.Take(MostDecisions)
                .Select(decision => new Text(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{decision.At:HH:mm:ss}  {decision.Kind, -12} {decision.Subject}: {decision.Why}"
                    )
                )
                {
                    Overflow = Overflow.Ellipsis,
                }),
        ]);

    static void Right(TableColumn column) => column.RightAligned();
}

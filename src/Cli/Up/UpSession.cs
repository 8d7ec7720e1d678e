using System.Runtime.InteropServices;
using Spectre.Console;
using Tenon.Api.Core;
using Tenon.Cli.CommandLine;
using Tenon.Dashboard;
using Tenon.Kube.Client.Requests;

namespace Tenon.Cli.Up;

/// <summary>One run of <c>tenon up</c>: from the start of the box to its summary.</summary>
static class UpSession
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two lines of progress where there is no terminal to draw on.</summary>
    static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    /// <summary>A run that ends while pods wait for a machine that is on its way may last this much longer.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(
        UpRequest request,
        TextWriter output,
        TextWriter error,
        CancellationToken cancel
    )
    {
        var clock = new RunClock();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        await using var box = await LiveBox.StartAsync(request.Box, request.Catalogue, stop.Token);
        var watch = new BoxWatch(box);
        await using var page = await StartPageAsync(request.DashboardPort, watch, stop.Token);
        string[] footer = [$"page  {page.Address}", $"API   {box.Address}", $"export KUBECONFIG={box.KubeconfigPath}"];
        foreach (var line in footer)
            error.WriteLine(line);
        await box.ApplyAsync(request.Manifests, stop.Token);

        var deadline = request.For;
        if (request.Json || Console.IsOutputRedirected)
            await TellAsync(watch, error, clock, deadline, stop.Token);
        else
            await DrawAsync(watch, footer, clock, deadline, stop.Token);
        if (box.Fault is { } fault)
            throw new InvalidOperationException("the box stopped", fault);
        if (deadline is null)
            return ExitCode.Ok;

        var summary = await SummariseAsync(box, watch, clock);
        if (request.Json)
            output.WriteLine(summary.ToJson());
        else
            output.WriteLine(
                $"{summary.View.Pods.Bound} of {summary.View.Pods.Total} pods bound on {summary.View.Bill.Nodes} nodes, "
                    + $"${Terminal.Money(summary.View.Bill.Total.Dollars)} per hour, {summary.Violations.Count} violations"
            );
        foreach (var violation in summary.Violations)
            error.WriteLine($"violation: {violation}");
        if (summary.Unplaced > 0)
            error.WriteLine($"{summary.Unplaced} pods could have a machine and have none.");
        return summary.IsGood ? ExitCode.Ok : ExitCode.Failed;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    static async Task<DashboardServer> StartPageAsync(int port, BoxWatch watch, CancellationToken cancel)
    {
        try
        {
            return await DashboardServer.StartAsync(port, () => watch.Latest, cancel);
        }
        catch (IOException)
        {
            throw new UserFault(
                $"--dashboard-port {port}: port {port} on 127.0.0.1 is in use; name another, or 0 for any free one"
            );
        }
    }

    /// <summary>For a terminal: one picture, redrawn in place.</summary>
    static Task DrawAsync(
        BoxWatch watch,
        string[] footer,
        RunClock clock,
        TimeSpan? deadline,
        CancellationToken cancel
    ) =>
        AnsiConsole
            .Live(new Spectre.Console.Text("starting"))
            .AutoClear(false)
            .StartAsync(screen =>
                TurnAsync(
                    watch,
                    clock,
                    deadline,
                    view => screen.UpdateTarget(LiveView.Of(view, footer)),
                    withBound: true,
                    cancel
                )
            );

    /// <summary>For a pipe: a line now and then, on stderr.</summary>
    static async Task TellAsync(
        BoxWatch watch,
        TextWriter error,
        RunClock clock,
        TimeSpan? deadline,
        CancellationToken cancel
    )
    {
        var told = TimeSpan.MinValue;
        await TurnAsync(
            watch,
            clock,
            deadline,
            view =>
            {
                var now = clock.Elapsed;
                if (clock.NotesFirst(view.Pods.Bound))
                    error.WriteLine($"{now.TotalSeconds, 6:0.0}s first pod bound");
                if (told != TimeSpan.MinValue && now - told < TellEvery)
                    return;
                told = now;
                error.WriteLine(
                    $"{now.TotalSeconds, 6:0.0}s {view.Pods.Bound} of {view.Pods.Total} pods bound, {view.Bill.Nodes} nodes, "
                        + $"{view.NodeClaims} claims, ${Terminal.Money(view.Bill.Total.Dollars)} per hour"
                );
            },
            withBound: false,
            cancel
        );
    }

    static async Task TurnAsync(
        BoxWatch watch,
        RunClock clock,
        TimeSpan? deadline,
        Action<DashboardView> show,
        bool withBound,
        CancellationToken cancel
    )
    {
        while (!cancel.IsCancellationRequested)
        {
            var view = await watch.LookAsync(withBound);
            show(view);
            if (
                deadline is { } end
                && clock.Elapsed is var passed
                && passed >= end
                && (view.Pods.Pending == 0 || passed >= end + Grace || await watch.UnplacedAsync() == 0)
            )
                return;
            try
            {
                await Task.Delay(LookEvery, TimeProvider.System, cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    static async Task<UpSummary> SummariseAsync(LiveBox box, BoxWatch watch, RunClock clock)
    {
        var unplaced = await watch.UnplacedAsync();
        watch.AskForBound();
        var view = await watch.LookAsync(withBound: true);
        var events = (await box.AskAsync(kube => kube.ListAsync<Event>(ListOptions.All, CancellationToken.None)))
            .OrThrow()
            .Items.Length;
        var violations = (await box.JudgeAsync()).Violations;
        return new UpSummary(view, events, violations, unplaced, clock.Elapsed, clock.FirstBound);
    }
}

using Tenon.Kube.Client;
using Tenon.Kube.Client.Watch;

namespace Tenon.Kube.Tests.Watch;

public sealed class WatchMachineTable
{
    private static readonly WatchState[] States =
    [
        new WatchState.Empty(),
        new WatchState.Paging("t1"),
        new WatchState.Listed("7"),
        new WatchState.Watching("8"),
    ];

    private static readonly WatchInput[] Inputs =
    [
        new WatchInput.PageRead("t2", "9"),
        new WatchInput.PageRead(null, "9"),
        new WatchInput.Moved("10"),
        new WatchInput.Ended(),
        new WatchInput.Failed(new KubeError(KubeErrorKind.Gone, 410, "")),
        new WatchInput.Failed(new KubeError(KubeErrorKind.Unavailable, 503, "")),
    ];

    [Fact]
    public void Every_state_meets_every_input_as_written_down() =>
        Assert.Equal(
            """
                      more-pages   last-page    event         ended            gone            failed
            Empty     Paging t2    Listed 9     -             -                Empty pause     Empty pause
            Paging    Paging t2    Listed 9     -             -                Empty pause     Paging t1 pause
            Listed    -            -            Watching 10   Listed 7 pause   Empty pause     Listed 7 pause
            Watching  -            -            Watching 10   Listed 8         Empty           Listed 8 pause
            """,
            Table()
        );

    private static string Table()
    {
        var lines = new List<string>
        {
            "          more-pages   last-page    event         ended            gone            failed",
        };
        int[] widths = [13, 13, 14, 17, 16, 0];
        foreach (var state in States)
            lines.Add(
                (
                    Name(state).PadRight(10)
                    + string.Concat(Inputs.Select((input, i) => Cell(state, input).PadRight(widths[i])))
                ).TrimEnd()
            );
        return string.Join('\n', lines);
    }

    private static string Cell(WatchState state, WatchInput input)
    {
        try
        {
            var turn = WatchMachine.Next(state, input);
            return $"{Text(turn.State)}{(turn.Pause ? " pause" : "")}";
        }
        catch (InvalidOperationException)
        {
            return "-";
        }
    }

    private static string Name(WatchState state) => state.GetType().Name;

    private static string Text(WatchState state) =>
        state switch
        {
            WatchState.Paging at => $"Paging {at.Continue}",
            WatchState.Listed at => $"Listed {at.ResourceVersion}",
            WatchState.Watching at => $"Watching {at.ResourceVersion}",
            _ => "Empty",
        };
}

using Tenon.Api.Core;
using Tenon.Controllers.Operator;
using Tenon.Disruption;
using Tenon.Disruption.Churn;

namespace Tenon.Controllers.Disruption;

/// <summary>Holds the latest <see cref="MoveHistory"/>; empty for ever under upstream's policy.</summary>
internal sealed class MoveBook(OperatorContext context)
{
    private readonly Lock _gate = new();
    private volatile MoveHistory _current = MoveHistory.Empty;

    public MoveHistory Current => _current;

    /// <summary>Noted before the first pod goes, so that the next decision knows it.</summary>
    public void Started(Command command)
    {
        if (IsOurs(command))
            Change(
                (history, now) =>
                    history.Moved(
                        command.Candidates.SelectMany(static it => it.Reschedulable),
                        context.View.Current,
                        now
                    )
            );
    }

    public void Failed(Command command)
    {
        if (IsOurs(command))
            Change((history, now) => history.Failed(command.Candidates.Select(static it => it.Key), now));
    }

    /// <summary>The provisioner buys machines for these pods.</summary>
    public void BoughtFor(IEnumerable<Pod> pods) =>
        Change((history, now) => history.BoughtFor(pods, context.View.Current, now));

    private bool IsOurs(Command command) =>
        context.Options.DisruptionPolicy == DisruptionPolicy.Best
        && command.Method is MethodKind.Repack or MethodKind.SingleNode or MethodKind.MultiNode;

    private void Change(Func<MoveHistory, DateTimeOffset, MoveHistory> change)
    {
        lock (_gate)
            _current = change(_current, context.Time.GetUtcNow());
    }
}

namespace Tenon.Scheduling.Engine.Columns;

/// <summary>
/// Work allowed, counted in steps that mean the same on every machine, so that a search which is not cut short by the
/// shell's watch ends at the same point everywhere.
/// </summary>
internal sealed class Effort(long most, Func<bool>? stop)
{
    /// <summary>Steps between two looks at the watch.</summary>
    private const long Patience = 200_000;

    private long _spent;
    private long _nextLook;
    private bool _isOver;

    public void Spend(long steps) => _spent += steps;

    public bool IsOver
    {
        get
        {
            if (_isOver || _spent >= most)
                return _isOver = true;
            if (_spent < _nextLook)
                return false;
            _nextLook = _spent + Patience;
            return _isOver = stop?.Invoke() == true;
        }
    }

    /// <summary>A part of what is left, so that one stage cannot eat another's share.</summary>
    public Effort Share(double share) => new((long)((most - _spent) * share), stop);
}

using Timer = Tenon.Simulation.Clock.VirtualTime.VirtualTimer;

namespace Tenon.Simulation.Clock;

/// <summary>
/// A four-way heap whose members know their place, so that a cancelled timeout leaves at once. Most timers of a run are
/// timeouts that never fire; leaving tombstones behind would make the heap grow with every request.
/// </summary>
internal sealed class TimerHeap
{
    private const int Ways = 4;
    private Timer[] _items = new Timer[64];

    public int Count { get; private set; }

    public Timer Peek => _items[0];

    public void Push(Timer timer)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Count * 2);
        Up(timer, Count++);
    }

    public Timer Pop()
    {
        var top = _items[0];
        Remove(top);
        return top;
    }

    public void Remove(Timer timer)
    {
        var hole = timer.Position;
        var last = _items[--Count];
        _items[Count] = null!;
        timer.Position = -1;
        if (ReferenceEquals(last, timer))
            return;
        if (hole > 0 && last.IsBefore(_items[(hole - 1) / Ways]))
            Up(last, hole);
        else
            Down(last, hole);
    }

    private void Up(Timer timer, int hole)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / Ways;
            if (!timer.IsBefore(_items[parent]))
                break;
            Put(_items[parent], hole);
            hole = parent;
        }
        Put(timer, hole);
    }

    private void Down(Timer timer, int hole)
    {
        for (var first = hole * Ways + 1; first < Count; first = hole * Ways + 1)
        {
            var least = first;
            var end = Math.Min(first + Ways, Count);
            for (var child = first + 1; child < end; child++)
                if (_items[child].IsBefore(_items[least]))
                    least = child;
            if (!_items[least].IsBefore(timer))
                break;
            Put(_items[least], hole);
            hole = least;
        }
        Put(timer, hole);
    }

    private void Put(Timer timer, int place)
    {
        _items[place] = timer;
        timer.Position = place;
    }
}

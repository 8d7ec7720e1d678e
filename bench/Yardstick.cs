using System.Diagnostics;

namespace Tenon.Bench;

/// <summary>
/// A fixed piece of work that says how fast this machine is at the moment, so that a budget for time can be a ratio.
/// It looks up, compares and sorts small numbers, as the planner does, and allocates nothing while it is measured.
/// </summary>
public static class Yardstick
{
    const int Numbers = 200_000;
    const int Tries = 5;

    /// <summary>Milliseconds of the fastest of a few tries: the one that was disturbed least.</summary>
    public static double Measure()
    {
        var numbers = new int[Numbers];
        var counts = new Dictionary<int, int>(Numbers);
        var best = double.MaxValue;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            Fill(numbers);
            var watch = Stopwatch.StartNew();
            Array.Sort(numbers);
            counts.Clear();
            foreach (var number in numbers)
                counts[number >> 3] = counts.GetValueOrDefault(number >> 3) + 1;
            best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
        }
        return best;
    }

    /// <summary>The same unordered numbers every time (a linear congruential generator).</summary>
    static void Fill(int[] numbers)
    {
        var state = 1u;
        for (var i = 0; i < numbers.Length; i++)
            unchecked
            {
                state = (state * 1_664_525) + 1_013_904_223;
                numbers[i] = (int)(state >> 4);
            }
    }
}

using System.Numerics;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>
/// Planned claims by how many pods they hold, then by number: the order in which a pod tries them. One bit row per pod
/// count, so that claims a class has given up on are skipped a word at a time.
/// </summary>
internal sealed class ClaimOrder
{
    private readonly List<ulong[]> _byPods = [];
    private readonly List<int> _members = [];
    private int _words = 1;

    public int Words => _words;

    public void Add(int claim, int pods)
    {
        if (claim >> 6 >= _words)
            Widen(Math.Max(_words * 2, (claim >> 6) + 1));
        while (_byPods.Count <= pods)
        {
            _byPods.Add(new ulong[_words]);
            _members.Add(0);
        }
        BitRow.Add(_byPods[pods], claim);
        _members[pods]++;
    }

    public void Move(int claim, int from, int to)
    {
        BitRow.Remove(_byPods[from], claim);
        _members[from]--;
        Add(claim, to);
    }

    /// <summary>Starts before the first of the candidates.</summary>
    public Cursor Start(ReadOnlySpan<ulong> candidates) => new(this, candidates);

    private void Widen(int words)
    {
        _words = words;
        for (var pods = 0; pods < _byPods.Count; pods++)
        {
            var row = _byPods[pods];
            Array.Resize(ref row, words);
            _byPods[pods] = row;
        }
    }

    /// <summary>Walks the candidates, those with the fewest pods first.</summary>
    public ref struct Cursor(ClaimOrder order, ReadOnlySpan<ulong> candidates)
    {
        private readonly ReadOnlySpan<ulong> _candidates = candidates;
        private int _pods = -1;
        private int _word;
        private ulong _bits;
        private ulong[] _row = [];

        public int Claim { get; private set; } = -1;

        public bool Next()
        {
            while (_bits == 0)
            {
                if (--_word >= 0)
                {
                    _bits = _row[_word] & _candidates[_word];
                    continue;
                }
                do _pods++;
                while (_pods < order._byPods.Count && order._members[_pods] == 0);
                if (_pods >= order._byPods.Count)
                    return false;
                _row = order._byPods[_pods];
                _word = _row.Length - 1;
                _bits = _row[_word] & _candidates[_word];
            }
            var bit = 63 - BitOperations.LeadingZeroCount(_bits);
            Claim = (_word << 6) + bit;
            _bits ^= 1UL << bit;
            return true;
        }
    }
}

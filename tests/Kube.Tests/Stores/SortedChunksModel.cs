using Tenon.Foundation.Random;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Kube.Tests.Stores;

/// <summary>The chunked map against a sorted dictionary, old versions included.</summary>
public sealed class SortedChunksModel
{
    [Fact]
    public void The_chunks_hold_what_a_sorted_dictionary_holds_and_old_versions_stay_as_they_were()
    {
        for (ulong seed = 1; seed <= 20; seed++)
            Compare(new Prng(seed));
    }

    [Fact]
    public void A_list_in_any_order_with_repeats_is_sorted_and_the_last_repeat_wins()
    {
        var chunks = SortedChunks<string>.From([(Key(3), "a"), (Key(1), "b"), (Key(3), "c"), (Key(2), "d")]);
        // Every third key has no namespace, and those come first.
        Assert.Equal(["c", "b", "d"], chunks);
        Assert.Equal(3, chunks.Count);
    }

    private static void Compare(Prng prng)
    {
        var range = prng.Pick([5, 200, 2000]);
        var model = new SortedDictionary<ObjectKey, string>();
        for (var i = prng.Next(range); i > 0; i--)
            model[Key(prng.Next(range))] = $"first {i}";
        var chunks = SortedChunks<string>.From([.. model.Select(pair => (pair.Key, pair.Value))]);
        for (var step = 0; step < 3000; step++)
        {
            var key = Key(prng.Next(range));
            var (before, count) = (chunks, chunks.Count);
            if (prng.Chance(step < 1500 ? 350_000 : 650_000))
            {
                model.Remove(key);
                chunks = chunks.Remove(key);
            }
            else
                chunks = chunks.Set(key, model[key] = $"step {step}");
            Assert.Equal(model.GetValueOrDefault(key), chunks.Get(key));
            Assert.Equal((count, model.Count), (before.Count, chunks.Count));
            if (step % 500 == 0)
                Assert.Equal(model.Values, chunks);
        }
        Assert.Equal(model.Select(pair => (pair.Key, pair.Value)), chunks.Pairs);
    }

    private static ObjectKey Key(int number) => new(number % 3 == 0 ? null : $"ns-{number % 3}", $"name-{number}");
}

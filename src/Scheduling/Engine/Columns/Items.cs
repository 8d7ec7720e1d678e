using System.Numerics;

namespace Tenon.Scheduling.Engine.Columns;

/// <summary>What a machine can be filled with: sizes with a price and a number, in flat arrays.</summary>
internal sealed class Items
{
    public Items(int count, int resources)
    {
        (Count, Resources) = (count, resources);
        Asked = new double[count * resources];
        Price = new double[count];
        Most = new int[count];
        Cliques = new ulong[count];
        Restriction = new int[count];
    }

    public int Count { get; }
    public int Resources { get; }

    /// <summary>Item × resource.</summary>
    public double[] Asked { get; }

    /// <summary>What serving one is worth.</summary>
    public double[] Price { get; }

    /// <summary>How many there are.</summary>
    public int[] Most { get; }

    public ulong[] Cliques { get; }
    public int[] Restriction { get; }

    public static Items Of(IReadOnlyList<Size> sizes, int resources)
    {
        var items = new Items(sizes.Count, resources);
        for (var i = 0; i < sizes.Count; i++)
        {
            sizes[i].Asked.CopyTo(items.Asked.AsSpan(i * resources));
            items.Most[i] = sizes[i].Count;
            items.Cliques[i] = sizes[i].Cliques;
            items.Restriction[i] = sizes[i].Restriction;
        }
        return items;
    }

    /// <summary>One clique of an item, the first; −1 for none.</summary>
    public int CliqueOf(int item) => Cliques[item] == 0 ? -1 : BitOperations.TrailingZeroCount(Cliques[item]);
}

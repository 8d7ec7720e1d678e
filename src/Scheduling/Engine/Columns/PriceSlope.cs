namespace Tenon.Scheduling.Engine.Columns;

/// <summary>
/// What one unit of each resource and one pod as such add to the price of a group, by least squares over the groups:
/// how the price of a size differs from that of its group.
/// </summary>
internal static class PriceSlope
{
    private const int Rounds = 200;

    /// <summary>One number per resource, then one for the pod itself; none is negative.</summary>
    public static double[] Of(IReadOnlyList<Size> groups, double[] prices, int resources)
    {
        // Errors count relative to the price, and every unknown in units in which it explains all of it.
        var rows = new List<double[]>();
        var weight = new List<double>();
        var scale = new double[resources + 1];
        for (var group = 0; group < groups.Count; group++)
        {
            if (prices[group] <= 0)
                continue;
            var row = new double[resources + 1];
            for (var r = 0; r < resources; r++)
                row[r] = groups[group].Asked[r] / prices[group];
            row[resources] = 1 / prices[group];
            rows.Add(row);
            weight.Add(groups[group].Count * prices[group]);
            for (var r = 0; r <= resources; r++)
                scale[r] += row[r] * groups[group].Count * prices[group];
        }
        var slope = new double[resources + 1];
        if (rows.Count == 0)
            return slope;
        var total = weight.Sum();
        for (var round = 0; round < Rounds; round++)
        for (var r = 0; r <= resources; r++)
        {
            if (scale[r] <= 0)
                continue;
            var (top, bottom) = (0.0, 0.0);
            for (var i = 0; i < rows.Count; i++)
            {
                var missing = 1.0;
                for (var other = 0; other <= resources; other++)
                    if (other != r)
                        missing -= slope[other] * rows[i][other];
                top += weight[i] * rows[i][r] * missing;
                bottom += weight[i] * rows[i][r] * rows[i][r];
            }
            // A little of every resource keeps the price of a size above nothing.
            slope[r] = Math.Max(top / bottom, 0.001 * total / scale[r]);
        }
        return slope;
    }
}

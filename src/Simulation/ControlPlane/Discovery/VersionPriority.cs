using System.Globalization;
using System.Text.RegularExpressions;

namespace Tenon.Simulation.ControlPlane.Discovery;

/// <summary>
/// Kubernetes' order of version names: v2 before v1 before v1beta2 before v1alpha1 before anything else.
/// </summary>
internal static partial class VersionPriority
{
    public static readonly IComparer<string> Order = Comparer<string>.Create(Compare);

    private static int Compare(string a, string b)
    {
        var (x, y) = (Rank(a), Rank(b));
        return x == y ? string.CompareOrdinal(a, b) : y.CompareTo(x);
    }

    /// <summary>(stability, major, minor): larger is preferred.</summary>
    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        if (Shape().Match(version) is not { Success: true } match)
            return (0, 0, 0);
        var major = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        if (!match.Groups[2].Success)
            return (3, major, 0);
        return (
            match.Groups[2].Value == "beta" ? 2 : 1,
            major,
            int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)
        );
    }

    [GeneratedRegex("^v([0-9]{1,4})(?:(alpha|beta)([0-9]{1,4}))?$")]
    private static partial Regex Shape();
}

using System.Globalization;
using Tenon.Api.Aws;
using Tenon.Providers.Aws.NodeClass;

namespace Tenon.Providers.Aws.UserData;

/// <summary>
/// Which Bottlerocket a class runs, as far as its words tell (AWS provider specification §2.8): the alias's version, a
/// term's name, or the name of a resolved image.
/// </summary>
public static class BottlerocketVersion
{
    /// <summary><c>latest</c>, a version without leading <c>v</c>, or empty.</summary>
    public static string Of(Ec2NodeClass nodeClass)
    {
        if (AmiFamily.Of(nodeClass.Spec) != AmiFamilies.Bottlerocket)
            return "";
        foreach (var term in nodeClass.Spec.AmiSelectorTerms)
        {
            if (term.Alias?.Split('@') is [_, var version])
                return version.TrimStart('v');
            if (term.Name is { } name && InName(name) is { } named)
                return named;
            if (term.Id is not null && Resolved(nodeClass, image => image.Id == term.Id) is { } resolved)
                return resolved;
        }
        return Resolved(nodeClass, _ => true) ?? "";
    }

    /// <summary>From 1.46.0 on the image knows itself which directories to bind.</summary>
    public static bool BindsByItself(string version)
    {
        if (version == "latest")
            return true;
        if (version.TrimStart('v').Split('.', 3) is not [var major, var minor, var patch])
            return false;
        return int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            && patch.Length > 0
            && char.IsAsciiDigit(patch[0])
            && (first, second).CompareTo((1, 46)) >= 0;
    }

    private static string? Resolved(Ec2NodeClass nodeClass, Func<ResolvedAmi, bool> which) =>
        (nodeClass.Status?.Amis ?? [])
            .Where(image => which(image) && image.Name?.Contains("bottlerocket", StringComparison.Ordinal) == true)
            .Select(image => InName(image.Name!))
            .FirstOrDefault(version => version is not null);

    /// <summary>A part between dashes that begins with a v and has a dot.</summary>
    private static string? InName(string name) =>
        name.Split('-')
            .FirstOrDefault(part => part.StartsWith('v') && part.Contains('.', StringComparison.Ordinal))
            ?.TrimStart('v');
}

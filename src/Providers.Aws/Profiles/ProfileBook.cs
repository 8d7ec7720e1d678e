using System.Globalization;
using System.Text.RegularExpressions;
using Tenon.Api.Aws;
using Tenon.Api.Rules;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;

namespace Tenon.Providers.Aws.Profiles;

/// <summary>
/// Instance profiles for classes that name a role (AWS provider specification §3.5). Every creation has a name of its
/// own, so that machines with the old role keep theirs until nobody needs it. Safe for concurrent use.
/// </summary>
public sealed partial class ProfileBook(IamClient iam, AwsOptions options, TimeProvider time)
{
    private const int Most = 10_000;
    private const int LongestName = 128;

    private readonly ExpiringCache<string, InstanceProfile> _known = new(TimeSpan.FromMinutes(15), Most, time);
    private readonly ExpiringCache<string, string> _recent = new(TimeSpan.FromMinutes(1), Most, time);
    private readonly ExpiringCache<string, bool> _protected = new(TimeSpan.FromHours(1), Most, time);
    private readonly ExpiringCache<string, AwsError> _missingRoles = new(TimeSpan.FromMinutes(1), Most, time);

    /// <summary>The profile the class uses: its own, or one made for its role.</summary>
    public async ValueTask<AwsResult<string>> EnsureAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        var was = nodeClass.Status?.InstanceProfile;
        if (nodeClass.Spec.InstanceProfile is { Length: > 0 } given)
        {
            if (was is { Length: > 0 } && was != given)
                _protected.Put(was, true);
            return given;
        }
        var role = (nodeClass.Spec.Role ?? "").Split('/')[^1];
        var key = $"{role}/{nodeClass.Metadata.Uid}";
        var name = _recent.TryGet(key, out var recent) ? recent : was;
        if (name is { Length: > 0 })
        {
            var there = await GetAsync(name, cancel);
            if (there.IsOk && there.Value.Role == role)
                return name;
            if (!there.IsOk && !there.Is(AwsErrorKind.NotFound))
                return there.Error;
        }
        if (_missingRoles.TryGet(role, out var missing))
            return missing;
        var made = await CreateAsync(nodeClass, role, cancel);
        if (!made.IsOk)
            return made;
        _recent.Put(key, made.Value);
        _protected.Put(made.Value, true);
        if (was is { Length: > 0 })
            _protected.Put(was, true);
        return made;
    }

    private async ValueTask<AwsResult<string>> CreateAsync(
        Ec2NodeClass nodeClass,
        string role,
        CancellationToken cancel
    )
    {
        // Class and moment together make a name that no other creation has.
        var moment = FormattableString.Invariant($"{nodeClass.Metadata.Uid}/{time.GetUtcNow().Ticks}");
        var name = NameOf(nodeClass.Metadata.Name ?? "", moment);
        var created = await iam.CreateAsync(
            name,
            PathOf(nodeClass.Metadata.Uid),
            NodeTags.ForProfile(nodeClass, options),
            cancel
        );
        if (!created.IsOk && !created.Is(AwsErrorKind.AlreadyExists))
            return created.Error;
        var added = await iam.AddRoleAsync(name, role, cancel);
        if (added.IsOk)
        {
            _known.Put(name, new InstanceProfile(name, role));
            return name;
        }
        if (
            added.Is(AwsErrorKind.NotFound) && added.Error!.Message.Contains("role", StringComparison.OrdinalIgnoreCase)
        )
            _missingRoles.Put(role, added.Error);
        await iam.DeleteAsync(name, cancel);
        return added.Error!;
    }

    /// <summary>Removes every profile of a class that is going. Null when none is left.</summary>
    public async ValueTask<AwsError?> DeleteOfAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        var listed = await iam.ListAsync(PathOf(nodeClass.Metadata.Uid), cancel);
        if (!listed.IsOk)
            return listed.Error;
        var legacy = NameOf(nodeClass.Metadata.Name ?? "", "");
        var names =
            LegalName().IsMatch(legacy) && legacy.Length <= LongestName ? listed.Value.Add(legacy) : listed.Value;
        foreach (var name in names)
            if (await DeleteAsync(name, cancel) is { } error)
                return error;
        return null;
    }

    /// <summary>Removes profiles that no class, machine or recent change needs. Null when all went well.</summary>
    /// <param name="needed">Names in use.</param>
    public async ValueTask<AwsError?> CollectAsync(IReadOnlySet<string> needed, CancellationToken cancel)
    {
        var listed = await iam.ListAsync($"/karpenter/{options.Region}/{options.ClusterName}/", cancel);
        if (!listed.IsOk)
            return listed.Error;
        AwsError? last = null;
        foreach (var name in listed.Value)
            if (!needed.Contains(name) && !_protected.TryGet(name, out _))
                last = await DeleteAsync(name, cancel) ?? last;
        return last;
    }

    private async ValueTask<AwsError?> DeleteAsync(string name, CancellationToken cancel)
    {
        var there = await iam.GetAsync(name, cancel);
        if (there.Is(AwsErrorKind.NotFound))
            return null;
        if (!there.IsOk)
            return there.Error;
        if (there.Value.Role is { } role)
        {
            var removed = await iam.RemoveRoleAsync(name, role, cancel);
            if (!removed.IsOk && !removed.Is(AwsErrorKind.NotFound))
                return removed.Error;
        }
        var deleted = await iam.DeleteAsync(name, cancel);
        _known.Remove(name);
        _protected.Remove(name);
        return deleted.IsOk || deleted.Is(AwsErrorKind.NotFound) ? null : deleted.Error;
    }

    private async ValueTask<AwsResult<InstanceProfile>> GetAsync(string name, CancellationToken cancel)
    {
        if (_known.TryGet(name, out var known))
            return known;
        var answer = await iam.GetAsync(name, cancel);
        if (answer.IsOk)
            _known.Put(name, answer.Value);
        return answer;
    }

    private string PathOf(string? uid) => $"/karpenter/{options.Region}/{options.ClusterName}/{uid}/";

    /// <param name="own">Empty gives the name that early versions used.</param>
    internal string NameOf(string nodeClass, string own) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{options.ClusterName}_{StructHash.Text(options.Region + nodeClass + own)}"
        );

    [GeneratedRegex(@"^[\w+=,.@-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex LegalName();
}

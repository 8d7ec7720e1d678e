using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Templates;

/// <summary>
/// Launch templates (AWS provider specification §3.6): made when a launch needs one, kept while launches use it,
/// deleted in EC2 a minute after the last use. Several launches that need the same one wait for one call. Safe for
/// concurrent use.
/// </summary>
public sealed class TemplateBook(Ec2Client ec2, AwsOptions options, TimeProvider time)
{
    /// <summary>How long a template outlives its last use; also how often that is looked at.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<AwsResult<Ec2LaunchTemplate>>> _making = new(StringComparer.Ordinal);

    private readonly record struct Entry(string Id, DateTimeOffset LastUse);

    /// <summary>The template of this name, there or made now.</summary>
    public async ValueTask<AwsResult<Ec2LaunchTemplate>> EnsureAsync(
        Ec2LaunchTemplateRequest request,
        CancellationToken cancel
    )
    {
        Task<AwsResult<Ec2LaunchTemplate>>? making;
        lock (_lock)
        {
            if (_known.TryGetValue(request.Name, out var known))
            {
                _known[request.Name] = known with { LastUse = time.GetUtcNow() };
                return new Ec2LaunchTemplate(known.Id, request.Name);
            }
            if (!_making.TryGetValue(request.Name, out making))
                _making.Add(request.Name, making = MakeAsync(request));
            // Done without waiting, as under a stand-in for EC2: nobody else can be waiting for it.
            if (making.IsCompleted)
                _making.Remove(request.Name);
        }
        return await making.WaitAsync(cancel);
    }

    /// <summary>EC2 says it is gone: the next launch makes it again. Nothing is deleted.</summary>
    public void Invalidate(IEnumerable<string> names)
    {
        lock (_lock)
            foreach (var name in names)
                _known.Remove(name);
    }

    /// <summary>Takes over the templates of an earlier process, so that leftovers are deleted in their time.</summary>
    public async ValueTask<AwsError?> AdoptAsync(CancellationToken cancel)
    {
        var found = await ec2.ListLaunchTemplatesAsync([ClusterTag()], cancel);
        if (!found.IsOk)
            return found.Error;
        lock (_lock)
            foreach (var template in found.Value)
                _known.TryAdd(template.Name, new Entry(template.Id, time.GetUtcNow()));
        return null;
    }

    /// <summary>Deletes what nothing used for a while. Returns the last error, if any.</summary>
    public async ValueTask<AwsError?> SweepAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        List<KeyValuePair<string, Entry>> old;
        lock (_lock)
        {
            old =
            [
                .. _known
                    .Where(entry => now - entry.Value.LastUse >= Lifetime)
                    .OrderBy(entry => entry.Key, StringComparer.Ordinal),
            ];
            foreach (var (name, _) in old)
                _known.Remove(name);
        }
        AwsError? last = null;
        foreach (var (name, entry) in old)
        {
            lock (_lock)
                if (_known.ContainsKey(name) || _making.ContainsKey(name))
                    continue;
            var deleted = await ec2.DeleteLaunchTemplateAsync(entry.Id, cancel);
            if (deleted.IsOk || deleted.Is(AwsErrorKind.NotFound))
                continue;
            last = deleted.Error;
            lock (_lock)
                _known.TryAdd(name, entry);
        }
        return last;
    }

    /// <summary>Deletes every template of a class that is going. Null when none is left.</summary>
    public async ValueTask<AwsError?> DeleteOfAsync(string nodeClass, CancellationToken cancel)
    {
        var found = await ec2.ListLaunchTemplatesAsync(
            [ClusterTag(), new Ec2Filter("tag:karpenter.k8s.aws/ec2nodeclass", nodeClass)],
            cancel
        );
        if (!found.IsOk)
            return found.Error;
        AwsError? last = null;
        foreach (var template in found.Value)
        {
            Invalidate([template.Name]);
            var deleted = await ec2.DeleteLaunchTemplateAsync(template.Id, cancel);
            if (!deleted.IsOk && !deleted.Is(AwsErrorKind.NotFound))
                last = deleted.Error;
        }
        return last;
    }

    private Ec2Filter ClusterTag() => new("tag:eks:eks-cluster-name", options.ClusterName);

    /// <summary>Everybody who waits gets the same answer, so one caller's patience does not end it.</summary>
    private async Task<AwsResult<Ec2LaunchTemplate>> MakeAsync(Ec2LaunchTemplateRequest request)
    {
        try
        {
            var there = await ec2.DescribeLaunchTemplateAsync(request.Name, CancellationToken.None);
            var answer =
                there.IsOk && there.Value is [var template, ..] ? template
                : there.IsOk || there.Is(AwsErrorKind.NotFound)
                    ? await ec2.CreateLaunchTemplateAsync(request, CancellationToken.None)
                : there.Error;
            // Somebody else was faster, or the reply to an attempt before was lost.
            if (answer.Error?.Code == "InvalidLaunchTemplateName.AlreadyExistsException")
            {
                var again = await ec2.DescribeLaunchTemplateAsync(request.Name, CancellationToken.None);
                answer = again is { IsOk: true, Value: [var other, ..] } ? other : answer;
            }
            if (answer.IsOk)
                lock (_lock)
                    _known[request.Name] = new Entry(answer.Value.Id, time.GetUtcNow());
            return answer;
        }
        finally
        {
            lock (_lock)
                _making.Remove(request.Name);
        }
    }
}

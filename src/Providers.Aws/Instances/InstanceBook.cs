using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Batching;

namespace Tenon.Providers.Aws.Instances;

/// <summary>
/// The cluster's instances (AWS provider specification §5.5, §5.9). Questions and terminations that come close together
/// share one call; what one call leaves unanswered is asked one by one. Instances once seen are remembered until a list
/// no longer has them. Safe for concurrent use.
/// </summary>
public sealed class InstanceBook : IDisposable
{
    private readonly Ec2Client _ec2;
    private readonly string _cluster;
    private readonly Coalescer<string, string, AwsResult<Ec2Instance>> _describe;
    private readonly Coalescer<string, string, AwsResult<string>> _terminate;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Ec2Instance> _known = new(StringComparer.Ordinal);

    public InstanceBook(Ec2Client ec2, string cluster, TimeProvider time)
    {
        (_ec2, _cluster) = (ec2, cluster);
        _describe = new(CoalescingWindow.DescribeInstances, time, DescribeAsync);
        _terminate = new(CoalescingWindow.TerminateInstances, time, TerminateAsync);
    }

    /// <summary>Not found when it is terminated, too.</summary>
    /// <param name="fresh">Ask EC2 even when the instance is known.</param>
    public async ValueTask<AwsResult<Ec2Instance>> GetAsync(string id, bool fresh, CancellationToken cancel)
    {
        if (!fresh)
            lock (_lock)
                if (_known.TryGetValue(id, out var known))
                    return known;
        var answer = await _describe.AskAsync("", id, cancel);
        lock (_lock)
            if (answer.IsOk)
                _known[id] = answer.Value;
            else if (answer.Is(AwsErrorKind.NotFound))
                _known.Remove(id);
        return answer;
    }

    /// <summary>Every instance with the cluster's tags, by id.</summary>
    public async ValueTask<AwsResult<ImmutableArray<Ec2Instance>>> ListAsync(CancellationToken cancel)
    {
        var answer = await _ec2.ListInstancesAsync(_cluster, cancel);
        if (!answer.IsOk)
            return answer;
        ImmutableArray<Ec2Instance> all = [.. answer.Value.OrderBy(it => it.Id, StringComparer.Ordinal)];
        lock (_lock)
        {
            _known.Clear();
            foreach (var instance in all)
                _known[instance.Id] = instance;
        }
        return all;
    }

    /// <summary>The state EC2 reports after the request.</summary>
    public ValueTask<AwsResult<string>> TerminateAsync(string id, CancellationToken cancel) =>
        _terminate.AskAsync("", id, cancel);

    /// <summary>A tag was written or an instance changed: what is remembered is not it any more.</summary>
    public void Forget(string id)
    {
        lock (_lock)
            _known.Remove(id);
    }

    public void Dispose()
    {
        _describe.Dispose();
        _terminate.Dispose();
    }

    private async ValueTask<ImmutableArray<AwsResult<Ec2Instance>>> DescribeAsync(
        string key,
        ImmutableArray<string> ids,
        CancellationToken cancel
    )
    {
        ImmutableArray<string> distinct = [.. ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var together = await _ec2.DescribeInstancesAsync(distinct, cancel);
        var found = together.IsOk
            ? together.Value.ToDictionary(it => it.Id, it => (AwsResult<Ec2Instance>)it, StringComparer.Ordinal)
            : new Dictionary<string, AwsResult<Ec2Instance>>(StringComparer.Ordinal);
        foreach (var id in distinct)
            if (!found.ContainsKey(id))
                found[id] = distinct.Length == 1 ? Alone(id, together) : Alone(id, await AskAloneAsync(id, cancel));
        return [.. ids.Select(id => found[id])];
    }

    private ValueTask<AwsResult<ImmutableArray<Ec2Instance>>> AskAloneAsync(string id, CancellationToken cancel) =>
        _ec2.DescribeInstancesAsync([id], cancel);

    private static AwsResult<Ec2Instance> Alone(string id, AwsResult<ImmutableArray<Ec2Instance>> answer) =>
        !answer.IsOk ? answer.Error
        : answer.Value.FirstOrDefault(it => it.Id == id) is { } instance ? instance
        : new AwsError(AwsErrorKind.NotFound, "DescribeInstances", "", $"instance {id} is not there", 200);

    private async ValueTask<ImmutableArray<AwsResult<string>>> TerminateAsync(
        string key,
        ImmutableArray<string> ids,
        CancellationToken cancel
    )
    {
        ImmutableArray<string> distinct = [.. ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var together = await _ec2.TerminateInstancesAsync(distinct, cancel);
        var states = new Dictionary<string, AwsResult<string>>(StringComparer.Ordinal);
        foreach (var id in distinct)
        {
            if (together.IsOk && together.Value.TryGetValue(id, out var state) && IsEnding(state))
                states[id] = state;
            else if (distinct.Length == 1)
                states[id] = StateOf(id, together);
            else
                states[id] = StateOf(id, await _ec2.TerminateInstancesAsync([id], cancel));
        }
        return [.. ids.Select(id => states[id])];
    }

    private static AwsResult<string> StateOf(string id, AwsResult<ImmutableSortedDictionary<string, string>> answer) =>
        answer.IsOk ? answer.Value.GetValueOrDefault(id) ?? "" : answer.Error;

    private static bool IsEnding(string state) => state is "shutting-down" or "terminated";
}

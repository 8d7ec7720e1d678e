using System.Globalization;
using Tenon.Foundation.Hashing;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Batching;

namespace Tenon.Providers.Aws.Launch;

/// <summary>One claim's share of a fleet.</summary>
/// <param name="Instance">Null when the fleet was smaller than asked for.</param>
public sealed record FleetShare(Ec2FleetInstance? Instance, ImmutableArray<Ec2FleetError> Errors);

/// <summary>
/// Buys machines for claims (AWS provider specification §5.5): claims that ask for the same at the same time share one
/// fleet.
/// <para>Guarantees: a claim never gets two machines. The fleet's token is made from the claims' UIDs, so a repeated
/// call finds the first fleet; and while it is not known what became of a call, the claim's next attempt repeats that
/// very call before it may buy anything else.</para>
/// <para>Caveat: after a restart of the process a machine whose reply was lost has no claim that knows of it; the
/// collection of machines without claims returns it.</para>
/// </summary>
public sealed class FleetBuyer : IDisposable
{
    /// <summary>Calls whose end is not known; beyond that the oldest are left to the collection.</summary>
    private const int MostUncertain = 10_000;

    private readonly Ec2Client _ec2;
    private readonly Coalescer<string, Ask, AwsResult<FleetShare>> _asks;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Uncertain> _uncertain = new(StringComparer.Ordinal);

    private sealed record Ask(string Uid, Ec2FleetRequest Request);

    /// <summary>A call that may or may not have bought machines for these claims, in their order.</summary>
    private sealed class Uncertain(Ec2FleetRequest request, ImmutableArray<string> uids)
    {
        public Ec2FleetRequest Request { get; } = request;
        public ImmutableArray<string> Uids { get; } = uids;
        public Task<AwsResult<Ec2Fleet>>? Asking { get; set; }
    }

    public FleetBuyer(Ec2Client ec2, TimeProvider time)
    {
        _ec2 = ec2;
        _asks = new(CoalescingWindow.CreateFleet, time, BuyAsync);
    }

    /// <param name="uid">The claim's.</param>
    /// <param name="request">For one machine; the token is made here.</param>
    public ValueTask<AwsResult<FleetShare>> BuyAsync(string uid, Ec2FleetRequest request, CancellationToken cancel) =>
        _asks.AskAsync(KeyOf(request), new Ask(uid, request), cancel);

    /// <summary>
    /// What became of the claim's last call, where that is not known yet: asked again under the same token. Null when
    /// nothing is open.
    /// </summary>
    public async ValueTask<AwsResult<FleetShare>?> ResumeAsync(string uid, CancellationToken cancel)
    {
        Uncertain? open;
        Task<AwsResult<Ec2Fleet>> asking;
        lock (_lock)
        {
            if (!_uncertain.TryGetValue(uid, out open))
                return null;
            if (open.Asking is not { IsCompleted: false })
                open.Asking = _ec2.CreateFleetAsync(open.Request, dryRun: false, CancellationToken.None).AsTask();
            asking = open.Asking;
        }
        var answer = await asking.WaitAsync(cancel);
        if (IsUncertain(answer))
            return answer.Error!;
        lock (_lock)
            _uncertain.Remove(uid);
        return Shares(answer, open.Uids.Length)[open.Uids.IndexOf(uid)];
    }

    public void Dispose() => _asks.Dispose();

    private async ValueTask<ImmutableArray<AwsResult<FleetShare>>> BuyAsync(
        string key,
        ImmutableArray<Ask> asks,
        CancellationToken cancel
    )
    {
        var uids = asks.Select(ask => ask.Uid).ToImmutableArray();
        var request = asks[0].Request with { Capacity = asks.Length, ClientToken = TokenOf(key, uids) };
        var answer = await _ec2.CreateFleetAsync(request, dryRun: false, cancel);
        if (IsUncertain(answer))
            Remember(new Uncertain(request, uids));
        return Shares(answer, asks.Length);
    }

    private void Remember(Uncertain call)
    {
        lock (_lock)
            foreach (var uid in call.Uids)
            {
                if (_uncertain.Count >= MostUncertain)
                    _uncertain.Remove(_uncertain.Keys.First());
                _uncertain[uid] = call;
            }
    }

    /// <summary>Instances go out in their order; whoever gets none gets the errors.</summary>
    private static ImmutableArray<AwsResult<FleetShare>> Shares(AwsResult<Ec2Fleet> answer, int claims)
    {
        if (!answer.IsOk)
            return [.. Enumerable.Repeat((AwsResult<FleetShare>)answer.Error, claims)];
        var fleet = answer.Value;
        return
        [
            .. Enumerable
                .Range(0, claims)
                .Select(at =>
                    (AwsResult<FleetShare>)
                        new FleetShare(at < fleet.Instances.Length ? fleet.Instances[at] : null, fleet.Errors)
                ),
        ];
    }

    private static bool IsUncertain(AwsResult<Ec2Fleet> answer) =>
        answer.Error?.Kind is AwsErrorKind.NoReply or AwsErrorKind.ServerFault or AwsErrorKind.Unreadable;

    /// <summary>Equal for requests that can share a fleet.</summary>
    private static string KeyOf(Ec2FleetRequest request) => Ec2Client.FleetForm(request, dryRun: false).ToString();

    private static string TokenOf(string key, ImmutableArray<string> uids)
    {
        var about = string.Join(',', uids);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"tenon-{StableHash.Of(about):x16}{StableHash.Of(key, StableHash.Of(about)):x16}"
        );
    }
}

using System.Text;
using System.Web;
using System.Xml.Linq;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Tests.Emulated;

/// <summary>
/// Stands before the emulator and supplies what it lacks, and the faults that life has.
/// <para>Supplied because moto 5 does not: dry runs of fleets and instances; capacity reservations and placement groups
/// (none there); idempotence of fleets by their client token; the security groups and the spot request of an instance
/// that a template gave them to; prices. Everything else is moto's own answer. Lists of instance types are kept,
/// because moto takes seconds for each.</para>
/// </summary>
internal sealed class MotoFront(IAwsTransport moto, TimeProvider time) : IAwsTransport
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, AwsReply> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AwsReply> _fleets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _userData = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _instances = new(StringComparer.Ordinal);
    private readonly List<(string Operation, DateTimeOffset At)> _calls = [];
    private Random _dice = new(1);

    /// <summary>Ids that every instance's interfaces belong to.</summary>
    public string SecurityGroup { get; set; } = "";

    /// <summary>Share of calls to EC2 that are answered with RequestLimitExceeded.</summary>
    public double Throttled { get; set; }

    /// <summary>An operation that is answered with UnauthorizedOperation, as if its action were not allowed.</summary>
    public string? Denied { get; set; }

    /// <summary>Replies of this operation are carried out and then lost, this many times.</summary>
    public (string Operation, int Times) Lost { get; set; }

    /// <summary>Replies of this operation are cut in the middle, this many times.</summary>
    public (string Operation, int Times) Garbled { get; set; }

    /// <summary>Offerings EC2 has nothing of, by type.</summary>
    public HashSet<string> SoldOut { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Operation, DateTimeOffset At)> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public int Count(string operation) => Calls.Count(call => call.Operation == operation);

    /// <summary>The user data an instance was started with, decoded.</summary>
    public string? UserDataOf(string instance)
    {
        lock (_lock)
            return _instances.TryGetValue(instance, out var template) ? _userData.GetValueOrDefault(template) : null;
    }

    public void Reseed(int seed) => _dice = new Random(seed);

    public async ValueTask<AwsReply> SendAsync(AwsCall call, CancellationToken cancel)
    {
        var form = call.ContentType.Contains("urlencoded", StringComparison.Ordinal)
            ? HttpUtility.ParseQueryString(Encoding.UTF8.GetString(call.Body.Span))
            : [];
        lock (_lock)
        {
            _calls.Add((call.Operation, time.GetUtcNow()));
            if (call.Service == "ec2" && _dice.NextDouble() < Throttled)
                return Refusal("RequestLimitExceeded", "Request limit exceeded.", 503);
        }
        if (call.Operation == Denied)
            return Refusal(
                "UnauthorizedOperation",
                $"You are not authorized to perform this operation. ({call.Service}:{call.Operation})",
                403
            );
        var reply = Own(call.Operation, form) ?? await AskAsync(call, form, cancel);
        if (Lost.Operation == call.Operation && Lost.Times > 0)
        {
            Lost = (Lost.Operation, Lost.Times - 1);
            throw new AwsTransportException("the connection ended before the reply");
        }
        if (Garbled.Operation == call.Operation && Garbled.Times > 0)
        {
            Garbled = (Garbled.Operation, Garbled.Times - 1);
            return reply with { Body = reply.Body[..(reply.Body.Length / 2)] };
        }
        return reply;
    }

    /// <summary>What moto cannot say.</summary>
    private static AwsReply? Own(string operation, System.Collections.Specialized.NameValueCollection form) =>
        operation switch
        {
            _ when form["DryRun"] == "true" => Refusal(
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.",
                412
            ),
            "DescribeCapacityReservations" => Xml("<r><capacityReservationSet/></r>"),
            "DescribePlacementGroups" => Xml("<r><placementGroupSet/></r>"),
            "GetProducts" => Json("""{"PriceList":[]}"""),
            _ => null,
        };

    private async ValueTask<AwsReply> AskAsync(
        AwsCall call,
        System.Collections.Specialized.NameValueCollection form,
        CancellationToken cancel
    )
    {
        var body = Encoding.UTF8.GetString(call.Body.Span);
        var keep = call.Operation is "DescribeInstanceTypes" or "DescribeInstanceTypeOfferings";
        var token = call.Operation == "CreateFleet" ? form["ClientToken"] ?? "" : "";
        lock (_lock)
        {
            if (keep && _kept.TryGetValue(body, out var kept))
                return kept;
            if (token.Length > 0 && _fleets.TryGetValue(token, out var fleet))
                return fleet;
        }
        if (
            call.Operation == "CreateFleet"
            && SoldOut.Contains(form["LaunchTemplateConfigs.1.Overrides.1.InstanceType"] ?? "")
        )
            return NothingOf(form);
        var reply = await moto.SendAsync(call, cancel);
        if (!reply.IsSuccess)
            return reply;
        lock (_lock)
        {
            if (keep)
                _kept[body] = reply;
            if (call.Operation == "CreateLaunchTemplate")
                _userData[form["LaunchTemplateName"]!] = Encoding.UTF8.GetString(
                    Convert.FromBase64String(form["LaunchTemplateData.UserData"]!)
                );
            if (call.Operation == "CreateFleet")
            {
                _fleets[token] = reply;
                foreach (var id in XDocument.Parse(Encoding.UTF8.GetString(reply.Body.Span)).Descendants())
                    if (id.Parent?.Name.LocalName == "instanceIds")
                        _instances[id.Value] = form[
                            "LaunchTemplateConfigs.1.LaunchTemplateSpecification.LaunchTemplateName"
                        ]!;
            }
        }
        return call.Operation == "DescribeInstances" ? Completed(reply) : reply;
    }

    private static AwsReply NothingOf(System.Collections.Specialized.NameValueCollection form)
    {
        const string At = "LaunchTemplateConfigs.1.Overrides.1.";
        return Xml(
            $"""
            <CreateFleetResponse><fleetId>fleet-none</fleetId><fleetInstanceSet/><errorSet><item>
            <errorCode>InsufficientInstanceCapacity</errorCode><errorMessage>There is no capacity.</errorMessage>
            <launchTemplateAndOverrides><overrides><instanceType>{form[At + "InstanceType"]}</instanceType>
            <availabilityZone>{form[
                At + "AvailabilityZone"
            ]}</availabilityZone></overrides></launchTemplateAndOverrides>
            </item></errorSet></CreateFleetResponse>
            """
        );
    }

    private AwsReply Completed(AwsReply reply)
    {
        var answer = XDocument.Parse(Encoding.UTF8.GetString(reply.Body.Span));
        foreach (var instance in answer.Descendants().Where(it => it.Parent?.Name.LocalName == "instancesSet").ToList())
        {
            var space = instance.Name.Namespace;
            instance.Element(space + "groupSet")?.Remove();
            instance.Add(
                new XElement(
                    space + "groupSet",
                    new XElement(space + "item", new XElement(space + "groupId", SecurityGroup))
                )
            );
            if (instance.Element(space + "instanceLifecycle")?.Value == "spot")
                instance.Add(new XElement(space + "spotInstanceRequestId", "sir-00000000"));
        }
        return reply with { Body = Encoding.UTF8.GetBytes(answer.ToString()) };
    }

    private static AwsReply Refusal(string code, string message, int status) =>
        new(
            status,
            Encoding.UTF8.GetBytes(
                $"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
            )
        );

    private static AwsReply Xml(string text) => new(200, Encoding.UTF8.GetBytes(text));

    private static AwsReply Json(string text) => new(200, Encoding.UTF8.GetBytes(text));
}

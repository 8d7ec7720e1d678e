using System.Globalization;
using System.Text;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Hashing;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Clusters;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Aws.Launch;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Caches;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.NodeClass;

/// <param name="Status">Null leaves the condition as it is.</param>
/// <param name="Again">When to judge again; null when only a change can help.</param>
internal sealed record Verdict(string? Status, string Reason, string Message, TimeSpan? Again);

/// <summary>
/// Whether machines could be made of a class (AWS provider specification §1.7, §5.8): rules of its own first, then a
/// rehearsal with EC2, whose result is kept for half an hour. The first fault is told.
/// </summary>
internal sealed class NodeClassValidation(
    Ec2Client ec2,
    EksClient eks,
    ClusterFacts cluster,
    TemplateBook templates,
    TypeBook types,
    Informer<NodePool> pools,
    AwsOptions options,
    TimeProvider time
)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private const int Most = 10_000;

    private readonly ExpiringCache<string, Verdict> _verdicts = new(TimeSpan.FromMinutes(30), Most, time);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    public async ValueTask<Verdict> JudgeAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        if (await CidrAsync(nodeClass, cancel) is { } unknown)
            return unknown;
        if (KubeletRules.Faults(nodeClass.Spec) is { IsEmpty: false } faults)
            return False("InvalidKubeletConfiguration", string.Join("; ", faults), null);
        if (KubeletSettings.Of(nodeClass.Spec) is { Expressions.IsEmpty: false } && !options.NodeClassCel)
            return False(
                "KubeletExpressionsDisabled",
                "spec.kubelet contains a CEL expression, but the NodeClassCEL feature gate is disabled",
                null
            );
        if (KubeletRules.Unsupported(nodeClass.Spec) is { } unsupported)
            return False("UnsupportedKubeletConfiguration", unsupported, null);
        if (Awaiting(nodeClass) is { } awaiting)
            return awaiting;
        if (NodeTags.Fault(nodeClass) is { } tag)
            return False("TagValidationFailed", tag, null);
        var key = KeyOf(nodeClass);
        if (_verdicts.TryGet(key, out var known))
            return known;
        var verdict = options.DisableDryRun ? True : await RehearseAsync(nodeClass, cancel);
        if (verdict.Status is not null && verdict.Reason != "InstanceProfileNotFound")
        {
            _verdicts.Put(key, verdict);
            lock (_lock)
                _keys[nodeClass.Metadata.Name ?? ""] = key;
        }
        return verdict;
    }

    public void Forget(string nodeClass)
    {
        lock (_lock)
            if (_keys.Remove(nodeClass, out var key))
                _verdicts.Remove(key);
    }

    private static Verdict True => new(ConditionStatus.True, ConditionTypes.ValidationSucceeded, "", Period);

    private static Verdict False(string reason, string message, TimeSpan? again) =>
        new(ConditionStatus.False, reason, message, again);

    private static Verdict Later => new(null, "", "", Retry);

    private async ValueTask<Verdict?> CidrAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        if (AmiFamily.Of(nodeClass.Spec) != AmiFamilies.Al2023 || cluster.ServiceCidr is not null)
            return null;
        var answer = await eks.DescribeClusterAsync(options.ClusterName, cancel);
        if (answer.IsOk && answer.Value.ServiceCidr is { } cidr)
        {
            cluster.ServiceCidr = cidr;
            return null;
        }
        if (answer.Error?.MayPass == true)
            return Later;
        return False(
            "ClusterCIDRResolutionFailed",
            $"Failed to detect the cluster CIDR: {answer.Error?.ToString() ?? "EKS tells none"}",
            Period
        );
    }

    private static Verdict? Awaiting(Ec2NodeClass nodeClass)
    {
        string[] needed =
        [
            AwsConditions.Amis,
            AwsConditions.InstanceProfile,
            AwsConditions.SecurityGroups,
            AwsConditions.Subnets,
        ];
        var conditions = nodeClass.Status?.Conditions ?? [];
        const string Message = "Awaiting AMI, Instance Profile, Security Group, and Subnet resolution";
        if (needed.Any(conditions.IsFalse))
            return new Verdict(ConditionStatus.False, "DependenciesNotReady", Message, Period);
        return needed.Any(conditions.IsUnknown)
            ? new Verdict(ConditionStatus.Unknown, "DependenciesNotReady", Message, null)
            : null;
    }

    /// <summary>A template for real, a fleet and an instance in rehearsal.</summary>
    private async ValueTask<Verdict> RehearseAsync(Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        if (await types.TypesAsync(nodeClass, cancel) is not InstanceTypesOutcome.Known { Types: var known })
            return Later;
        var candidates = RehearsalTypes(nodeClass, known);
        if (candidates.IsEmpty)
            return Later;
        var plan = new TemplatePlan
        {
            NodeClass = nodeClass,
            Claim = new NodeClaim { Metadata = new ObjectMeta() },
            Cluster = cluster,
            Options = options,
            CapacityType = CapacityTypes.OnDemand,
            Tenancy = TenancyOf(nodeClass),
        }.Of(candidates);
        if (plan is TemplatePlanOutcome.Refused refused)
            return False("CreateLaunchTemplateAuthCheckFailed", refused.Message, Period);
        var template = ((TemplatePlanOutcome.Planned)plan).Templates[0];
        var made = await templates.EnsureAsync(template.Request, cancel);
        if (!made.IsOk)
            return OfTemplate(made.Error);
        var fleet = await ec2.CreateFleetAsync(FleetOf(nodeClass, template), dryRun: true, cancel);
        if (
            Denied(fleet.Error, "CreateFleetAuthCheckFailed", "Controller isn't authorized to call ec2:CreateFleet") is
            { } fleetVerdict
        )
            return fleetVerdict;
        return await RunAsync(nodeClass, template, cancel);
    }

    private static Verdict OfTemplate(AwsError error)
    {
        if (error.MayPass)
            return Later;
        if (
            error.Code == "InvalidUserData.Malformed"
            && error.Message.Contains("User data is limited to", StringComparison.Ordinal)
        )
            return False(
                "UserDataSizeLimitExceeded",
                "ec2:CreateLaunchTemplate rejected the rendered user data as too large: "
                    + LaunchErrors.Explain(error.ToString()).Message,
                Period
            );
        return Denied(
                error,
                "CreateLaunchTemplateAuthCheckFailed",
                "Controller isn't authorized to call ec2:CreateLaunchTemplate"
            ) ?? Later;
    }

    private async ValueTask<Verdict> RunAsync(
        Ec2NodeClass nodeClass,
        PlannedTemplate template,
        CancellationToken cancel
    )
    {
        AwsError? first = null;
        foreach (var subnet in nodeClass.Status?.Subnets ?? [])
        {
            var run = await ec2.RunInstancesDryRunAsync(
                new Ec2RunRequest(
                    template.Request.Name,
                    template.Types[0].Name,
                    subnet.Id,
                    nodeClass.Spec.NetworkInterfaces is { Count: > 0 }
                        ? template.Request.NetworkInterfaces
                        : [new Ec2NetworkInterface { DeviceIndex = 0 }],
                    [.. Kinds.Select(kind => new Ec2TagSpecification(kind, template.Request.Tags))]
                ),
                cancel
            );
            if (run.IsOk || run.Is(AwsErrorKind.DryRun))
                return True;
            first ??= run.Error;
        }
        if (
            first is { Code: "InvalidParameterValue" }
            && first.Message.Contains("Invalid IAM Instance Profile name", StringComparison.Ordinal)
        )
            return nodeClass.Spec.InstanceProfile is { Length: > 0 } profile
                ? False("InstanceProfileNotFound", $"Instance profile \"{profile}\" not found", Retry)
                : Later;
        return Denied(first, "RunInstancesAuthCheckFailed", "Controller isn't authorized to call ec2:RunInstances")
            ?? Later;
    }

    private static readonly ImmutableArray<string> Kinds = ["instance", "volume", "network-interface"];

    /// <summary>Null when the rehearsal went well.</summary>
    private static Verdict? Denied(AwsError? error, string reason, string message) =>
        error is null || error.Kind == AwsErrorKind.DryRun ? null
        : error.Kind == AwsErrorKind.Unauthorized
            ? False(reason, $"{message}: {LaunchErrors.Explain(error.ToString()).Message}", Period)
        : Later;

    private static Ec2FleetRequest FleetOf(Ec2NodeClass nodeClass, PlannedTemplate template)
    {
        var overrides =
            from type in template.Types.Take(LaunchChoices.MostTypes)
            from subnet in nodeClass.Status?.Subnets ?? []
            select new Ec2FleetOverride(type.Name, subnet.Id, template.Image.Id, subnet.Zone, null);
        return new Ec2FleetRequest
        {
            ClientToken = string.Create(
                CultureInfo.InvariantCulture,
                $"rehearsal-{StableHash.Of(template.Request.Name):x16}"
            ),
            Configs = [new Ec2FleetConfig(template.Request.Name, [.. overrides])],
            CapacityType = CapacityTypes.OnDemand,
            OnDemandStrategy = "lowest-price",
            Tags =
            [
                new("instance", template.Request.Tags),
                new("volume", template.Request.Tags),
                new("fleet", template.Request.Tags),
            ],
        };
    }

    /// <summary>
    /// Types the class's pools could buy, else a common pair; those with a plain image first.
    /// </summary>
    private ImmutableArray<InstanceType> RehearsalTypes(Ec2NodeClass nodeClass, ImmutableArray<InstanceType> known)
    {
        var images = nodeClass.Status?.Amis ?? [];
        var wanted = PoolsOf(nodeClass)
            .Select(pool => NodeRequirements.From(pool.Spec.Template.Spec.Requirements))
            .ToArray();
        ImmutableArray<InstanceType> Pick(Func<InstanceType, bool> which) =>
            [.. known.Where(type => which(type) && ImageChoice.For(images, type) is not null)];
        var candidates = AmiFamily.Named(AmiFamily.Of(nodeClass.Spec)).IsWindows
            ? []
            : Pick(type =>
                type.Offerings.Any(it => it.Available) && wanted.Any(set => set.DoesIntersect(type.Requirements))
            );
        if (candidates.IsEmpty)
            candidates = Pick(type => type.Name is "m5.large" or "m6g.large");
        if (candidates.IsEmpty)
            candidates = Pick(_ => true);
        ImmutableArray<InstanceType> plain =
        [
            .. candidates.Where(type =>
                type.Requirements.Of(Ec2Labels.GpuCount).Operator == Operator.DoesNotExist
                && type.Requirements.Of(Ec2Labels.AcceleratorCount).Operator == Operator.DoesNotExist
            ),
        ];
        return plain.IsEmpty ? candidates : plain;
    }

    private string TenancyOf(Ec2NodeClass nodeClass) =>
        PoolsOf(nodeClass)
            .Select(pool => NodeRequirements.From(pool.Spec.Template.Spec.Requirements).Find(Ec2Labels.Tenancy))
            .Any(tenancy => tenancy?.Has("dedicated") == true)
            ? "dedicated"
            : "default";

    private IEnumerable<NodePool> PoolsOf(Ec2NodeClass nodeClass) =>
        pools.All.Where(pool =>
            pool.Spec.Template.Spec.NodeClassRef.Kind == Ec2NodeClass.Resource.Kind
            && pool.Spec.Template.Spec.NodeClassRef.Name == nodeClass.Metadata.Name
        );

    /// <summary>Whatever could change the answer of a rehearsal, any annotation included.</summary>
    private static string KeyOf(Ec2NodeClass nodeClass)
    {
        var about = new Ec2NodeClass
        {
            Metadata = new ObjectMeta { Annotations = nodeClass.Metadata.Annotations },
            Spec = nodeClass.Spec,
            Status = (nodeClass.Status ?? new Ec2NodeClassStatus()) with
            {
                Conditions = [],
                CapacityReservations = [],
                // Their order follows free addresses, which say nothing about permissions.
                Subnets = [.. (nodeClass.Status?.Subnets ?? []).OrderBy(it => it.Id, StringComparer.Ordinal)],
            },
        };
        var text = Encoding.UTF8.GetString(ApiJson.Write(about));
        return $"{nodeClass.Metadata.Name}:{StableHash.Of(text).ToString(CultureInfo.InvariantCulture)}";
    }
}

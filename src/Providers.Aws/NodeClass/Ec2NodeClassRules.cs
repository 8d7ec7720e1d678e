using System.Globalization;
using System.Text.RegularExpressions;
using Tenon.Api.Aws;
using Tenon.Api.Rules;

namespace Tenon.Providers.Aws.NodeClass;

/// <summary>
/// What an EC2NodeClass must satisfy at admission, in upstream's words (AWS provider specification §1.3 and §1.4). All
/// faults are told, not the first. Upstream's rules on ids in subnet, security group and reservation terms look at all
/// terms together and so admit a list in which only some terms combine fields; that is kept.
/// </summary>
public static partial class Ec2NodeClassRules
{
    private static readonly string[] RestrictedTags =
    [
        "eks:eks-cluster-name",
        "karpenter.sh/nodepool",
        "karpenter.sh/nodeclaim",
        "karpenter.k8s.aws/ec2nodeclass",
    ];

    public static ImmutableArray<FieldError> Validate(Ec2NodeClass nodeClass)
    {
        var (spec, faults) = (nodeClass.Spec, new Collected());
        Subnets(spec.SubnetSelectorTerms, faults);
        SecurityGroups(spec.SecurityGroupSelectorTerms, faults);
        Reservations(spec.CapacityReservationSelectorTerms, faults);
        Amis(spec.AmiSelectorTerms, faults);
        Family(spec, faults);
        Identity(spec, faults);
        Tags(spec.Tags, faults);
        Devices(spec.BlockDeviceMappings ?? [], faults);
        Networks(spec.NetworkInterfaces, faults);
        Options(spec, faults);
        return faults.All;
    }

    private sealed class Collected
    {
        private readonly ImmutableArray<FieldError>.Builder _all = ImmutableArray.CreateBuilder<FieldError>();

        public ImmutableArray<FieldError> All => _all.ToImmutable();

        public void When(bool broken, string path, string message, string? value = null)
        {
            if (broken)
                _all.Add(new FieldError(path, message, value));
        }
    }

    private static void Subnets(IReadOnlyList<SubnetSelectorTerm> terms, Collected faults)
    {
        const string Path = "spec.subnetSelectorTerms";
        faults.When(terms.Count == 0, Path, "subnetSelectorTerms cannot be empty");
        faults.When(
            terms.Any(it => it is { Tags: null, Id: null }),
            Path,
            "expected at least one, got none, ['tags', 'id']"
        );
        faults.When(
            terms.Count > 0 && terms.All(it => it.Id is not null && it.Tags is not null),
            Path,
            "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term"
        );
        TagValues(Path, terms.Select(it => it.Tags), faults);
    }

    private static void SecurityGroups(IReadOnlyList<SecurityGroupSelectorTerm> terms, Collected faults)
    {
        const string Path = "spec.securityGroupSelectorTerms";
        faults.When(terms.Count == 0, Path, "securityGroupSelectorTerms cannot be empty");
        faults.When(
            terms.Any(it => it is { Tags: null, Id: null, Name: null }),
            Path,
            "expected at least one, got none, ['tags', 'id', 'name']"
        );
        faults.When(
            terms.Count > 0 && terms.All(it => it.Id is not null && (it.Tags is not null || it.Name is not null)),
            Path,
            "'id' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term"
        );
        faults.When(
            terms.Count > 0 && terms.All(it => it.Name is not null && (it.Tags is not null || it.Id is not null)),
            Path,
            "'name' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term"
        );
        TagValues(Path, terms.Select(it => it.Tags), faults);
    }

    private static void Reservations(IReadOnlyList<CapacityReservationSelectorTerm> terms, Collected faults)
    {
        const string Path = "spec.capacityReservationSelectorTerms";
        faults.When(
            terms.Any(it => it is { Tags: null, Id: null, InstanceMatchCriteria: null }),
            Path,
            "expected at least one, got none, ['tags', 'id', 'instanceMatchCriteria']"
        );
        faults.When(
            terms.Count > 0
                && terms.All(it =>
                    it.Id is not null && (it.Tags ?? (object?)it.OwnerId ?? it.InstanceMatchCriteria) is not null
                ),
            Path,
            "'id' is mutually exclusive, cannot be set along with other fields in a capacity reservation selector term"
        );
        TagValues(Path, terms.Select(it => it.Tags), faults);
    }

    private static void Amis(IReadOnlyList<AmiSelectorTerm> terms, Collected faults)
    {
        const string Path = "spec.amiSelectorTerms";
        faults.When(terms.Count == 0, Path, "spec.amiSelectorTerms in body should have at least 1 items");
        faults.When(
            terms.Any(it => it is { Tags: null, Id: null, Name: null, Alias: null, SsmParameter: null }),
            Path,
            "expected at least one, got none, ['tags', 'id', 'name', 'alias', 'ssmParameter']"
        );
        faults.When(
            terms.Any(it => it.Id is not null && (it.Alias ?? (object?)it.Tags ?? it.Name ?? it.Owner) is not null),
            Path,
            "'id' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms"
        );
        faults.When(
            terms.Any(it => it.Alias is not null && (it.Id ?? (object?)it.Tags ?? it.Name ?? it.Owner) is not null),
            Path,
            "'alias' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms"
        );
        faults.When(
            terms.Count != 1 && terms.Any(it => it.Alias is not null),
            Path,
            "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms"
        );
        TagValues(Path, terms.Select(it => it.Tags), faults);
        for (var i = 0; i < terms.Count; i++)
            if (terms[i].Alias is { } alias)
                Alias(string.Create(CultureInfo.InvariantCulture, $"{Path}[{i}].alias"), alias, faults);
    }

    private static void Alias(string path, string alias, Collected faults)
    {
        if (!AliasForm().IsMatch(alias))
        {
            faults.When(true, path, "'alias' is improperly formatted, must match the format 'family@version'", alias);
            return;
        }
        var (family, version) = (
            alias[..alias.IndexOf('@', StringComparison.Ordinal)],
            alias[(alias.IndexOf('@', StringComparison.Ordinal) + 1)..]
        );
        faults.When(
            family is not ("al2" or "al2023" or "bottlerocket" or "windows2019" or "windows2022" or "windows2025"),
            path,
            "family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', 'windows2019', 'windows2022', 'windows2025'",
            alias
        );
        faults.When(
            family.StartsWith("windows", StringComparison.Ordinal) && version != "latest",
            path,
            "windows families may only specify version 'latest'",
            alias
        );
    }

    private static void Family(Ec2NodeClassSpec spec, Collected faults)
    {
        var alias = spec.AmiSelectorTerms.Select(it => it.Alias).FirstOrDefault(it => it is not null);
        faults.When(
            alias is null && spec.AmiFamily is null,
            "spec",
            "must specify amiFamily if amiSelectorTerms does not contain an alias"
        );
        if (alias is null || spec.AmiFamily is not { } given || AmiFamily.OfAlias(alias) is not { } named)
            return;
        faults.When(
            given != named && given != AmiFamilies.Custom,
            "spec",
            $"if set, amiFamily must be '{named}' or 'Custom' when using a {named} alias"
        );
    }

    private static void Identity(Ec2NodeClassSpec spec, Collected faults)
    {
        faults.When(
            spec.Role is null == spec.InstanceProfile is null,
            "spec",
            "must specify exactly one of ['role', 'instanceProfile']"
        );
        faults.When(spec.Role == "", "spec.role", "role cannot be empty");
        faults.When(spec.InstanceProfile == "", "spec.instanceProfile", "instanceProfile cannot be empty");
    }

    private static void Tags(IReadOnlyDictionary<string, string>? tags, Collected faults)
    {
        var keys = tags?.Keys.Order(StringComparer.Ordinal).ToArray() ?? [];
        faults.When(keys.Contains(""), "spec.tags", "empty tag keys aren't supported");
        faults.When(
            keys.Any(key => key.StartsWith("kubernetes.io/cluster", StringComparison.Ordinal)),
            "spec.tags",
            "tag contains a restricted tag matching kubernetes.io/cluster/"
        );
        foreach (var restricted in RestrictedTags)
            faults.When(keys.Contains(restricted), "spec.tags", $"tag contains a restricted tag matching {restricted}");
    }

    private static void Devices(IReadOnlyList<BlockDeviceMapping> devices, Collected faults)
    {
        const string Path = "spec.blockDeviceMappings";
        faults.When(
            devices.Count(it => it.RootVolume is true) > 1,
            Path,
            "must have only one blockDeviceMappings with rootVolume"
        );
        faults.When(
            devices.Any(it => it.Ebs is { SnapshotId: null, VolumeSize: null }),
            Path,
            "snapshotID or volumeSize must be defined"
        );
        faults.When(
            devices.Any(it => it.Ebs is { SnapshotId: null, VolumeInitializationRate: not null }),
            Path,
            "snapshotID must be set when volumeInitializationRate is set"
        );
    }

    private static void Networks(IReadOnlyList<NodeNetworkInterface>? cards, Collected faults)
    {
        if (cards is not { Count: > 0 })
            return;
        faults.When(
            !cards.Any(it => it is { NetworkCardIndex: 0, DeviceIndex: 0, InterfaceType: "interface" }),
            "spec.networkInterfaces",
            "networkInterfaces must include a primary interface with interfaceType='interface'"
        );
        var pairs = cards.Select(it => (it.NetworkCardIndex, it.DeviceIndex)).Distinct().Count();
        var crowded = cards
            .Where(it => it.InterfaceType == "efa-only")
            .GroupBy(it => it.NetworkCardIndex)
            .Any(card => card.Count() > 1);
        faults.When(
            pairs != cards.Count || crowded,
            "spec.networkInterfaces",
            "networkInterfaces must not have duplicate networkCardIndex and deviceIndex pairs, and can have at most one efa device per network card"
        );
    }

    private static void Options(Ec2NodeClassSpec spec, Collected faults)
    {
        if (spec.PlacementGroupSelector is { } group)
        {
            faults.When(
                group is { Name: null, Id: null },
                "spec.placementGroupSelector",
                "expected at least one, got none, ['name', 'id']"
            );
            faults.When(
                group is { Name: not null, Id: not null },
                "spec.placementGroupSelector",
                "'name' and 'id' are mutually exclusive"
            );
        }
        faults.When(
            spec.ConnectionTracking is { TcpEstablishedTimeout: null, UdpStreamTimeout: null, UdpTimeout: null },
            "spec.connectionTracking",
            "at least one of tcpEstablishedTimeout, udpStreamTimeout, or udpTimeout must be set"
        );
    }

    private static void TagValues(
        string path,
        IEnumerable<IReadOnlyDictionary<string, string>?> maps,
        Collected faults
    ) =>
        faults.When(
            maps.Any(map => map?.Any(tag => tag.Key.Length == 0 || tag.Value.Length == 0) ?? false),
            path,
            "empty tag keys or values aren't supported"
        );

    [GeneratedRegex("^[a-zA-Z0-9]+@.+$", RegexOptions.CultureInvariant)]
    private static partial Regex AliasForm();
}

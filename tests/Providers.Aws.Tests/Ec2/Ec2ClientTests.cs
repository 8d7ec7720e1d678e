using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Tests.Wire;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Tests.Ec2;

public sealed class Ec2ClientTests : IDisposable
{
    private readonly FakeAws _aws = new();
    private readonly Ec2Client _ec2;

    public Ec2ClientTests() => _ec2 = new Ec2Client(_aws.Session);

    public void Dispose() => _aws.Dispose();

    private static ImmutableSortedDictionary<string, string> Tags(params (string Key, string Value)[] tags) =>
        tags.ToImmutableSortedDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);

    [Fact]
    public void Instance_types_are_read_page_by_page_into_the_shared_facts()
    {
        _aws.Answer(
            "DescribeInstanceTypes",
            TypePage(
                """
                <instanceType>g4dn.8xlarge</instanceType><bareMetal>false</bareMetal><hypervisor>nitro</hypervisor>
                <supportedUsageClasses><item>on-demand</item><item>spot</item></supportedUsageClasses>
                <processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures>
                  <sustainedClockSpeedInGhz>2.5</sustainedClockSpeedInGhz><manufacturer>Intel</manufacturer></processorInfo>
                <vCpuInfo><defaultVCpus>32</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>131072</sizeInMiB></memoryInfo>
                <instanceStorageInfo><totalSizeInGB>900</totalSizeInGB><nvmeSupport>required</nvmeSupport></instanceStorageInfo>
                <ebsInfo><ebsOptimizedSupport>default</ebsOptimizedSupport><ebsOptimizedInfo><maximumBandwidthInMbps>9500</maximumBandwidthInMbps></ebsOptimizedInfo></ebsInfo>
                <networkInfo><maximumNetworkInterfaces>4</maximumNetworkInterfaces><defaultNetworkCardIndex>0</defaultNetworkCardIndex>
                  <networkCards><item><networkCardIndex>0</networkCardIndex><maximumNetworkInterfaces>4</maximumNetworkInterfaces></item></networkCards>
                  <ipv4AddressesPerInterface>15</ipv4AddressesPerInterface><enaSupport>required</enaSupport>
                  <efaInfo><maximumEfaInterfaces>1</maximumEfaInterfaces></efaInfo><encryptionInTransitSupported>true</encryptionInTransitSupported></networkInfo>
                <gpuInfo><gpus><item><name>T4</name><manufacturer>NVIDIA</manufacturer><count>1</count><memoryInfo><sizeInMiB>16384</sizeInMiB></memoryInfo></item></gpus></gpuInfo>
                <nitroEnclavesSupport>supported</nitroEnclavesSupport>
                """,
                "p2"
            )
        );
        _aws.Answer(
            "DescribeInstanceTypes",
            TypePage(
                """
                <instanceType>inf2.24xlarge</instanceType><hypervisor>nitro</hypervisor>
                <supportedUsageClasses><item>on-demand</item></supportedUsageClasses>
                <processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures><manufacturer>AMD</manufacturer></processorInfo>
                <vCpuInfo><defaultVCpus>96</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>393216</sizeInMiB></memoryInfo>
                <neuronInfo><neuronDevices><item><name>Inferentia2</name><count>6</count><coreInfo><count>2</count></coreInfo></item></neuronDevices></neuronInfo>
                """
            )
        );
        var types = _aws.Run(() => _ec2.DescribeInstanceTypesAsync(CancellationToken.None)).Value;

        Assert.Equal(["g4dn.8xlarge", "inf2.24xlarge"], types.Select(type => type.Facts.Name));
        Assert.Equal(
            """
            Action=DescribeInstanceTypes
            Version=2016-11-15
            Filter.1.Name=supported-virtualization-type
            Filter.1.Value.1=hvm
            Filter.2.Name=processor-info.supported-architecture
            Filter.2.Value.1=x86_64
            Filter.2.Value.2=arm64
            MaxResults=100
            """,
            _aws.Calls[0]
        );
        Assert.EndsWith("NextToken=p2", _aws.Calls[1], StringComparison.Ordinal);

        // What a live answer says and what is embedded must make the same node.
        var (live, embedded) = (types[0].Facts, Ec2Facts.Find("g4dn.8xlarge")!);
        Assert.Equal(embedded with { NitroEnclaves = true }, live);
        Assert.Equal(
            ("inferentia2", "aws", 6),
            (types[1].Facts.AcceleratorName, types[1].Facts.AcceleratorManufacturer, types[1].Facts.AcceleratorCount)
        );
        Assert.Equal((6, 12), (types[1].Facts.Neurons, types[1].Facts.NeuronCores));
        Assert.Equal(0, types[1].Facts.ClockMhz);
        Assert.Equal(["on-demand"], types[1].UsageClasses);
    }

    private static string TypePage(string type, string? next = null) =>
        $"<DescribeInstanceTypesResponse><instanceTypeSet><item>{type}</item></instanceTypeSet>{(next is null ? "" : $"<nextToken>{next}</nextToken>")}</DescribeInstanceTypesResponse>";

    [Fact]
    public void A_fleet_is_asked_for_in_the_query_form_and_its_parts_are_read()
    {
        _aws.Answer(
            "CreateFleet",
            """
            <CreateFleetResponse><fleetId>fleet-1</fleetId><fleetInstanceSet><item><instanceIds><item>i-7</item></instanceIds><instanceType>m5.large</instanceType>
              <launchTemplateAndOverrides><overrides><subnetId>subnet-a</subnetId><availabilityZone>us-west-2a</availabilityZone></overrides></launchTemplateAndOverrides></item></fleetInstanceSet>
            <errorSet><item><errorCode>InsufficientInstanceCapacity</errorCode><errorMessage>none left</errorMessage>
              <launchTemplateAndOverrides><overrides><instanceType>c5.large</instanceType><availabilityZone>us-west-2b</availabilityZone></overrides></launchTemplateAndOverrides></item></errorSet></CreateFleetResponse>
            """
        );
        var request = new Ec2FleetRequest
        {
            ClientToken = "claim-uid",
            CapacityType = "spot",
            SpotStrategy = "price-capacity-optimized",
            Configs =
            [
                new Ec2FleetConfig(
                    "karpenter.k8s.aws/1",
                    [
                        new Ec2FleetOverride("m5.large", "subnet-a", "ami-1", "us-west-2a", 0.035m),
                        new Ec2FleetOverride("c5.large", "subnet-b", "ami-1", "us-west-2b", 0.04m),
                    ]
                ),
            ],
            Tags = [new Ec2TagSpecification("instance", Tags(("a", "1"), ("b", "2")))],
        };
        var fleet = _aws.Run(() => _ec2.CreateFleetAsync(request, dryRun: false, CancellationToken.None)).Value;

        Assert.Equal(
            """
            Action=CreateFleet
            Version=2016-11-15
            ClientToken=claim-uid
            LaunchTemplateConfigs.1.LaunchTemplateSpecification.LaunchTemplateName=karpenter.k8s.aws/1
            LaunchTemplateConfigs.1.LaunchTemplateSpecification.Version=$Latest
            LaunchTemplateConfigs.1.Overrides.1.InstanceType=m5.large
            LaunchTemplateConfigs.1.Overrides.1.SubnetId=subnet-a
            LaunchTemplateConfigs.1.Overrides.1.ImageId=ami-1
            LaunchTemplateConfigs.1.Overrides.1.AvailabilityZone=us-west-2a
            LaunchTemplateConfigs.1.Overrides.1.Priority=0.035
            LaunchTemplateConfigs.1.Overrides.2.InstanceType=c5.large
            LaunchTemplateConfigs.1.Overrides.2.SubnetId=subnet-b
            LaunchTemplateConfigs.1.Overrides.2.ImageId=ami-1
            LaunchTemplateConfigs.1.Overrides.2.AvailabilityZone=us-west-2b
            LaunchTemplateConfigs.1.Overrides.2.Priority=0.04
            SpotOptions.AllocationStrategy=price-capacity-optimized
            TagSpecification.1.ResourceType=instance
            TagSpecification.1.Tag.1.Key=a
            TagSpecification.1.Tag.1.Value=1
            TagSpecification.1.Tag.2.Key=b
            TagSpecification.1.Tag.2.Value=2
            TargetCapacitySpecification.DefaultTargetCapacityType=spot
            TargetCapacitySpecification.TotalTargetCapacity=1
            Type=instant
            """,
            _aws.Calls[0]
        );
        Assert.Equal(
            new Ec2FleetInstance("i-7", "m5.large", "subnet-a", "us-west-2a", null),
            Assert.Single(fleet.Instances)
        );
        Assert.Equal(
            new Ec2FleetError("InsufficientInstanceCapacity", "none left", "c5.large", "us-west-2b", null),
            Assert.Single(fleet.Errors)
        );
    }

    [Fact]
    public void A_dry_run_is_not_repeated()
    {
        _aws.Answer(
            "CreateFleet",
            "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>",
            503
        );
        var request = new Ec2FleetRequest
        {
            ClientToken = "t",
            CapacityType = "on-demand",
            Configs = [],
        };
        Assert.False(_aws.Run(() => _ec2.CreateFleetAsync(request, dryRun: true, CancellationToken.None)).IsOk);
        Assert.Single(_aws.Calls);
        Assert.Contains("DryRun=true", _aws.Calls[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_launch_template_says_only_what_is_set()
    {
        _aws.Answer(
            "CreateLaunchTemplate",
            "<r><launchTemplate><launchTemplateId>lt-1</launchTemplateId><launchTemplateName>n</launchTemplateName></launchTemplate></r>"
        );
        var made = _aws.Run(() =>
            _ec2.CreateLaunchTemplateAsync(
                new Ec2LaunchTemplateRequest
                {
                    Name = "karpenter.k8s.aws/42",
                    Tags = Tags(("eks:eks-cluster-name", "c")),
                    ImageId = "ami-1",
                    UserData = "Zm9v",
                    InstanceProfile = "profile",
                    BlockDevices =
                    [
                        new Ec2BlockDevice(
                            "/dev/xvda",
                            new Ec2Ebs
                            {
                                Encrypted = true,
                                SizeGib = 20,
                                VolumeType = "gp3",
                                Iops = 0,
                                Throughput = 250,
                            }
                        ),
                    ],
                    NetworkInterfaces =
                    [
                        new Ec2NetworkInterface
                        {
                            DeviceIndex = 0,
                            SecurityGroups = ["sg-1", "sg-2"],
                            PublicIp = false,
                        },
                    ],
                    Metadata = new Ec2MetadataOptions("enabled", "disabled", 1, "required"),
                    DetailedMonitoring = false,
                    Tenancy = "default",
                    ReservationPreference = "none",
                    ResourceTags = [new Ec2TagSpecification("network-interface", Tags(("k", "v")))],
                },
                CancellationToken.None
            )
        ).Value;

        Assert.Equal("lt-1", made.Id);
        Assert.Equal(
            """
            Action=CreateLaunchTemplate
            Version=2016-11-15
            LaunchTemplateName=karpenter.k8s.aws/42
            LaunchTemplateData.BlockDeviceMapping.1.DeviceName=/dev/xvda
            LaunchTemplateData.BlockDeviceMapping.1.Ebs.Encrypted=true
            LaunchTemplateData.BlockDeviceMapping.1.Ebs.Throughput=250
            LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize=20
            LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeType=gp3
            LaunchTemplateData.CapacityReservationSpecification.CapacityReservationPreference=none
            LaunchTemplateData.IamInstanceProfile.Name=profile
            LaunchTemplateData.ImageId=ami-1
            LaunchTemplateData.MetadataOptions.HttpEndpoint=enabled
            LaunchTemplateData.MetadataOptions.HttpProtocolIpv6=disabled
            LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit=1
            LaunchTemplateData.MetadataOptions.HttpTokens=required
            LaunchTemplateData.MetadataOptions.InstanceMetadataTags=disabled
            LaunchTemplateData.Monitoring.Enabled=false
            LaunchTemplateData.NetworkInterface.1.AssociatePublicIpAddress=false
            LaunchTemplateData.NetworkInterface.1.DeviceIndex=0
            LaunchTemplateData.NetworkInterface.1.SecurityGroupId.1=sg-1
            LaunchTemplateData.NetworkInterface.1.SecurityGroupId.2=sg-2
            LaunchTemplateData.Placement.Tenancy=default
            LaunchTemplateData.TagSpecification.1.ResourceType=network-interface
            LaunchTemplateData.TagSpecification.1.Tag.1.Key=k
            LaunchTemplateData.TagSpecification.1.Tag.1.Value=v
            LaunchTemplateData.UserData=Zm9v
            TagSpecification.1.ResourceType=launch-template
            TagSpecification.1.Tag.1.Key=eks:eks-cluster-name
            TagSpecification.1.Tag.1.Value=c
            """,
            _aws.Calls[0]
        );
    }

    [Fact]
    public void Instances_of_a_cluster_are_listed_over_reservations_and_pages()
    {
        static string Page(string ids, string next) =>
            $"<r><reservationSet>{string.Concat(ids.Split(' ').Select(id =>
            $"<item><instancesSet><item><instanceId>{id}</instanceId><instanceType>m5.large</instanceType><instanceState><name>running</name></instanceState><placement><availabilityZone>us-west-2a</availabilityZone></placement><tagSet><item><key>karpenter.sh/nodepool</key><value>default</value></item></tagSet></item></instancesSet></item>"))}</reservationSet>{next}</r>";
        _aws.Answer("DescribeInstances", Page("i-1 i-2", "<nextToken>n</nextToken>"))
            .Answer("DescribeInstances", Page("i-3", ""));
        var instances = _aws.Run(() => _ec2.ListInstancesAsync("prod", CancellationToken.None)).Value;
        Assert.Equal(
            ["aws:///us-west-2a/i-1", "aws:///us-west-2a/i-2", "aws:///us-west-2a/i-3"],
            instances.Select(it => it.ProviderId)
        );
        Assert.Equal("default", instances[0].Tags["karpenter.sh/nodepool"]);
        Assert.Contains(
            "Filter.3.Name=tag:eks:eks-cluster-name\nFilter.3.Value.1=prod",
            _aws.Calls[0],
            StringComparison.Ordinal
        );
        Assert.Contains("Filter.4.Value.5=shutting-down", _aws.Calls[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sir-1", null, null, "spot")]
    [InlineData(null, "cr-1", "capacity-reservations-only", "reserved")]
    [InlineData(null, "cr-1", "open", "on-demand")]
    [InlineData(null, null, null, "on-demand")]
    public void The_capacity_type_of_an_instance_is_read_from_how_it_was_bought(
        string? spot,
        string? reservation,
        string? preference,
        string expected
    )
    {
        var instance = new Ec2Instance
        {
            Id = "i-1",
            State = "running",
            InstanceType = "m5.large",
            Zone = "z",
            SpotRequestId = spot,
            ReservationId = reservation,
            ReservationPreference = preference,
        };
        Assert.Equal(expected, instance.CapacityType(reservedCapacity: true));
        if (expected == "reserved")
            Assert.Equal("on-demand", instance.CapacityType(reservedCapacity: false));
    }
}

namespace Tenon.Providers.Aws.Tests;

public sealed class AwsOptionsTests
{
    private static (AwsOptions Options, ImmutableArray<string> Faults) Read(
        Dictionary<string, string> flags,
        Dictionary<string, string>? environment = null
    ) => AwsOptions.Read(flags.GetValueOrDefault, name => environment?.GetValueOrDefault(name));

    [Fact]
    public void A_flag_beats_the_environment_which_beats_the_default()
    {
        var (options, faults) = Read(
            new() { ["cluster-name"] = "flag" },
            new()
            {
                ["CLUSTER_NAME"] = "environment",
                ["RESERVED_ENIS"] = "2",
                ["ISOLATED_VPC"] = "true",
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_FEATURE_GATES"] = "NodeClassCEL=true,Unknown=false",
            }
        );
        Assert.Empty(faults);
        Assert.Equal(
            ("flag", 2L, true, "eu-west-1", true, 0.075),
            (
                options.ClusterName,
                options.ReservedEnis,
                options.IsolatedVpc,
                options.Region,
                options.NodeClassCel,
                options.VmMemoryOverheadPercent
            )
        );
    }

    [Fact]
    public void All_faults_are_told_at_once() =>
        Assert.Equal(
            [
                "invalid value of aws-feature-gates: nonsense",
                "missing field, cluster-name",
                "\"somewhere\" cluster endpoint URL is not valid",
                "vm-memory-overhead-percent cannot be negative",
                "reserved-enis cannot be negative",
                "ami-refresh-interval must be at least 1m",
                "subnet-refresh-interval must be at least 1m",
            ],
            Read(
                new()
                {
                    ["cluster-endpoint"] = "somewhere",
                    ["vm-memory-overhead-percent"] = "-1",
                    ["reserved-enis"] = "-1",
                    ["ami-refresh-interval"] = "1s",
                    ["subnet-refresh-interval"] = "59s",
                    ["aws-feature-gates"] = "nonsense",
                }
            ).Faults
        );
}

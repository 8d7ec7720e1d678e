using System.Text.RegularExpressions;

namespace Tenon.Providers.Aws.Tests;

/// <summary>What the pages and templates beside the code say is true.</summary>
public sealed partial class RulesPageTests
{
    private static string Root { get; } = Find();

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Tenon.slnx")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("the tests do not run inside a checkout");
    }

    [Fact]
    public void Every_rule_names_a_test_that_exists()
    {
        var sources = Directory
            .EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => file.Contains("Providers", StringComparison.Ordinal))
            .SelectMany(file => TestName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var named = RuleTest()
            .Matches(File.ReadAllText(Path.Combine(Root, "docs", "aws-rules.md")))
            .Select(match => match.Groups[1].Value)
            .ToArray();
        Assert.True(named.Length > 60, $"the page names {named.Length} tests");
        Assert.Equal("", string.Join('\n', named.Where(name => !sources.Contains(name))));
    }

    /// <summary>Operations of AWS provider specification §9.2, and two that upstream grants without calling.</summary>
    private static readonly string[] Granted =
    [
        "arc-zonal-shift:GetManagedResource",
        "ec2:CreateFleet",
        "ec2:CreateLaunchTemplate",
        "ec2:CreateTags",
        "ec2:DeleteLaunchTemplate",
        "ec2:DescribeCapacityReservations",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
        "ec2:RunInstances",
        "ec2:TerminateInstances",
        "eks:DescribeCluster",
        "iam:AddRoleToInstanceProfile",
        "iam:CreateInstanceProfile",
        "iam:DeleteInstanceProfile",
        "iam:GetInstanceProfile",
        "iam:ListInstanceProfiles",
        "iam:PassRole",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:TagInstanceProfile",
        "pricing:GetProducts",
        "sqs:DeleteMessage",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "ssm:GetParameter",
    ];

    [Theory]
    [InlineData("tenon.yaml")]
    [InlineData("main.tf")]
    public void Both_templates_allow_exactly_the_calls_that_are_made(string file)
    {
        var text = File.ReadAllText(Path.Combine(Root, "deploy", "aws", file));
        var actions = ActionName()
            .Matches(text)
            .Select(match => match.Groups[1].Value)
            .Where(name => name is not "sqs:SendMessage" and not "ec2:CreateAction" and not "sts:AssumeRole")
            .Where(name => name is not "iam:PassedToService" and not "arc-zonal-shift:ResourceIdentifier")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        Assert.Equal(Granted, actions);
    }

    [GeneratedRegex(@"public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\|.*\| `(\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex RuleTest();

    [GeneratedRegex(@"""((?:arc-zonal-shift|ec2|eks|iam|pricing|sqs|ssm|sts):[A-Z]\w+)""")]
    private static partial Regex ActionName();
}

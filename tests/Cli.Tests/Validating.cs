using System.Text.Json;

namespace Tenon.Cli.Tests;

public sealed class Validating : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    Ran Validate(string text) => TenonBinary.Run("validate", "-f", _scratch.Write("shop.yaml", text));

    static string Examples =>
        Path.Combine(
            AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf("/tests/", StringComparison.Ordinal)],
            "examples"
        );

    [Fact]
    public void The_examples_are_without_fault()
    {
        var ran = TenonBinary.Run("validate", "-f", Examples);
        Assert.True(ran.ExitCode == 0, ran.Output);
    }

    [Fact]
    public void Malformed_yaml_is_reported_with_its_line()
    {
        var ran = Validate("apiVersion: v1\nkind: Pod\nmetadata: {name: a\nspec: 1\n");
        Assert.Equal(1, ran.ExitCode);
        Assert.Matches(@"shop\.yaml:\d+: ", ran.Output);
    }

    [Fact]
    public void A_misspelt_kind_is_answered_with_the_right_one()
    {
        var ran = Validate("apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: cart}\n");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains(
            "shop.yaml:2: Deploymnet cart: kind: apps/v1 has no kind 'Deploymnet'; did you mean Deployment?",
            ran.Output
        );
    }

    [Fact]
    public void A_kind_of_somebody_elses_group_is_no_fault() =>
        Assert.Equal(0, Validate("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n").ExitCode);

    [Fact]
    public void A_field_of_the_wrong_type_is_named()
    {
        var ran = Validate("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {replicas: many}\n");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("shop.yaml:4: Deployment cart: spec.replicas: \"many\" is of the wrong type", ran.Output);
    }

    [Fact]
    public void Every_fault_of_every_document_is_listed()
    {
        var ran = TenonBinary.Run(
            "validate",
            "--json",
            "-f",
            _scratch.Write(
                "shop.yaml",
                """
                apiVersion: v1
                kind: Pood
                metadata: {name: a}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: b}
                spec:
                  replicas: x
                  selector: {matchLabels: {a: b}}
                  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}
                ---
                kind: Pod
                """
            )
        );
        Assert.Equal(1, ran.ExitCode);
        using var json = JsonDocument.Parse(ran.Output);
        Assert.Equal(
            [2, 9, 13],
            json.RootElement.GetProperty("faults")
                .EnumerateArray()
                .Select(fault => fault.GetProperty("line").GetInt32())
                .Order()
        );
    }

    [Fact]
    public void Each_rule_of_a_pool_is_told_with_the_line_of_its_field()
    {
        var ran = Validate(BrokenPool.Yaml);
        Assert.Equal(1, ran.ExitCode);
        var file = BrokenPool.Yaml.Split('\n');
        foreach (var pool in BrokenPool.All)
        {
            var told = ran
                .Output.Split('\n')
                .Where(line => line.Contains($" NodePool {pool.Rule}: ", StringComparison.Ordinal))
                .ToList();
            Assert.True(told.Count > 0, $"{pool.Rule} is taken for sound:\n{ran.Output}");
            var first = told[0];
            Assert.Contains($" NodePool {pool.Rule}: {pool.Field}", first);
            var line = int.Parse(first.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(
                file[line - 1].Contains(pool.Written, StringComparison.Ordinal),
                $"{first}\nbut line {line} is: {file[line - 1]}"
            );
        }
    }

    [Fact]
    public void A_fault_in_an_item_of_a_list_has_the_items_line()
    {
        var ran = Validate(
            """
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
              - apiVersion: karpenter.sh/v1
                kind: NodePool
                metadata: {name: general}
                spec:
                  weight: 1000
                  template:
                    spec:
                      requirements: []
                      nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
            """
        );
        Assert.Contains("shop.yaml:11: NodePool general: spec.weight: ", ran.Output);
        Assert.Contains("2 objects, 1 faults", ran.Output);
    }

    [Fact]
    public void A_field_that_the_kind_does_not_have_is_a_fault_and_hides_no_other()
    {
        var ran = Validate(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: a}
            spec:
              tolerashuns: []
              containers:
                - name: c
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: Not_A_Name}
            spec: {containers: [{name: c, image: x}]}
            """
        );
        Assert.Contains("shop.yaml:5: Pod a: spec.tolerashuns: is no field of this kind", ran.Output);
        Assert.Contains("shop.yaml:11: Pod Not_A_Name: metadata.name: Invalid value", ran.Output);
    }

    [Fact]
    public void A_missing_file_is_one_line_and_a_failure()
    {
        var ran = TenonBinary.Run("validate", "-f", "nowhere.yaml");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("nowhere.yaml: no such file or folder", ran.Complaint);
    }

    [Fact]
    public void Stdin_is_read_for_a_dash()
    {
        var ran = TenonBinary.RunIn(
            Path.GetTempPath(),
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
            "validate",
            "-f",
            "-"
        );
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("1 objects, 0 faults", ran.Output);
    }

    [Fact]
    public void Without_input_the_command_line_is_at_fault() => Assert.Equal(2, TenonBinary.Run("validate").ExitCode);
}

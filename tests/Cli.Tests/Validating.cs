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
            "shop.yaml:1: Deploymnet cart: kind: apps/v1 has no kind 'Deploymnet'; did you mean Deployment?",
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
        Assert.Contains("shop.yaml:1: Deployment cart: spec.replicas", ran.Output);
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
                spec: {replicas: x}
                ---
                kind: Pod
                """
            )
        );
        Assert.Equal(1, ran.ExitCode);
        using var json = JsonDocument.Parse(ran.Output);
        Assert.Equal(
            [1, 5, 10],
            json.RootElement.GetProperty("faults")
                .EnumerateArray()
                .Select(fault => fault.GetProperty("line").GetInt32())
                .Order()
        );
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

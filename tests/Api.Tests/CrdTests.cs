using System.Text.Json.Nodes;
using Tenon.Api.Extensions;
using Tenon.Api.Json;
using Tenon.Api.Schemas;
using Tenon.Api.Yaml;

namespace Tenon.Api.Tests;

public sealed class CrdTests
{
    public static TheoryData<string> Files() => [.. CustomResources.All.Select(CustomResources.FileName)];

    [Theory, MemberData(nameof(Files))]
    public void What_users_find_in_deploy_is_what_the_box_loads(string file)
    {
        var definition = CustomResources.All.Single(each => CustomResources.FileName(each) == file);
        var text = YamlWriter.Write(JsonNode.Parse(ApiJson.WriteText(definition)));
        var path = Path.Combine(Checkout(), "deploy", "crds", file);
        if (Environment.GetEnvironmentVariable("TENON_GOLDEN") == "update")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.True(File.Exists(path), $"{path} is missing; ./dev golden --update writes it");
        Assert.Equal(File.ReadAllText(path), text);
        Assert.Equal(text, YamlWriter.Write(Assert.Single(YamlText.Parse(text)).Value));
    }

    [Theory, MemberData(nameof(Files))]
    public void Every_schema_is_structural(string file)
    {
        var definition = CustomResources.All.Single(each => CustomResources.FileName(each) == file);
        Walk(definition.Spec.Versions[0].Schema!.OpenApiV3Schema!, "");
    }

    [Theory, MemberData(nameof(Files))]
    public void Every_pattern_means_the_same_here_and_in_go(string file)
    {
        var definition = CustomResources.All.Single(each => CustomResources.FileName(each) == file);
        foreach (var schema in Schemas(definition.Spec.Versions[0].Schema!.OpenApiV3Schema!))
            if (schema.Pattern is { } pattern)
                Assert.True(GoPattern.TryCompile(pattern, out _), pattern);
    }

    [Theory]
    [InlineData("^a$", "a\n", false)]
    [InlineData(@"^\d+$", "٣", false)]
    [InlineData(@"^\d+$", "3", true)]
    [InlineData("a[$]b", "a$b", true)]
    [InlineData(@"a\$", "a$", true)]
    [InlineData("^[[:alpha:]_]+$", "ab_", true)]
    [InlineData("^[]a]+$", "]a", true)]
    [InlineData("^[^]a]+$", "b", true)]
    [InlineData("^([+-]?)$", "", true)]
    [InlineData(@"^.+\s.+$", "a\u00a0b", false)]
    public void A_pattern_has_gos_meaning(string pattern, string text, bool expected) =>
        Assert.Equal(expected, GoPattern.IsMatch(pattern, text));

    [Theory]
    [InlineData("(")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)")]
    public void What_go_cannot_match_is_no_pattern(string pattern) =>
        Assert.False(GoPattern.TryCompile(pattern, out _));

    [Fact]
    public void The_definitions_have_the_names_scopes_and_columns_of_upstream()
    {
        Assert.Equal(
            [
                "nodepools.karpenter.sh",
                "nodeclaims.karpenter.sh",
                "nodeoverlays.karpenter.sh",
                "capacitybuffers.autoscaling.x-k8s.io",
                "kwoknodeclasses.karpenter.kwok.sh",
            ],
            CustomResources.All.Select(each => each.Metadata.Name)
        );
        Assert.Equal(
            ["Cluster", "Cluster", "Cluster", "Namespaced", "Cluster"],
            CustomResources.All.Select(each => each.Spec.Scope)
        );
        Assert.Equal(
            ["NodeClass", "Nodes", "Ready", "Age", "Weight", "CPU", "Memory"],
            CustomResources.NodePool.Spec.Versions[0].AdditionalPrinterColumns.Select(each => each.Name)
        );
        Assert.Equal(".spec.replicas", CustomResources.NodePool.Spec.Versions[0].Subresources!.Scale!.SpecReplicasPath);
        Assert.All(CustomResources.All, each => Assert.NotNull(each.Spec.Versions[0].Subresources!.Status));
    }

    /// <summary>
    /// The API server's conditions: a type everywhere, one of properties and additionalProperties, no type inside anyOf
    /// of an int-or-string only.
    /// </summary>
    private static void Walk(JsonSchemaProps schema, string path)
    {
        Assert.True(schema.Type is not null || schema.IntOrString == true, $"{path}: no type");
        Assert.False(
            schema.Properties.Count > 0 && schema.AdditionalProperties is not null,
            $"{path}: both kinds of properties"
        );
        Assert.True(schema.Type != "array" || schema.Items is not null, $"{path}: a list of what?");
        foreach (var name in schema.Required)
            Assert.True(schema.Properties.ContainsKey(name), $"{path}: requires {name}, which it lacks");
        foreach (var (name, property) in schema.Properties)
            Walk(property, $"{path}.{name}");
        if (schema.Items is { } items)
            Walk(items, $"{path}[]");
        if (schema.AdditionalProperties?.Schema is { } values)
            Walk(values, $"{path}{{}}");
    }

    private static IEnumerable<JsonSchemaProps> Schemas(JsonSchemaProps schema)
    {
        yield return schema;
        var below = schema
            .Properties.Values.Concat([schema.Items, schema.AdditionalProperties?.Schema])
            .OfType<JsonSchemaProps>();
        foreach (var inner in below.SelectMany(Schemas))
            yield return inner;
    }

    internal static string Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tenon.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("not inside a checkout");
    }
}

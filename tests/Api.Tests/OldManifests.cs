using System.Text.Json.Nodes;
using Tenon.Api.Cel;
using Tenon.Api.Conversion;
using Tenon.Api.Schemas;
using Tenon.Api.Yaml;

namespace Tenon.Api.Tests;

/// <summary>The corpus in examples/old: what people wrote for earlier APIs, each moved field somewhere in it.</summary>
public sealed class OldManifests
{
    private static readonly string[] OldKeys =
    [
        "karpenter.sh/provisioner-name",
        "karpenter.sh/do-not-evict",
        "karpenter.sh/do-not-consolidate",
        "karpenter.sh/disruption\"",
        "machineTemplateRef",
        "kubeletConfiguration",
        "providerRef",
        "ttlSeconds",
        "WhenUnderutilized",
        "\"karpenter.sh/v1beta1\"",
        "\"karpenter.sh/v1alpha5\"",
        "\"karpenter.k8s.aws/v1beta1\"",
        "\"karpenter.k8s.aws/v1alpha1\"",
        "\"karpenter.azure.com/v1alpha2\"",
    ];

    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Folder, "*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_corpus_is_large_enough_to_mean_something() =>
        Assert.InRange(Files().Sum(file => Read(file.Data).Count), 40, 200);

    [Theory, MemberData(nameof(Files))]
    public void Every_document_converts_and_nothing_old_is_left_in_it(string file)
    {
        var set = Migration.Convert(Read(file), NodeClassDefaults.Aws);
        Assert.Empty(set.Faults);
        foreach (var converted in set.Objects)
        {
            var text = converted.Object.ToJsonString();
            Assert.DoesNotContain(OldKeys, key => text.Contains(key, StringComparison.Ordinal));
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void Converting_twice_changes_nothing(string file)
    {
        var once = Migration.Convert(Read(file), NodeClassDefaults.Aws);
        var twice = Migration.Convert([.. once.Objects.Select(each => each.Object)], NodeClassDefaults.Aws);
        Assert.Empty(twice.Faults);
        Assert.Equal(
            once.Objects.Select(each => each.Object.ToJsonString()),
            twice.Objects.Select(each => each.Object.ToJsonString())
        );
        // And what stands in the file for people reads back to the same.
        var text = ConvertedText.Of(once);
        Assert.Equal(
            once.Objects.Select(each => each.Object.ToJsonString()),
            Manifests.Parse(text, "x").Manifests.Select(each => each.Object.ToJsonString())
        );
    }

    [Theory, MemberData(nameof(Files))]
    public void What_comes_out_passes_the_rules_of_its_definition(string file)
    {
        foreach (var converted in Migration.Convert(Read(file), NodeClassDefaults.Aws).Objects)
        {
            var item = converted.Object;
            if (CustomResources.All.FirstOrDefault(it => it.Spec.Names.Kind == (string?)item["kind"]) is not { } crd)
                continue;
            var schema = crd.Spec.Versions[0].Schema!.OpenApiV3Schema!;
            Assert.Empty(SchemaRules.Compile(schema, out _).Check(item, null));
        }
    }

    private static List<JsonObject> Read(string file)
    {
        var parsed = Manifests.Parse(File.ReadAllText(Path.Combine(Folder, file)), file);
        Assert.Empty(parsed.Errors);
        return [.. parsed.Manifests.Select(manifest => manifest.Object)];
    }

    private static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "Tenon.slnx")))
                folder = folder.Parent;
            return Path.Combine(folder.FullName, "examples", "old");
        }
    }
}

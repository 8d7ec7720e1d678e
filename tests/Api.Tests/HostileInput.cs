using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Cel;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;
using Tenon.Api.Patches;
using Tenon.Api.Selectors;
using Tenon.Api.Yaml;
using Tenon.Foundation.Random;

namespace Tenon.Api.Tests;

/// <summary>
/// What comes from outside may be anything; it must end as a value or as the one exception that readers expect.
/// </summary>
public sealed class HostileInput
{
    private const string Pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","creationTimestamp":"2026-01-02T03:04:05Z","labels":{"x":"y"},"generation":1},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1","memory":5}}}],"priority":3,"topologySpreadConstraints":[{"maxSkew":1}]},"status":{"startTime":"2026-01-02T03:04:05Z"}}
        """;

    private const string Pool = """
        {"spec":{"template":{"spec":{"requirements":[{"key":"a","operator":"In","values":["b"]}],"expireAfter":"720h","terminationGracePeriod":"1h"}},"limits":{"cpu":"1"},"weight":1}}
        """;

    [Fact]
    public void Broken_objects_are_json_errors_and_nothing_else()
    {
        var dice = new Prng(13);
        for (var i = 0; i < 6_000; i++)
        {
            var bytes = Mutate(dice, i % 2 == 0 ? Pod : Pool);
            try
            {
                if (i % 2 == 0)
                    ApiJson.Write(ApiJson.Parse<Pod>(bytes));
                else
                    ApiJson.Write(ApiJson.Parse<NodePool>(bytes));
            }
            catch (JsonException)
            {
                // The reader's own exception, which clients turn into a value.
            }
        }
    }

    [Fact]
    public void Odd_types_in_known_places_are_json_errors()
    {
        string[] odd =
        [
            "null",
            "true",
            "1",
            "1.5",
            "-1e400",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[null]",
            "99999999999999999999",
            "\"2026-13-45T99:99:99Z\"",
        ];
        string[] paths =
        [
            "metadata",
            "spec",
            "metadata.labels",
            "metadata.creationTimestamp",
            "spec.containers",
            "spec.priority",
            "spec.overhead",
            "status.startTime",
            "spec.tolerations",
        ];
        foreach (var path in paths)
        foreach (var value in odd)
            try
            {
                var pod = ApiJson.Parse<Pod>(Put(path, value));
                Assert.NotNull(pod.Metadata.Labels);
                Assert.NotNull(pod.Spec.Containers);
                ApiJson.Write(pod);
            }
            catch (JsonException)
            {
                // As above.
            }
    }

    [Fact]
    public void Noise_in_every_text_reader_is_a_value()
    {
        var dice = new Prng(17);
        const string Alphabet = "abc01 .,:;!=<>()[]{}\"'\\/-+*&|#%?@\n\t\u00fc$^_~`ennumGiTrueself";
        for (var i = 0; i < 4_000; i++)
        {
            var text = string.Concat(
                Enumerable.Range(0, dice.Next(24)).Select(_ => Alphabet[dice.Next(Alphabet.Length)])
            );
            _ = Quantity.TryParse(text, out _);
            _ = GoDuration.TryParse(text, out _);
            Selector.Parse(text, out _);
            FieldSelector.Parse(text, out _);
            foreach (var document in YamlText.Parse(text))
                Assert.True(document.Line >= 1, text);
            if (CelProgram.TryCompile(text, out var program, out var error))
                program.Run(new CelBudget(10_000), ("self", CelValue.Of(text)));
            else
                Assert.NotEmpty(error);
        }
    }

    [Fact]
    public void Noise_as_a_patch_is_a_value()
    {
        var dice = new Prng(19);
        var pod = (JsonObject)JsonNode.Parse(Pod)!;
        for (var i = 0; i < 3_000; i++)
        {
            JsonNode? patch;
            try
            {
                patch = ApiJson.ParseNode(
                    Mutate(
                        dice,
                        i % 2 == 0
                            ? Pod
                            : """[{"op":"add","path":"/spec/containers/0","value":{"name":"x"}},{"op":"move","from":"/metadata/labels","path":"/status/x"}]"""
                    )
                );
            }
            catch (JsonException)
            {
                continue;
            }
            MergePatch.Apply(pod, patch);
            JsonPatch.Apply(pod, patch);
            if (patch is JsonObject map)
                StrategicMergePatch.Apply(pod, map, "Pod");
            Assert.Equal(Pod.Trim(), pod.ToJsonString());
        }
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"\\uDC00\":1}")]
    [InlineData("")]
    [InlineData("{} {}")]
    public void A_tree_that_would_break_when_it_is_walked_is_refused_at_the_door(string json) =>
        Assert.ThrowsAny<JsonException>(() => ApiJson.ParseNode(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Whole_surrogate_pairs_are_welcome_and_bad_utf8_is_not()
    {
        Assert.Equal("😀", ApiJson.ParseNode("""{"a":"\ud83d\ude00"}"""u8)!["a"]!.GetValue<string>());
        Assert.ThrowsAny<JsonException>(() => ApiJson.ParseNode([(byte)'"', 0xC3, (byte)'"']));
        Assert.Contains("surrogate", Assert.Single(YamlText.Parse("a: \"\\ud800\"")).Error);
    }

    private static string Put(string path, string value)
    {
        var text = value;
        foreach (var name in path.Split('.').Reverse())
            text = $"{{\"{name}\":{text}}}";
        return text;
    }

    private static byte[] Mutate(Prng dice, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).ToList();
        for (var edits = dice.Next(1, 4); edits > 0 && bytes.Count > 1; edits--)
        {
            var at = dice.Next(bytes.Count);
            switch (dice.Next(4))
            {
                case 0:
                    bytes[at] = (byte)dice.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, (byte)"\"{}[],:0-e"[dice.Next(10)]);
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, dice.Next(1, 8)));
                    break;
            }
        }
        return [.. bytes];
    }
}

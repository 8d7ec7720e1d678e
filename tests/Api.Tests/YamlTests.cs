using System.Text.Json.Nodes;
using Tenon.Api.Yaml;
using Tenon.Foundation.Random;

namespace Tenon.Api.Tests;

public sealed class YamlTests
{
    [Theory]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("true", "true")]
    [InlineData("False", "false")]
    [InlineData("~", "null")]
    [InlineData("null", "null")]
    [InlineData("12", "12")]
    [InlineData("-12", "-12")]
    [InlineData("+12", "12")]
    [InlineData("0644", "420")]
    [InlineData("0o17", "15")]
    [InlineData("0x1F", "31")]
    [InlineData("089", "89")]
    [InlineData("1.5", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData(".5", "0.5")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("1Gi", "\"1Gi\"")]
    [InlineData("2026-01-02", "\"2026-01-02\"")]
    [InlineData("2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("10%", "\"10%\"")]
    [InlineData("e3", "\"e3\"")]
    public void A_plain_word_has_the_type_that_manifests_expect(string word, string json)
    {
        var value = Assert.Single(YamlText.Parse($"a: {word}"));
        Assert.Null(value.Error);
        Assert.Equal(json, value.Value!["a"]?.ToJsonString() ?? "null");
    }

    [Fact]
    public void Documents_are_told_apart_and_know_their_lines()
    {
        const string Text = """
            # a comment

            apiVersion: v1
            kind: Namespace
            metadata: {name: a}
            ---
            ---
            # nothing here
            --- # the next one
            {"apiVersion": "v1", "kind": "Pod",
             "metadata": {"name": "b", "namespace": "a"}}
            ---
            - not an object
            ---
            kind: Pod
            ---
            apiVersion: v1
            kind: [Pod]
            ...
            """;
        var file = Manifests.Parse(Text, "x.yaml");
        Assert.Equal(
            ["x.yaml:3: Namespace a", "x.yaml:10: Pod a/b"],
            file.Manifests.Select(manifest => manifest.ToString())
        );
        Assert.Equal(
            [
                "x.yaml:13: expected an object with apiVersion and kind",
                "x.yaml:15: apiVersion is missing",
                "x.yaml:17: kind must be a text",
            ],
            file.Errors.Select(error => error.ToString())
        );
    }

    [Theory]
    [InlineData("a: 1\nb: [1\nc: 2\n", 3)]
    [InlineData("a: 1\n  b: 2\n", 2)]
    [InlineData("a: 1\n\tb: 2\n", 2)]
    [InlineData("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "\"c\" is set twice")]
    [InlineData("{\"a\": 1,\n\"a\": 2}", 2, "\"a\" is set twice")]
    [InlineData("a: *gone\n", 1, "anchor")]
    [InlineData("a: 1\nb: .inf\n", 2, "no place in JSON")]
    [InlineData("? [a]\n: 1\n", 1, "a key must be a plain word")]
    [InlineData("a: 1\n...\nb: 2\n", 3)]
    [InlineData("a: \"open\n", 1)]
    public void A_mistake_is_a_value_with_its_line(string text, int line, string? reason = null)
    {
        var document = Assert.Single(YamlText.Parse(text));
        Assert.NotNull(document.Error);
        Assert.DoesNotContain("\n", document.Error);
        Assert.InRange(document.Line, line - (reason is null ? 1 : 0), line + (reason is null ? 1 : 0));
        if (reason is not null)
            Assert.Contains(reason, document.Error);
    }

    [Fact]
    public void A_mistake_in_one_document_does_not_hide_the_others()
    {
        var file = Manifests.Parse("apiVersion: v1\nkind: A\n---\na: [\n---\napiVersion: v1\nkind: B\n", "f");
        Assert.Equal(["A", "B"], file.Manifests.Select(manifest => manifest.Kind));
        Assert.InRange(Assert.Single(file.Errors).Line, 3, 5);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_unfolded()
    {
        var value = Assert
            .Single(
                YamlText.Parse("base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: {<<: [{z: 0}, *b], x: 9}\nthree: *b\n")
            )
            .Value!;
        Assert.Equal("""{"y":3,"x":1}""", value["one"]!.ToJsonString());
        Assert.Equal("""{"x":9,"z":0,"y":2}""", value["two"]!.ToJsonString());
        Assert.Equal("""{"x":1,"y":2}""", value["three"]!.ToJsonString());
    }

    [Fact]
    public void A_bomb_of_aliases_and_a_tower_of_lists_are_refused()
    {
        var bomb =
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + string.Concat(
                Enumerable
                    .Range(1, 9)
                    .Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n")
            );
        Assert.Contains("aliases unfold", Assert.Single(YamlText.Parse(bomb)).Error);
        Assert.Contains(
            "levels deep",
            Assert.Single(YamlText.Parse(new string('[', 200) + new string(']', 200))).Error
        );
        Assert.Contains(
            "levels deep",
            Assert
                .Single(YamlText.Parse(string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200)))
                .Error
        );
    }

    [Fact]
    public void Lists_are_taken_apart_when_asked()
    {
        var file = Manifests.Expand(
            Manifests.Parse(
                """
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: PodList, items: [{metadata: {name: a}}, 3]}
                - {kind: Pod}
                - {apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}
                """,
                "l.yaml"
            )
        );
        Assert.Equal(["Pod a", "Deployment d"], file.Manifests.Select(manifest => $"{manifest.Kind} {manifest.Name}"));
        Assert.Equal("v1", file.Manifests[0].ApiVersion);
        Assert.Equal(
            [
                "l.yaml:1: item 1 of the PodList: expected an object",
                "l.yaml:1: item 1 of the List: apiVersion is missing",
            ],
            file.Errors.Select(error => error.ToString())
        );
    }

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_do_no_harm() =>
        Assert.Equal(
            """{"a":{"b":"c"}}""",
            Assert.Single(YamlText.Parse("\uFEFFa:\r\n  b: c\r\n---\r\n")).Value!.ToJsonString()
        );

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        string[] words =
        [
            "",
            "a",
            "yes",
            "1",
            "0644",
            "1e3",
            "true",
            "null",
            "~",
            "- a",
            "a: b",
            "a #b",
            "'q'",
            "\"q\"",
            "x\ny",
            "x\ny\n",
            "x\n\ny",
            " lead",
            "trail ",
            "\ttab",
            "ü",
            "😀",
            "*a",
            "&a",
            "%",
            "@",
            "`",
            "a:",
            ":a",
            "---",
            "<<",
            "{}",
            "[",
            "a\\b",
            "#",
            "-a",
            "--flag=1",
            "x\n y\n",
            "\n",
            "a\u0007",
            "2026-01-02",
            "|",
            ">",
            "!x",
            "?",
            "=",
            "a\u2028b\n",
            "10%",
            "a,b",
        ];
        var dice = new Prng(5);
        for (var i = 0; i < 2_000; i++)
        {
            var value = new JsonObject { ["r"] = Random(dice, words, 4) };
            var text = YamlWriter.Write(value);
            var read = Assert.Single(YamlText.Parse(text));
            Assert.True(read.Error is null, $"{read.Error}\n{text}");
            Assert.True(
                JsonNode.DeepEquals(value, read.Value),
                $"{value.ToJsonString()}\n{text}\n{read.Value?.ToJsonString()}"
            );
        }
    }

    [Fact]
    public void Yaml_is_written_as_kubectl_prints_it() =>
        Assert.Equal(
            """
            a: 1
            b:
            - x: "1"
              yard:
                z: []
            - - 1
              - 2
            c: |
              line
              line
            d: {}
            """.ReplaceLineEndings("\n") + "\n",
            YamlWriter.Write(
                JsonNode.Parse("""{"a":1,"b":[{"x":"1","yard":{"z":[]}},[1,2]],"c":"line\nline\n","d":{}}""")
            )
        );

    private static JsonNode? Random(Prng dice, string[] words, int depth)
    {
        switch (dice.Next(depth == 0 ? 4 : 7))
        {
            case 0:
                return null;
            case 1:
                return JsonValue.Create(dice.Chance(500_000));
            case 2:
                return JsonValue.Create(dice.NextInt64(1_000_000) - 500_000);
            case 3:
                return JsonValue.Create(dice.Pick(words));
            case 4:
                var list = new JsonArray();
                for (var i = dice.Next(4); i > 0; i--)
                    list.Add(Random(dice, words, depth - 1));
                return list;
            default:
                var map = new JsonObject();
                for (var i = dice.Next(4); i > 0; i--)
                    map[dice.Pick(words)] = Random(dice, words, depth - 1);
                return map;
        }
    }
}

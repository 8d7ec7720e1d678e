using System.Text.Json.Nodes;
using Tenon.Api.Cel;
using Tenon.Api.Extensions;
using Tenon.Api.Json;

namespace Tenon.Api.Tests;

public sealed class CelTests
{
    private static readonly CelValue Self = CelJson.Read(
        null,
        JsonNode.Parse(
            """{"a":1,"b":"text","list":[1,2,3],"names":["x","y"],"map":{"k":"v","x-y":true},"empty":[],"f":1.5,"in":7,"t":null}"""
        )
    );

    [Theory]
    [InlineData("1 + 2 * 3 == 7", "true")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("-7 / 2", "-3")]
    [InlineData("-7 % 3", "-1")]
    [InlineData("10 - 3 - 2", "5")]
    [InlineData("1 < 2 && 2 <= 2 && 3 > 2 && !(3 >= 4)", "true")]
    [InlineData("true ? 'a' : 'b'", "a")]
    [InlineData("false ? 1 : true ? 2 : 3", "2")]
    [InlineData("'a' + \"b\" + r'\\n' + '\\n'", "ab\\n\n")]
    [InlineData("'''it's'''", "it's")]
    [InlineData("'\\u0041\\x42\\103'", "ABC")]
    [InlineData("0x1F", "31")]
    [InlineData("1.5e1", "15")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("1 == 1.0 && 2u == 2 && 'a' != 1", "true")]
    [InlineData("self.a == 1 && self.b == 'text'", "true")]
    [InlineData("self['b']", "text")]
    [InlineData("self.list[2] // the last", "3")]
    [InlineData("self.list.size() == 3 && size(self.map) == 2 && size('äb') == 2", "true")]
    [InlineData("has(self.a) && !has(self.zz) && !has(self.t)", "true")]
    [InlineData("has(self.map.x__dash__y) && self.map.x__dash__y", "true")]
    [InlineData("self.__in__", "7")]
    [InlineData("'k' in self.map && !('z' in self.map) && 2 in self.list && 'x' in ['x']", "true")]
    [InlineData("self.list.all(x, x > 0) && !self.list.all(x, x > 1)", "true")]
    [InlineData(
        "self.list.exists(x, x == 2) && self.list.exists_one(x, x > 2) && !self.list.exists_one(x, x > 1)",
        "true"
    )]
    [InlineData("self.empty.all(x, false) && !self.empty.exists(x, true)", "true")]
    [InlineData("self.list.map(x, x * 2)", "[2, 4, 6]")]
    [InlineData("self.list.map(x, x > 1, x * 2)", "[4, 6]")]
    [InlineData("self.list.filter(x, x != 2)", "[1, 3]")]
    [InlineData("self.map.all(k, k.size() > 0)", "true")]
    [InlineData("[1, 2] + [3]", "[1, 2, 3]")]
    [InlineData("{'a': 1, 2: 'b'}[2]", "b")]
    [InlineData("[[1], {'a': [2]}] == [[1.0], {'a': [2]}]", "true")]
    [InlineData("int('42') + int(3.9) + int(true ? '1' : '0')", "46")]
    [InlineData("string(42) + string(1.5) + string(true)", "421.5true")]
    [InlineData("double('1.5') > 1 && uint(3) == 3u && bool('true')", "true")]
    [InlineData("type(1) == int && type('a') == string && type(self.list) == list && type(null) == null_type", "true")]
    [InlineData("'hello'.startsWith('he') && 'hello'.endsWith('lo') && 'hello'.contains('ell')", "true")]
    [InlineData("'v1.2'.matches('^v[0-9]+') && !'v'.matches('^v$x')", "true")]
    [InlineData("'karpenter.sh/x'.find('^([^/]+)')", "karpenter.sh")]
    [InlineData("'none'.find('[0-9]+')", "")]
    [InlineData("'a1b22'.findAll('[0-9]+')", "[1, 22]")]
    [InlineData("'a,b,c'.split(',')", "[a, b, c]")]
    [InlineData("'a,b,c'.split(',', 2)", "[a, b,c]")]
    [InlineData("['a', 'b'].join('-')", "a-b")]
    [InlineData("'Abc'.lowerAscii() + 'Abc'.upperAscii() + ' x '.trim()", "abcABCx")]
    [InlineData("'hello'.replace('l', 'L') + 'hello'.replace('l', 'L', 1)", "heLLoheLlo")]
    [InlineData("'hello'.substring(1, 3) + 'hello'.charAt(0) + string('hello'.indexOf('l'))", "elh2")]
    [InlineData("'%s has %d of %.2f'.format(['x', 3, 1.5])", "x has 3 of 1.50")]
    [InlineData("[1, 2, 3].sum() + [3, 1].min() + [3, 1].max()", "10")]
    [InlineData("[1, 2].isSorted() && !['b', 'a'].isSorted()", "true")]
    [InlineData("[1, 2, 1].indexOf(1) + [1, 2, 1].lastIndexOf(1)", "2")]
    [InlineData(
        "sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])",
        "true"
    )]
    [InlineData(
        "quantity('500m').isLessThan(quantity('1')) && quantity('1Gi').compareTo(quantity('1024Mi')) == 0",
        "true"
    )]
    [InlineData("isQuantity('1Gi') && !isQuantity('x') && quantity('3').asInteger() == 3", "true")]
    [InlineData("duration('1h') > duration('59m') && duration('90s') + duration('30s') == duration('2m')", "true")]
    [InlineData("timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z') == duration('24h')", "true")]
    [InlineData("timestamp('2026-01-02T03:04:05Z').getFullYear()", "2026")]
    [InlineData("cel.bind(n, self.a + 1, n * n)", "4")]
    [InlineData("self.?zz.orValue('none') + self.?b.orValue('none')", "nonetext")]
    [InlineData("self.?map.?k.hasValue() && !self[?'zz'].hasValue() && self.?a.optMap(x, x + 1).value() == 2", "true")]
    [InlineData("false && 1 / 0 == 1", "false")]
    [InlineData("1 / 0 == 1 && false", "false")]
    [InlineData("1 / 0 == 1 || true", "true")]
    [InlineData("self.list.exists(x, 6 / (x - 2) == 6)", "true")]
    [InlineData("self.list.all(x, self.zz == 1 || x > 0)", "true")]
    public void An_expression_has_its_value(string source, string expected) => Assert.Equal(expected, CelText(source));

    [Theory]
    [InlineData("1 / 0", "division by zero")]
    [InlineData("1 % 0", "modulus by zero")]
    [InlineData("9223372036854775807 + 1", "integer overflow")]
    [InlineData("self.zz", "no such key: zz")]
    [InlineData("self.map['zz']", "no such key: zz")]
    [InlineData("self.list[3]", "index out of bounds: 3")]
    [InlineData("int('x')", "type conversion error from 'x' to int")]
    [InlineData("1 + 'a'", "no such overload: +(int, string)")]
    [InlineData("1 < 'a'", "no such overload")]
    [InlineData("1 ? 2 : 3", "no such overload")]
    [InlineData("true && 1", "no such overload")]
    [InlineData("self.list.all(x, x)", "no such overload")]
    [InlineData("other", "undeclared reference to 'other'")]
    [InlineData("'a'.matches('(')", "error parsing regexp")]
    [InlineData("optional.none().value()", "dereference")]
    public void What_goes_wrong_is_a_value(string source, string expected) =>
        Assert.Contains(expected, Assert.IsType<CelValue.Error>(Run(source)).Message);

    [Theory]
    [InlineData("")]
    [InlineData("1 +")]
    [InlineData("(1")]
    [InlineData("self.")]
    [InlineData("'open")]
    [InlineData("a b")]
    [InlineData("1 ? 2")]
    [InlineData("has(self)")]
    [InlineData("nothing(1)")]
    [InlineData("'a'.nothing()")]
    [InlineData("size(1, 2)")]
    [InlineData("x.all(1, true)")]
    [InlineData("99999999999999999999")]
    [InlineData("self # 1")]
    [InlineData("[1, 2")]
    [InlineData("in")]
    public void What_is_no_expression_does_not_compile(string source)
    {
        Assert.False(CelProgram.TryCompile(source, out _, out var error), source);
        Assert.False(string.IsNullOrWhiteSpace(error));
    }

    [Fact]
    public void An_expression_that_costs_too_much_is_stopped()
    {
        Assert.True(
            CelProgram.TryCompile("l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))", out var program, out _)
        );
        var list = new CelValue.List([.. Enumerable.Range(0, 200).Select(i => CelValue.Of((long)i))]);
        var budget = new CelBudget(1_000_000);
        Assert.Contains("cost", Assert.IsType<CelValue.Error>(program.Run(budget, ("l", list))).Message);
        Assert.True(budget.IsExhausted);
        Assert.False(
            CelProgram.TryCompile(new string('(', 5_000) + "1" + new string(')', 5_000), out _, out var error)
        );
        Assert.Contains("deep", error);
        Assert.False(CelProgram.TryCompile(new string('!', 5_000) + "true", out _, out error));
        Assert.Contains("deep", error);
    }

    [Fact]
    public void Rules_are_asked_at_their_place_and_name_it()
    {
        var rules = Compile(
            """
            {"type":"object","properties":{
              "spec":{"type":"object","x-kubernetes-validations":[{"rule":"self.min <= self.max","message":"min above max"}],
                "properties":{"min":{"type":"integer"},"max":{"type":"integer"},
                  "items":{"type":"array","items":{"type":"string","x-kubernetes-validations":[{"rule":"self != ''"}]}},
                  "labels":{"type":"object","additionalProperties":{"type":"string","x-kubernetes-validations":[{"rule":"self.size() < 3","messageExpression":"'too long: ' + self"}]}}}}}}
            """
        );
        Assert.Empty(
            rules.Check(JsonNode.Parse("""{"spec":{"min":1,"max":2,"items":["a"],"labels":{"k":"v"}}}"""), null)
        );
        Assert.Equal(
            [
                "spec: Invalid value: \"object\": min above max",
                "spec.items[1]: Invalid value: \"string\": failed rule: self != ''",
                "spec.labels[k]: Invalid value: \"string\": too long: long",
            ],
            rules
                .Check(JsonNode.Parse("""{"spec":{"min":3,"max":2,"items":["a",""],"labels":{"k":"long"}}}"""), null)
                .Select(error => error.ToString())
        );
        Assert.Contains(
            "no such key: max",
            Assert.Single(rules.Check(JsonNode.Parse("""{"spec":{"min":3}}"""), null)).Message
        );
    }

    [Fact]
    public void Transition_rules_are_asked_only_where_the_old_value_is_known()
    {
        var rules = Compile(
            """
            {"type":"object","properties":{
              "fixed":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"fixed"}]},
              "once":{"type":"string","x-kubernetes-validations":[{"rule":"!oldSelf.hasValue() || oldSelf.value() == self","message":"once","optionalOldSelf":true}]},
              "named":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                "items":{"type":"object","properties":{"name":{"type":"string"},"v":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.v >= oldSelf.v","message":"fell"}]}},
              "plain":{"type":"array","items":{"type":"integer","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"never asked"}]}}}}
            """
        );
        var old = JsonNode.Parse("""{"fixed":"a","named":[{"name":"x","v":3},{"name":"y","v":1}],"plain":[1]}""");
        Assert.Empty(rules.Check(JsonNode.Parse("""{"fixed":"b","once":"z"}"""), null));
        Assert.Empty(
            rules.Check(
                JsonNode.Parse(
                    """{"fixed":"a","once":"z","named":[{"name":"y","v":2},{"name":"z","v":0}],"plain":[2]}"""
                ),
                old
            )
        );
        Assert.Equal(
            ["fixed", "named[1]"],
            rules
                .Check(JsonNode.Parse("""{"fixed":"b","named":[{"name":"y","v":2},{"name":"x","v":2}]}"""), old)
                .Select(error => error.Path)
        );
    }

    [Fact]
    public void Sets_and_list_maps_are_equal_in_any_order_and_plain_lists_are_not()
    {
        var rules = Compile(
            """
            {"type":"object","properties":{
              "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"},"x-kubernetes-validations":[{"rule":"self == oldSelf"}]},
              "plain":{"type":"array","items":{"type":"integer"},"x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}
            """
        );
        var before = JsonNode.Parse("""{"set":[1,2],"plain":[1,2]}""");
        Assert.Equal(
            "plain",
            Assert.Single(rules.Check(JsonNode.Parse("""{"set":[2,1],"plain":[2,1]}"""), before)).Path
        );
    }

    [Fact]
    public void A_rule_that_does_not_compile_is_a_fault_of_the_definition()
    {
        SchemaRules.Compile(
            ApiJson.Parse<JsonSchemaProps>(
                """{"type":"object","properties":{"a":{"type":"string","x-kubernetes-validations":[{"rule":"self ="},{"rule":"true"}]}}}"""
            ),
            out var faults
        );
        Assert.Equal(".properties[a].x-kubernetes-validations[0].rule", Assert.Single(faults).Path);
    }

    private static SchemaRules Compile(string schema)
    {
        var rules = SchemaRules.Compile(ApiJson.Parse<JsonSchemaProps>(schema), out var faults);
        Assert.Empty(faults);
        return rules;
    }

    private static string CelText(string source) =>
        Run(source) switch
        {
            CelValue.Error error => $"error: {error.Message}",
            var value => Assert.IsType<CelValue.Text>(Format(value)).Value,
        };

    /// <summary>Prints any value through the language's own formatting.</summary>
    private static CelValue Format(CelValue value)
    {
        Assert.True(CelProgram.TryCompile("'%s'.format([v])", out var program, out _));
        return program.Run(new CelBudget(10_000), ("v", value));
    }

    private static CelValue Run(string source)
    {
        Assert.True(CelProgram.TryCompile(source, out var program, out var error), $"{source}: {error}");
        return program.Run(new CelBudget(100_000), ("self", Self));
    }
}

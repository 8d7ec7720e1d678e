using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Extensions;
using Tenon.Api.Rules;

namespace Tenon.Api.Cel;

/// <summary>
/// The <c>x-kubernetes-validations</c> of one schema, compiled once. Asked about an object that already has the
/// schema's shape; rules about <c>oldSelf</c> are asked only where the old value of the same place is known.
/// </summary>
public sealed class SchemaRules
{
    private const int MaxErrors = 100;

    private readonly JsonSchemaProps _schema;
    private readonly Dictionary<ValidationRule, Compiled> _rules = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<JsonSchemaProps> _withRules = new(ReferenceEqualityComparer.Instance);

    private SchemaRules(JsonSchemaProps schema) => _schema = schema;

    private sealed record Compiled(CelProgram Rule, CelProgram? Message);

    /// <summary>False when the schema holds no rule at all, so that there is nothing to ask.</summary>
    public bool HasRules => _rules.Count > 0;

    /// <param name="faults">Rules that do not compile, by their place in the schema; the definition should be
    /// refused.</param>
    public static SchemaRules Compile(JsonSchemaProps schema, out ImmutableArray<FieldError> faults)
    {
        var compiled = new SchemaRules(schema);
        var found = new Faults();
        compiled.CompileAt(schema, "", found);
        faults = found.All;
        return compiled;
    }

    /// <param name="old">The stored object when this is an update.</param>
    /// <param name="root">Put before every path; empty for a whole object.</param>
    public ImmutableArray<FieldError> Check(
        JsonNode? value,
        JsonNode? old,
        string root = "",
        long budget = CelBudget.PerObject
    )
    {
        if (_rules.Count == 0)
            return [];
        var walk = new Walk(this, new CelBudget(budget));
        walk.At(_schema, value, old, root);
        return [.. walk.Faults.All.Take(MaxErrors)];
    }

    private bool CompileAt(JsonSchemaProps schema, string path, Faults faults)
    {
        var any = schema.Validations.Count > 0;
        for (var i = 0; i < schema.Validations.Count; i++)
        {
            var (rule, at) = (schema.Validations[i], $"{path}.x-kubernetes-validations[{i}]");
            CelProgram? message = null;
            if (!CelProgram.TryCompile(rule.Rule, out var program, out var error))
                faults.Add($"{at}.rule", $"compilation failed: {error}", rule.Rule);
            else if (rule.MessageExpression is { } text && !CelProgram.TryCompile(text, out message, out error))
                faults.Add($"{at}.messageExpression", $"messageExpression compilation failed: {error}", text);
            else
                _rules[rule] = new Compiled(program, message);
        }
        foreach (var (name, property) in schema.Properties)
            any |= CompileAt(property, $"{path}.properties[{name}]", faults);
        if (schema.Items is { } items)
            any |= CompileAt(items, $"{path}.items", faults);
        if (schema.AdditionalProperties?.Schema is { } values)
            any |= CompileAt(values, $"{path}.additionalProperties", faults);
        if (any)
            _withRules.Add(schema);
        return any;
    }

    private sealed class Walk(SchemaRules rules, CelBudget budget)
    {
        public Faults Faults { get; } = new();

        public void At(JsonSchemaProps schema, JsonNode? value, JsonNode? old, string path)
        {
            if (value is null || budget.IsExhausted || !rules._withRules.Contains(schema))
                return;
            if (schema.Validations.Count > 0)
                Ask(schema, value, old, path);
            switch (value)
            {
                case JsonObject map:
                    foreach (var (name, inner) in map)
                    {
                        var below = schema.Properties.GetValueOrDefault(name);
                        if (below is not null)
                            At(below, inner, (old as JsonObject)?[name], path.Length == 0 ? name : $"{path}.{name}");
                        else if (schema.AdditionalProperties?.Schema is { } values)
                            At(values, inner, (old as JsonObject)?[name], path.Length == 0 ? name : $"{path}[{name}]");
                    }
                    break;
                case JsonArray list when schema.Items is { } items:
                    for (var i = 0; i < list.Count; i++)
                        At(items, list[i], Counterpart(schema, list[i], old as JsonArray), $"{path}[{i}]");
                    break;
            }
        }

        private void Ask(JsonSchemaProps schema, JsonNode value, JsonNode? old, string path)
        {
            var self = CelJson.Read(schema, value);
            var oldSelf = old is null ? null : CelJson.Read(schema, old);
            foreach (var rule in schema.Validations)
            {
                if (budget.IsExhausted || !rules._rules.TryGetValue(rule, out var compiled))
                    continue;
                var optional = rule.OptionalOldSelf == true;
                if (compiled.Rule.UsesOldSelf && !optional && oldSelf is null)
                    continue;
                var before = optional
                    ? new CelValue.Optional(oldSelf)
                    : oldSelf ?? CelValue.Fail("undeclared reference to 'oldSelf'");
                switch (compiled.Rule.Run(budget, ("self", self), ("oldSelf", before)))
                {
                    case CelValue.Bool { Value: true }:
                        continue;
                    case CelValue.Bool:
                        Faults.Add(path + rule.FieldPath, Message(rule, compiled, self, before), schema.Type);
                        break;
                    case CelValue.Error error when budget.IsExhausted:
                        Faults.Add(path, error.Message, schema.Type);
                        break;
                    case var other:
                        var reason = other is CelValue.Error error1
                            ? error1.Message
                            : $"the rule gives a {other.TypeName}, not a bool";
                        Faults.Add(path, $"rule evaluation error: {reason} ({Words(rule)})", schema.Type);
                        break;
                }
            }
        }

        private string Message(ValidationRule rule, Compiled compiled, CelValue self, CelValue oldSelf) =>
            compiled.Message?.Run(budget, ("self", self), ("oldSelf", oldSelf))
                is CelValue.Text { Value.Length: > 0 } text
            && !text.Value.Contains('\n', StringComparison.Ordinal)
                ? text.Value.Trim()
                : Words(rule);

        private static string Words(ValidationRule rule) =>
            string.IsNullOrWhiteSpace(rule.Message)
                ? $"failed rule: {rule.Rule.ReplaceLineEndings(" ").Trim()}"
                : rule.Message;

        /// <summary>The old item of a list that can be recognised: only list-maps name their items.</summary>
        private static JsonObject? Counterpart(JsonSchemaProps schema, JsonNode? item, JsonArray? old)
        {
            if (schema.ListType != "map" || old is null || item is not JsonObject map)
                return null;
            foreach (var candidate in old)
                if (
                    candidate is JsonObject before
                    && schema.ListMapKeys.All(key => JsonNode.DeepEquals(before[key], map[key]))
                )
                    return before;
            return null;
        }
    }
}

/// <summary>JSON as the expression language sees it, with the schema's types where there is one.</summary>
public static class CelJson
{
    public static CelValue Read(JsonSchemaProps? schema, JsonNode? value)
    {
        switch (value)
        {
            case null:
                return CelValue.Null.Value;
            case JsonArray list:
                ImmutableArray<string>? keys = schema?.ListType switch
                {
                    "set" => [],
                    "map" => [.. schema.ListMapKeys],
                    _ => null,
                };
                return new CelValue.List([.. list.Select(item => Read(schema?.Items, item))], keys);
            case JsonObject map:
                var entries = new Dictionary<CelValue, CelValue>(map.Count);
                foreach (var (name, inner) in map)
                    if (inner is not null)
                        entries[CelValue.Of(name)] = Read(
                            schema?.Properties.GetValueOrDefault(name) ?? schema?.AdditionalProperties?.Schema,
                            inner
                        );
                return new CelValue.Map(entries);
            default:
                return Leaf(schema, (JsonValue)value);
        }
    }

    private static CelValue Leaf(JsonSchemaProps? schema, JsonValue value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.True => CelValue.True,
            JsonValueKind.False => CelValue.False,
            JsonValueKind.String => Text(schema, value.GetValue<string>()),
            _ when schema?.Type != "number"
                    && long.TryParse(
                        value.ToJsonString(),
                        System.Globalization.NumberStyles.AllowLeadingSign,
                        System.Globalization.CultureInfo.InvariantCulture,
                        out var whole
                    ) => CelValue.Of(whole),
            _ => new CelValue.Double(
                double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            ),
        };

    private static CelValue Text(JsonSchemaProps? schema, string text) =>
        schema?.Format switch
        {
            "date-time" when CelConversions.ToTimestamp(CelValue.Of(text)) is CelValue.Timestamp time => time,
            "duration" when CelConversions.ToDuration(CelValue.Of(text)) is CelValue.Duration duration => duration,
            _ => CelValue.Of(text),
        };
}

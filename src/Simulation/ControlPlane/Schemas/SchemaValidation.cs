using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>Judges a custom object by its schema, in the words of the real server's OpenAPI validator.</summary>
internal sealed class SchemaValidation(List<FieldFault> faults)
{
    public void Value(Schema schema, JsonNode? value, string path)
    {
        if (value is null)
        {
            if (!schema.Nullable && schema.Type != SchemaType.Any)
                faults.Add(
                    FieldFault.WrongType(path, "null", $"{path} in body must be of type {Word(schema.Type)}: \"null\"")
                );
            return;
        }
        if (!Pruning.Fits(schema.Type, value))
        {
            var found = WordOf(value);
            faults.Add(
                FieldFault.WrongType(path, found, $"{path} in body must be of type {Word(schema.Type)}: \"{found}\"")
            );
            return;
        }
        switch (value)
        {
            case JsonObject item:
                Object(schema, item, path);
                break;
            case JsonArray list:
                List(schema, list, path);
                break;
        }
        if (schema.Constraints is { } constraints)
            Constrain(constraints, value, path);
    }

    private void Object(Schema schema, JsonObject item, string path)
    {
        foreach (var name in schema.Required)
            if (!item.ContainsKey(name))
                faults.Add(FieldFault.Required(Join(path, name)));
        foreach (var (name, value) in item)
            if (schema.Properties.TryGetValue(name, out var field))
            {
                // Metadata has rules of its own; what a CRD says about it is not looked at here.
                if (path.Length > 0 || name is not ("metadata" or "apiVersion" or "kind"))
                    Value(field, value, Join(path, name));
            }
            else if (schema.Values is { } values)
                Value(values, value, Join(path, name));
    }

    private void List(Schema schema, JsonArray list, string path)
    {
        if (schema.Items is { } items)
            for (var i = 0; i < list.Count; i++)
                Value(items, list[i], $"{path}[{i}]");
        if (schema.Merge == ListMerge.Atomic && schema.Constraints?.UniqueItems != true)
            return;
        var seen = new List<JsonNode?>();
        for (var i = 0; i < list.Count; i++)
        {
            var key =
                schema.Merge == ListMerge.Map && list[i] is JsonObject item
                    ? new JsonObject([
                        .. schema.Keys.Select(name => new KeyValuePair<string, JsonNode?>(
                            name,
                            item[name]?.DeepClone()
                        )),
                    ])
                    : list[i];
            if (seen.Exists(other => JsonNode.DeepEquals(other, key)))
                faults.Add(FieldFault.Duplicate($"{path}[{i}]", key));
            seen.Add(key);
        }
    }

    private void Constrain(Constraints constraints, JsonNode value, string path)
    {
        if (constraints.Enum.Count > 0 && !constraints.Enum.Any(choice => JsonNode.DeepEquals(choice, value)))
            faults.Add(FieldFault.NotSupported(path, value, constraints.Enum.Select(Kinds.Meta.Show)));
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                Text(constraints, value.GetValue<string>(), path);
                break;
            case JsonValueKind.Number:
                Number(constraints, value, path);
                break;
            case JsonValueKind.Array:
                Count(((JsonArray)value).Count, constraints.MinItems, constraints.MaxItems, "items", path);
                break;
            case JsonValueKind.Object:
                Count(
                    ((JsonObject)value).Count,
                    constraints.MinProperties,
                    constraints.MaxProperties,
                    "properties",
                    path
                );
                break;
        }
        foreach (var each in constraints.AllOf)
            Value(each, value, path);
        if (constraints.AnyOf.Count > 0 && !constraints.AnyOf.Any(each => Holds(each, value, path)))
            faults.Add(FieldFault.Invalid(path, value, $"{path} in body must validate at least one schema (anyOf)"));
        if (constraints.OneOf.Count > 0 && constraints.OneOf.Count(each => Holds(each, value, path)) != 1)
            faults.Add(
                FieldFault.Invalid(
                    path,
                    value,
                    $"{path} in body must validate one and only one schema (oneOf). Found {(
                constraints.OneOf.Any(each => Holds(each, value, path)) ? "more than one valid" : "none valid")}"
                )
            );
        if (constraints.Not is { } not && Holds(not, value, path))
            faults.Add(FieldFault.Invalid(path, value, $"{path} in body must not validate the schema (not)"));
    }

    private static bool Holds(Schema schema, JsonNode value, string path)
    {
        var found = new List<FieldFault>();
        new SchemaValidation(found).Value(schema, value, path);
        return found.Count == 0;
    }

    private void Text(Constraints constraints, string text, string path)
    {
        var length = text.Length - text.Count(char.IsLowSurrogate);
        if (length > constraints.MaxLength)
            faults.Add(FieldFault.TooLong(path, constraints.MaxLength.Value));
        if (length < constraints.MinLength)
            faults.Add(
                FieldFault.Invalid(path, text, $"{path} in body should be at least {constraints.MinLength} chars long")
            );
        if (constraints.Pattern is { } pattern && !pattern.IsMatch(text))
            faults.Add(FieldFault.Invalid(path, text, $"{path} in body should match '{constraints.PatternText}'"));
    }

    private void Number(Constraints constraints, JsonNode value, string path)
    {
        var number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
        if (number < constraints.Minimum || (constraints.ExclusiveMinimum && number <= constraints.Minimum))
            faults.Add(
                FieldFault.Invalid(
                    path,
                    value,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path} in body should be greater than {(constraints.ExclusiveMinimum ? "" : "or equal to ")}{constraints.Minimum}"
                    )
                )
            );
        if (number > constraints.Maximum || (constraints.ExclusiveMaximum && number >= constraints.Maximum))
            faults.Add(
                FieldFault.Invalid(
                    path,
                    value,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path} in body should be less than {(constraints.ExclusiveMaximum ? "" : "or equal to ")}{constraints.Maximum}"
                    )
                )
            );
        if (constraints.MultipleOf is { } step && Math.IEEERemainder(number, step) != 0)
            faults.Add(
                FieldFault.Invalid(
                    path,
                    value,
                    string.Create(CultureInfo.InvariantCulture, $"{path} in body should be a multiple of {step}")
                )
            );
    }

    private void Count(int count, int? min, int? max, string what, string path)
    {
        if (count > max)
            faults.Add(FieldFault.TooMany(path, count, max.Value));
        if (count < min)
            faults.Add(FieldFault.Invalid(path, count, $"{path} in body should have at least {min} {what}"));
    }

    private static string Word(SchemaType type) =>
        type switch
        {
            SchemaType.Object or SchemaType.Map => "object",
            SchemaType.List => "array",
            SchemaType.String => "string",
            SchemaType.Integer => "integer",
            SchemaType.Number => "number",
            SchemaType.Boolean => "boolean",
            _ => "integer or string",
        };

    private static string WordOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => Kinds.Meta.AsNumber(value) is null ? "number" : "integer",
        };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

using System.Reflection;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>The embedded table of built-in shapes, read once. Types refer to each other and are shared.</summary>
internal static class BuiltInSchemas
{
    private static readonly Lazy<IReadOnlyDictionary<string, Schema>> Table = new(Load);

    /// <summary>Every named type, by name.</summary>
    public static IReadOnlyDictionary<string, Schema> All => Table.Value;

    public static Schema Metadata => All["meta.ObjectMeta"];

    /// <summary>Null for kinds that are kept as they come (CustomResourceDefinition).</summary>
    public static Schema? OfKind(string group, string kind)
    {
        var prefix =
            group.Length == 0 ? "core"
            : group == "autoscaling" && kind == "Scale" ? "scale"
            : group.Split('.')[0];
        if (!All.TryGetValue($"{prefix}.{kind}", out var named))
            return null;
        return Rooted(named, named.Properties);
    }

    /// <summary>An object's schema with the three fields every object has in front.</summary>
    public static Schema Rooted(Schema shape, IEnumerable<KeyValuePair<string, Schema>> fields)
    {
        var properties = new OrderedDictionary<string, Schema>
        {
            ["apiVersion"] = Text,
            ["kind"] = Text,
            ["metadata"] = Metadata,
        };
        foreach (var (name, schema) in fields)
            if (!properties.ContainsKey(name))
                properties[name] = schema;
        return new Schema
        {
            Type = SchemaType.Object,
            TypeName = shape.TypeName,
            Description = shape.Description,
            Properties = properties,
            Required = shape.Required,
            Constraints = shape.Constraints,
            Source = shape.Source,
            PreservesUnknown = shape.PreservesUnknown,
            Default = shape.Default,
            Wire = RootWire(shape.Wire),
        };
    }

    private static Dictionary<string, WireField> RootWire(Dictionary<string, WireField> wire) =>
        wire.ContainsKey("metadata") || wire.Count == 0
            ? wire
            : new(wire) { ["metadata"] = new WireField([1], ZeroMeans.Zero) };

    private static readonly Schema Text = new() { Type = SchemaType.String };

    private static Dictionary<string, Schema> Load()
    {
        var descriptions = Descriptions();
        var blocks = Blocks();
        var types = new Dictionary<string, Schema>(StringComparer.Ordinal);
        // First every type's shell, so that fields can point at types that come later.
        foreach (var (name, atomic, lines) in blocks)
            types[name] = new Schema
            {
                Type = SchemaType.Object,
                TypeName = name,
                IsAtomic = atomic,
                Description = descriptions.GetValueOrDefault(name, ""),
                Required =
                [
                    .. lines
                        .Select(line => line.Split(' ')[1])
                        .Where(field => field.EndsWith('!'))
                        .Select(field => field[..^1]),
                ],
            };
        foreach (var (name, _, lines) in blocks)
        foreach (var line in lines)
        {
            var words = line.Split(' ');
            var field = words[1].TrimEnd('!', '?');
            types[name].Wire[field] = new WireField(
                [
                    .. words[0]
                        .Split('.')
                        .Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)),
                ],
                words[1] == field ? ZeroMeans.Absent : ZeroMeans.Zero
            );
            types[name].Properties[field] = Field(
                types,
                name,
                words,
                descriptions.GetValueOrDefault($"{name}.{field}", "")
            );
        }
        return types;
    }

    private static Schema Field(Dictionary<string, Schema> types, string owner, string[] words, string description)
    {
        string? Option(string name) =>
            words.FirstOrDefault(word => word.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
        var shape = Resolve(types, owner.Split('.')[0], words[2]);
        var keys = Option("keys=")?.Split(',') ?? [];
        var merge =
            keys.Length > 0 ? ListMerge.Map
            : words.Contains("set") ? ListMerge.Set
            : ListMerge.Atomic;
        var plain = merge == ListMerge.Atomic && words.Length == 3;
        if (plain && description.Length == 0)
            return shape;
        var used = shape.Used(merge, keys, Option("merge="), words.Contains("atomic"), words.Contains("retainKeys"));
        return description.Length == 0 ? used : Described(used, description);
    }

    private static Schema Described(Schema schema, string description) =>
        new()
        {
            Type = schema.Type,
            TypeName = schema.TypeName,
            Format = schema.Format,
            Description = description,
            Properties = schema.Properties,
            Required = schema.Required,
            Items = schema.Items,
            Values = schema.Values,
            PreservesUnknown = schema.PreservesUnknown,
            Merge = schema.Merge,
            Keys = schema.Keys,
            PatchKey = schema.PatchKey,
            IsAtomic = schema.IsAtomic,
            RetainKeys = schema.RetainKeys,
            Wire = schema.Wire,
        };

    private static Schema Resolve(Dictionary<string, Schema> types, string group, string type) =>
        type switch
        {
            _ when type[0] == '[' => new Schema { Type = SchemaType.List, Items = Resolve(types, group, type[1..^1]) },
            _ when type[0] == '{' => new Schema { Type = SchemaType.Map, Values = Resolve(types, group, type[1..^1]) },
            "string" => Text,
            "bytes" => new Schema { Type = SchemaType.String, Format = "byte" },
            "time" => new Schema { Type = SchemaType.String, Format = "date-time" },
            "microtime" => new Schema { Type = SchemaType.String, Format = "micro-time" },
            "duration" => new Schema { Type = SchemaType.String, Format = "duration" },
            "boolean" => new Schema { Type = SchemaType.Boolean },
            "int32" or "int64" => new Schema { Type = SchemaType.Integer, Format = type },
            "number" => new Schema { Type = SchemaType.Number, Format = "double" },
            "quantity" => new Schema { Type = SchemaType.IntOrString, Format = "quantity" },
            "intorstring" => new Schema { Type = SchemaType.IntOrString },
            "object" => Schema.Anything,
            _ => types[type.Contains('.') ? type : $"{group}.{type}"],
        };

    private static List<(string Name, bool Atomic, List<string> Lines)> Blocks()
    {
        var blocks = new List<(string, bool, List<string>)>();
        foreach (var line in Lines("kinds.txt"))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == ' ')
                blocks[^1].Item3.Add(line.Trim());
            else
                blocks.Add((line.Split(' ')[0], line.EndsWith(" atomic", StringComparison.Ordinal), []));
        }
        return blocks;
    }

    private static Dictionary<string, string> Descriptions()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines("descriptions.txt"))
            if (line.Length > 0 && line[0] != '#' && line.IndexOf(' ') is > 0 and var cut)
                texts[line[..cut]] = line[(cut + 1)..];
        return texts;
    }

    private static IEnumerable<string> Lines(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"Tenon.Simulation.{name}")
            ?? throw new InvalidOperationException($"the embedded table {name} is missing");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}

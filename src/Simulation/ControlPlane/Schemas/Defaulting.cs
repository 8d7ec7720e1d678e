using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>
/// Fills in the defaults a CRD's schema declares, outermost first, so that a defaulted object gets its own fields'
/// defaults too.
/// </summary>
internal static class Defaulting
{
    public static void Apply(Schema schema, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject item:
                foreach (var (name, field) in schema.Properties)
                {
                    if (
                        field.Default is { } given
                        && (!item.TryGetPropertyValue(name, out var present) || (present is null && !field.Nullable))
                    )
                        item[name] = given.DeepClone();
                    if (item[name] is { } inner and not JsonValue)
                        Apply(field, inner);
                }
                if (schema.Values is { } values)
                    foreach (var (name, each) in item)
                        if (!schema.Properties.ContainsKey(name))
                            Apply(values, each);
                break;
            case JsonArray list when schema.Items is { } items:
                foreach (var each in list)
                    Apply(items, each);
                break;
        }
    }
}

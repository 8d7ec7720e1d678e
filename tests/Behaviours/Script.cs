using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api.Yaml;
using Tenon.Simulation.Worlds;

namespace Tenon.Behaviours;

/// <summary>
/// The steps of a case, one to a line: <c>apply FILE</c>, <c>delete FILE</c>, <c>run 5m</c>, <c>scale NAME N</c>,
/// <c>restart</c> (the operator), <c>exhaust CAPACITY-TYPE 20m</c>. Lines that start with # are remarks.
/// </summary>
internal static class Script
{
    public static void Play(SimulatedWorld world, string folder, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            world.Journal.Write($"--- {line}");
            switch (line.Split(' '))
            {
                case ["apply", var file]:
                    world.Apply(Objects(folder, file));
                    break;
                case ["delete", var file]:
                    world.Delete(Objects(folder, file));
                    break;
                case ["run", var time]:
                    world.RunFor(Span(time));
                    break;
                case ["scale", var name, var count]:
                    Scale(world, name, int.Parse(count, CultureInfo.InvariantCulture));
                    break;
                case ["restart"]:
                    world.RestartOperator();
                    break;
                case ["exhaust", var capacityType, var time]:
                    world.Cloud!.Weather.Exhaust(null, null, capacityType, world.Loop.Time.GetUtcNow() + Span(time));
                    break;
                default:
                    throw new FormatException($"no such step: {line}");
            }
        }
    }

    private static IEnumerable<JsonObject> Objects(string folder, string name)
    {
        var file = Manifests.Expand(Manifests.Parse(File.ReadAllText(Path.Combine(folder, name)), name));
        Assert.Empty(file.Errors);
        return file.Manifests.Select(manifest => manifest.Object);
    }

    private static void Scale(SimulatedWorld world, string name, int count) =>
        world.Apply([
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "Deployment",
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
                ["spec"] = new JsonObject { ["replicas"] = count },
            },
        ]);

    private static TimeSpan Span(string text)
    {
        var number = double.Parse(text[..^1], CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new FormatException(text),
        };
    }
}

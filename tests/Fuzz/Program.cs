using System.Globalization;
using Tenon.Behaviours;
using Tenon.Simulation.Worlds;

// Plays one named world, or a swarm of seeds: --world W --seed S [--until hh:mm:ss] [--journal FILE], or --swarm N [--from S].
// The last line on stdout is JSON; people read stderr.
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

static ulong Seed(string text) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
    ? ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : ulong.Parse(text, CultureInfo.InvariantCulture);

var runner = new WorldRunner(TenonUnderTest.Main);
var named = NamedWorld.Find(Option("--world") ?? "swarm")
    ?? throw new ArgumentException($"no such world; there are {string.Join(", ", NamedWorld.All.Select(world => world.Name))}");
if (Option("--swarm") is { } count)
{
    var swarm = runner.RunSwarm(named, Seed(Option("--from") ?? "1"), int.Parse(count, CultureInfo.InvariantCulture), Console.Error.WriteLine);
    Console.WriteLine(swarm.ToJson().ToJsonString());
    return swarm.Violations == 0 ? 0 : 1;
}
var until = Option("--until") is { } text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : (TimeSpan?)null;
var report = runner.Run(named, Seed(Option("--seed") ?? "1"), until, Console.Error.WriteLine);
if (Option("--journal") is { } path) File.WriteAllLines(path, report.LastLines);
Console.WriteLine(report.ToJson().ToJsonString());
return report.Violations.IsEmpty ? 0 : 1;

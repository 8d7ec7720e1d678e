using System.Text.Json;
using Tenon.Scheduling.Model;

namespace Tenon.Cli.Planning;

/// <summary>The causes of a refusal as words, for scripts and for people.</summary>
static class Causes
{
    public static IEnumerable<string> Words(Misfit why) =>
        Enum.GetValues<Misfit>().Where(flag => flag != Misfit.None && why.HasFlag(flag)).Select(Word);

    public static void Write(Utf8JsonWriter json, Misfit why)
    {
        json.WriteStartArray("causes");
        foreach (var word in Words(why))
            json.WriteStringValue(word);
        json.WriteEndArray();
    }

    static string Word(Misfit flag) =>
        flag switch
        {
            Misfit.Taint => "taint",
            Misfit.Requirements => "requirements",
            Misfit.VolumeRequirements => "volume-requirements",
            Misfit.Spread => "topology-spread",
            Misfit.Affinity => "pod-affinity",
            Misfit.AntiAffinity => "pod-anti-affinity",
            Misfit.Resources => "resources",
            Misfit.Offering => "offering",
            Misfit.MinValues => "min-values",
            Misfit.HostPort => "host-port",
            Misfit.VolumeLimit => "volume-limit",
            Misfit.Limit => "limit",
            Misfit.NoInstanceTypes => "no-instance-types",
            Misfit.ReservedOffering => "reserved-offering",
            Misfit.ResourceClaim => "resource-claim",
            _ => throw new ArgumentOutOfRangeException(nameof(flag), flag, "not one cause"),
        };
}

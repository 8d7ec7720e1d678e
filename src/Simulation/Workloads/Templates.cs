using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Foundation.Hashing;

namespace Tenon.Simulation.Workloads;

/// <summary>Pod templates: their identity, and the pods made from them.</summary>
internal static class Templates
{
    public const string HashLabel = "pod-template-hash";
    private const string SafeLetters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>
    /// The same for templates that make the same pods; short enough for names. Collisions are told apart by
    /// <paramref name="salt"/>.
    /// </summary>
    public static string Hash(PodTemplateSpec template, int salt)
    {
        var hash = StableHash.Of(Text(template));
        hash = StableHash.Of([(byte)salt], hash);
        return string.Create(
            10,
            hash,
            static (text, bits) =>
            {
                for (var i = 0; i < text.Length; i++, bits /= (ulong)SafeLetters.Length)
                    text[i] = SafeLetters[(int)(bits % (ulong)SafeLetters.Length)];
            }
        );
    }

    public static bool Same(PodTemplateSpec a, PodTemplateSpec b) => Text(a) == Text(b);

    public static PodTemplateSpec WithLabel(PodTemplateSpec template, string key, string value) =>
        template with
        {
            Metadata = template.Metadata with { Labels = With(template.Metadata.Labels, key, value) },
        };

    public static Pod PodOf(PodTemplateSpec template, string? name, string generateName) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                GenerateName = generateName,
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations,
                Finalizers = template.Metadata.Finalizers,
            },
            Spec = template.Spec,
        };

    public static SortedDictionary<string, string> With(
        IReadOnlyDictionary<string, string> pairs,
        string key,
        string? value
    )
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (k, v) in pairs)
            all[k] = v;
        if (value is null)
            all.Remove(key);
        else
            all[key] = value;
        return all;
    }

    /// <summary>The template without the label that the controller itself adds.</summary>
    private static string Text(PodTemplateSpec template)
    {
        var labels = With(template.Metadata.Labels, HashLabel, null);
        labels.Remove("controller-revision-hash");
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in template.Metadata.Annotations)
            annotations[key] = value;
        return ApiJson.WriteText(
            new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = labels, Annotations = annotations },
                Spec = template.Spec,
            }
        );
    }
}

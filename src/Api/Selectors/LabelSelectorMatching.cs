using Tenon.Api.Core;

namespace Tenon.Api.Selectors;

public static class LabelSelectorMatching
{
    /// <summary>One question to one selector; keep a <see cref="Selector"/> to ask many.</summary>
    public static bool Matches(this LabelSelector? selector, IReadOnlyDictionary<string, string> labels) =>
        Selector.From(selector).Matches(labels);
}

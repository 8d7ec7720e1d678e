namespace Tenon.Api.Yaml;

/// <summary>What a hostile or mistaken file may cost.</summary>
public static class YamlLimits
{
    /// <summary>Characters in one file.</summary>
    public const int MaxCharacters = 256 * 1024 * 1024;

    /// <summary>Documents in one file.</summary>
    public const int MaxDocuments = 1_000_000;

    /// <summary>Objects and lists inside each other.</summary>
    public const int MaxDepth = 100;

    /// <summary>Values that aliases may add to one document; without it a few lines unfold into gigabytes.</summary>
    public const int MaxAliasedValues = 100_000;
}

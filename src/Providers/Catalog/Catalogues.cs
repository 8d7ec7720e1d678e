using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Catalog;

/// <summary>
/// Finds a catalogue by what a user writes after <c>--catalog</c>: <c>aws</c> (the default region), <c>aws:REGION</c>,
/// <c>generic</c>, or the path of a file in the format of KWOK's <c>INSTANCE_TYPES_FILE_PATH</c>.
/// </summary>
public static class Catalogues
{
    public const string Default = "aws:us-east-1";

    /// <summary>A catalogue file larger than this is refused unread.</summary>
    public const long MostFileBytes = 64 << 20;

    public static CatalogueOutcome Load(string source)
    {
        if (source.Length == 0)
            return new CatalogueOutcome.Refused("catalogue: name is empty; use aws:us-east-1, generic or a file");
        if (source is "generic")
            return new CatalogueOutcome.Loaded(GenericCatalogue.Create());
        if (source is "aws")
            return Ec2Catalogue.Load(Default);
        if (source.StartsWith("aws:", StringComparison.Ordinal))
            return Ec2Catalogue.Load(source);
        return FromFile(source);
    }

    private static CatalogueOutcome FromFile(string path)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return new CatalogueOutcome.Refused(
                    $"catalogue {path}: no such file; use aws:us-east-1, generic or an existing file"
                );
            if (file.Length > MostFileBytes)
                return new CatalogueOutcome.Refused(
                    $"catalogue {path}: {file.Length} bytes, at most {MostFileBytes} are read"
                );
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new CatalogueOutcome.Refused($"catalogue {path}: {failure.Message}");
        }
        return CatalogueFile.Parse(bytes, path);
    }
}

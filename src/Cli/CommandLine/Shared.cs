using System.CommandLine;
using System.Diagnostics;
using Tenon.Providers.Catalog;

namespace Tenon.Cli.CommandLine;

/// <summary>Options that several commands share, so that they are spelled and explained once.</summary>
static class Shared
{
    public static Option<string> Catalogue() =>
        new("--catalog")
        {
            Description =
                "Instance types and prices: aws:REGION, generic (KWOK's 144 types), or a file in KWOK's format.",
            DefaultValueFactory = _ => Catalogues.Default,
            HelpName = "NAME|FILE",
        };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on stdout." };

    public static Option<string[]> Files() =>
        new("--filename", "-f")
        {
            Description = "A manifest, a folder of manifests, or - for stdin. May be repeated.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "FILE",
        };

    /// <exception cref="UserFault">The catalogue cannot be read.</exception>
    public static Catalogue Open(string catalogue) =>
        Catalogues.Load(catalogue) switch
        {
            CatalogueOutcome.Loaded loaded => loaded.Catalogue,
            CatalogueOutcome.Refused refused => throw new UserFault(refused.Message),
            _ => throw new UnreachableException(),
        };
}

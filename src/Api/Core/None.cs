using System.Collections.ObjectModel;

namespace Tenon.Api.Core;

/// <summary>The shared empty map that absent maps read as.</summary>
internal static class None<T>
{
    public static readonly IReadOnlyDictionary<string, T> Map = ReadOnlyDictionary<string, T>.Empty;
}

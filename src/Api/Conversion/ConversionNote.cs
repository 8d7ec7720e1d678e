using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Tenon.Api.Conversion;

/// <summary>One change, and why it was made.</summary>
/// <param name="Path">Where in the new object; empty for the object as a whole.</param>
public sealed record ConversionNote(string Path, string What)
{
    public override string ToString() => Path.Length == 0 ? What : $"{Path}: {What}";
}

/// <summary>An object in the version it is served in now.</summary>
/// <param name="Source">Which of the given objects it came from; -1 for an object that had to be made.</param>
/// <param name="Notes">Empty when nothing had to change.</param>
public sealed record ConvertedObject(JsonObject Object, int Source, ImmutableArray<ConversionNote> Notes);

/// <summary>All objects in their new form, in the order given; made objects follow the one that needed them.</summary>
public sealed record ConvertedSet(ImmutableArray<ConvertedObject> Objects, ImmutableArray<ConversionFault> Faults);

/// <summary>An object that cannot be converted, and why; it is left out of the result.</summary>
public sealed record ConversionFault(int Source, string Path, string Reason);

/// <summary>Leaves the conversion of one object; the set turns it into a <see cref="ConversionFault"/>.</summary>
internal sealed class ConversionException(string path, string reason) : Exception(reason)
{
    public string Path { get; } = path;
}

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tenon.Architecture;

/// <summary>
/// Reads an assembly's metadata and names everything in it that reaches outside: a clock, a file, a socket, a task, a
/// log, ambient randomness. Metadata holds every reference the compiler emitted, so nothing hides behind a helper.
/// </summary>
static class PurityScan
{
    static readonly string[] BannedNamespaces =
    [
        "System.Net",
        "System.Threading.Tasks",
        "System.Threading.Channels",
        "System.Timers",
        "System.IO.Pipes",
        "System.IO.MemoryMappedFiles",
        "Microsoft.Extensions",
        "Microsoft.AspNetCore",
        "Microsoft.Win32",
        "System.Data",
        "System.Diagnostics.Metrics",
        "System.Diagnostics.Tracing",
    ];

    static readonly HashSet<string> BannedTypes = new(StringComparer.Ordinal)
    {
        "System.TimeProvider",
        "System.Random",
        "System.Console",
        "System.AppDomain",
        "System.Diagnostics.Stopwatch",
        "System.Diagnostics.Process",
        "System.Diagnostics.Activity",
        "System.Threading.Thread",
        "System.Threading.ThreadPool",
        "System.Threading.Timer",
        "System.Threading.PeriodicTimer",
        "System.Threading.SynchronizationContext",
        "System.Threading.ThreadLocal`1",
        "System.Threading.AsyncLocal`1",
        "System.Security.Cryptography.RandomNumberGenerator",
        "System.Runtime.CompilerServices.AsyncStateMachineAttribute",
    };

    /// <summary>
    /// Streams and readers over memory are plain data; everything else in System.IO touches the machine.
    /// </summary>
    static readonly HashSet<string> AllowedIo = new(StringComparer.Ordinal)
    {
        "Stream",
        "MemoryStream",
        "TextReader",
        "TextWriter",
        "StringReader",
        "StringWriter",
        "StreamReader",
        "StreamWriter",
        "BinaryReader",
        "BinaryWriter",
        "IOException",
        "EndOfStreamException",
        "InvalidDataException",
        "SeekOrigin",
        "Path",
    };

    static readonly HashSet<string> BannedMembers = new(StringComparer.Ordinal)
    {
        "System.DateTime.get_Now",
        "System.DateTime.get_UtcNow",
        "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now",
        "System.DateTimeOffset.get_UtcNow",
        "System.Guid.NewGuid",
        "System.Guid.CreateVersion7",
        "System.IO.Path.GetTempPath",
        "System.IO.Path.GetTempFileName",
        "System.IO.Path.GetRandomFileName",
        "System.IO.Path.GetFullPath",
        "System.HashCode.Combine",
        "System.HashCode.Add",
        "System.HashCode.ToHashCode",
    };

    /// <summary>Compiler-made iterators ask which thread they are on; that is no influence on any result.</summary>
    static readonly HashSet<string> AllowedEnvironment = new(StringComparer.Ordinal)
    {
        "get_CurrentManagedThreadId",
        "get_NewLine",
    };

    public static List<string> Violations(string assemblyFile)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        var metadata = file.GetMetadataReader();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.TypeReferences)
        {
            var type = metadata.GetTypeReference(handle);
            var space = metadata.GetString(type.Namespace);
            var name = metadata.GetString(type.Name);
            if (IsBannedType(space, name))
                found.Add($"{space}.{name}");
        }
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
                continue;
            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            var full = $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
            var name = metadata.GetString(member.Name);
            if (BannedMembers.Contains($"{full}.{name}"))
                found.Add($"{full}.{name}");
            if (full == "System.Environment" && !AllowedEnvironment.Contains(name))
                found.Add($"{full}.{name}");
            // A reader or writer made from a path opens a file.
            if (
                full is "System.IO.StreamReader" or "System.IO.StreamWriter"
                && name == ".ctor"
                && TakesAPath(metadata, member)
            )
                found.Add($"{full}(path)");
        }
        return [.. found];
    }

    static bool IsBannedType(string space, string name) =>
        BannedNamespaces.Any(banned => space == banned || space.StartsWith(banned + ".", StringComparison.Ordinal))
        || BannedTypes.Contains($"{space}.{name}")
        || (space == "System.IO" && !AllowedIo.Contains(name));

    static bool TakesAPath(MetadataReader metadata, MemberReference member)
    {
        // Signature: calling convention, parameter count, return type, first parameter (0x0E is string).
        var signature = metadata.GetBlobReader(member.Signature);
        signature.ReadByte();
        var parameters = signature.ReadCompressedInteger();
        signature.ReadByte();
        return parameters > 0 && signature.ReadByte() == 0x0E;
    }
}

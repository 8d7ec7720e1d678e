using System.Text;

namespace Tenon.Providers.Aws.UserData;

/// <param name="Headers">Lines before the blank one, without it.</param>
internal sealed record MimePart(string Headers, string Content)
{
    public static MimePart Shell(string content) =>
        new("Content-Type: text/x-shellscript; charset=\"us-ascii\"", content);

    public static MimePart NodeConfig(string content) => new("Content-Type: application/node.eks.aws", content);
}

/// <summary>
/// The envelope of user data with several parts (AWS provider specification §2.6). Lines end in a line feed alone.
/// </summary>
internal static class MimeParts
{
    private const string Boundary = "//";

    public static bool IsMultipart(string text) =>
        text.TrimStart() is var start
        && (
            start.StartsWith("MIME-Version:", StringComparison.Ordinal)
            || start.StartsWith("Content-Type:", StringComparison.Ordinal)
        );

    public static string Write(IEnumerable<MimePart> parts)
    {
        var text = new StringBuilder($"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{Boundary}\"\n\n");
        foreach (var part in parts)
            text.Append($"--{Boundary}\n").Append(part.Headers).Append("\n\n").Append(part.Content).Append('\n');
        return text.Append($"--{Boundary}--\n").ToString().Replace("\r", "", StringComparison.Ordinal);
    }

    /// <summary>
    /// The parts of a user's own multipart text with their headers; null when it has no boundary or no end.
    /// </summary>
    public static ImmutableArray<MimePart>? Read(string text)
    {
        text = text.Replace("\r", "", StringComparison.Ordinal).TrimStart();
        var body = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (body < 0 || BoundaryOf(text[..body]) is not { } boundary)
            return null;
        var parts = ImmutableArray.CreateBuilder<MimePart>();
        var chunks = $"\n{text[(body + 2)..]}".Split($"\n--{boundary}");
        foreach (var chunk in chunks.Skip(1))
        {
            if (chunk.StartsWith("--", StringComparison.Ordinal))
                return parts.ToImmutable();
            var content = chunk.IndexOf("\n\n", StringComparison.Ordinal);
            if (content < 0)
                return null;
            parts.Add(new MimePart(chunk[..content].TrimStart('\n'), chunk[(content + 2)..]));
        }
        return null;
    }

    private static string? BoundaryOf(string headers)
    {
        var unfolded = headers
            .Replace("\n ", " ", StringComparison.Ordinal)
            .Replace("\n\t", " ", StringComparison.Ordinal);
        foreach (var line in unfolded.Split('\n'))
        {
            if (!line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))
                continue;
            if (!line.Contains("multipart/", StringComparison.OrdinalIgnoreCase))
                return null;
            var at = line.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
            return at < 0 ? null
                : line[(at + 9)..].Split(';')[0].Trim().Trim('"') is { Length: > 0 } boundary ? boundary
                : null;
        }
        return null;
    }
}

using System.Text.Json;

namespace Tenon.ControlPlane.Tests.Cluster;

/// <summary>What Tenon asked the API server for, from the server's own log.</summary>
sealed record Audit(string Verb, string Group, string Resource, int Code)
{
    public static IReadOnlyList<Audit> Since(RealCluster cluster, long offset)
    {
        using var file = new FileStream(cluster.AuditLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(offset, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        var entries = new List<Audit>();
        while (reader.ReadLine() is { } line)
        {
            using var entry = JsonDocument.Parse(line);
            if (!entry.RootElement.TryGetProperty("objectRef", out var about))
                continue;
            entries.Add(
                new Audit(
                    entry.RootElement.GetProperty("verb").GetString()!,
                    Text(about, "apiGroup"),
                    Text(about, "subresource") is { Length: > 0 } sub
                        ? $"{Text(about, "resource")}/{sub}"
                        : Text(about, "resource"),
                    entry.RootElement.TryGetProperty("responseStatus", out var status)
                    && status.TryGetProperty("code", out var code)
                        ? code.GetInt32()
                        : 0
                )
            );
        }
        return entries;
    }

    static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

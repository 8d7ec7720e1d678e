using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tenon.Providers.Aws.Wire;

/// <param name="Token">The session token of temporary credentials.</param>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? Token = null)
{
    /// <summary>Never shows the secret.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>
/// Signature Version 4 as a pure function of the request, the credentials and the time, so that it is checked against
/// AWS's published examples and does not read a clock. All given headers are signed, with <c>host</c> and
/// <c>x-amz-date</c>.
/// </summary>
public static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <returns>Headers to add: <c>X-Amz-Date</c>, <c>X-Amz-Security-Token</c> where there is one, and
    /// <c>Authorization</c>.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>> Sign(
        string method,
        Uri uri,
        IEnumerable<KeyValuePair<string, string>> headers,
        ReadOnlySpan<byte> body,
        AwsCredentials credentials,
        string region,
        string service,
        DateTimeOffset now
    )
    {
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var added = new List<KeyValuePair<string, string>> { new("X-Amz-Date", stamp) };
        if (credentials.Token is { } token)
            added.Add(new("X-Amz-Security-Token", token));

        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.IsDefaultPort ? uri.Host : uri.Authority,
        };
        foreach (var (name, value) in headers.Concat(added))
            signed[name.ToLowerInvariant()] = Squeezed(value);
        var names = string.Join(';', signed.Keys);
        var canonical = string.Join(
            '\n',
            method,
            CanonicalPath(uri),
            CanonicalQuery(uri),
            string.Concat(signed.Select(header => $"{header.Key}:{header.Value}\n")),
            names,
            Hex(SHA256.HashData(body))
        );

        var scope = $"{stamp[..8]}/{region}/{service}/aws4_request";
        var toSign = string.Join(
            '\n',
            Algorithm,
            stamp,
            scope,
            Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))
        );
        var signature = Hex(Hmac(Key(credentials.SecretAccessKey, stamp[..8], region, service), toSign));
        added.Add(
            new(
                "Authorization",
                $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={names}, Signature={signature}"
            )
        );
        return added;
    }

    private static byte[] Key(string secret, string date, string region, string service)
    {
        var key = Hmac(Encoding.UTF8.GetBytes("AWS4" + secret), date);
        foreach (var part in (string[])[region, service, "aws4_request"])
            key = Hmac(key, part);
        return key;
    }

    /// <summary>Every service but S3 has the path escaped once more than it travels.</summary>
    private static string CanonicalPath(Uri uri) =>
        string.Join('/', uri.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(Uri uri) =>
        string.Join(
            '&',
            uri.Query.TrimStart('?')
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=")
                .Order(StringComparer.Ordinal)
        );

    private static string Squeezed(string value) =>
        string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

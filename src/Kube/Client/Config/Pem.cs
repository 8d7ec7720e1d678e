using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Tenon.Kube.Client.Config;

/// <summary>Certificates and keys as text.</summary>
internal static class Pem
{
    public static X509Certificate2Collection Certificates(string pem)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPem(pem);
        return found;
    }

    /// <exception cref="System.Security.Cryptography.CryptographicException">Not PEM, or the two do not belong
    /// together.</exception>
    public static X509Certificate2 Pair(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (ArgumentException error)
        {
            throw new System.Security.Cryptography.CryptographicException(error.Message, error);
        }
    }

    /// <summary>Why a certificate cannot be used at this time, with the date; null when it can.</summary>
    public static string? Expired(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (from, until) = (Utc(certificate.NotBefore), Utc(certificate.NotAfter));
        if (now > until)
            return $"expired on {Text(until)}";
        return now < from ? $"is not valid before {Text(from)}" : null;
    }

    public static string Text(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Utc(DateTime local) => new DateTimeOffset(local).ToUniversalTime();
}

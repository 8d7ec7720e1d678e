namespace Tenon.Kube.Client.Config;

/// <summary>
/// What the process was given: variables, the home folder, and where a pod's service account is mounted.
/// </summary>
public sealed record ConfigEnvironment(Func<string, string?> Variable, string Home)
{
    public string ServiceAccountFolder { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Reads the real environment; for composition roots.</summary>
    public static ConfigEnvironment OfProcess() =>
        new(
            Environment.GetEnvironmentVariable,
            Environment.GetFolderPath(
                Environment.SpecialFolder.UserProfile,
                Environment.SpecialFolderOption.DoNotVerify
            )
        );
}

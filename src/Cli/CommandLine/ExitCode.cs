namespace Tenon.Cli.CommandLine;

/// <summary>What a command tells the shell.</summary>
static class ExitCode
{
    /// <summary>The command did what was asked.</summary>
    public const int Ok = 0;

    /// <summary>
    /// The command ran, and the answer is no: a fault in the input, a pod without a place, a broken promise.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The command line itself cannot be understood.</summary>
    public const int Usage = 2;
}

namespace Tenon.Cli.CommandLine;

/// <summary>
/// Something the person at the terminal can put right: a missing file, a port in use, a field that does not parse.
/// Thrown where it is found and printed once, by <see cref="Entry"/>, as one line: the object, the field, the remedy.
/// Everything else that is thrown is a bug of ours and keeps its stack.
/// </summary>
sealed class UserFault(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    public int Code { get; } = exitCode;
}

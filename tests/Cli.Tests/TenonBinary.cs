using System.Diagnostics;

namespace Tenon.Cli.Tests;

/// <summary>What a run of the real binary left behind.</summary>
sealed record Ran(int ExitCode, string Output, string Error)
{
    /// <summary>The only line on stderr; fails when there is none or more than one.</summary>
    public string Complaint
    {
        get
        {
            var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(lines.Length == 1, $"expected one line on stderr, got:\n{Error}");
            return lines[0];
        }
    }

    public string LastLine => Output.TrimEnd('\n').Split('\n')[^1];
}

/// <summary>Runs the <c>tenon</c> that was built beside these tests, as a shell would.</summary>
static class TenonBinary
{
    /// <summary>Long enough for a slow machine; a run that takes longer hangs.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    static string Binary => Path.Combine(AppContext.BaseDirectory, "tenon.dll");

    public static Ran Run(params string[] arguments) => RunIn(Path.GetTempPath(), null, arguments);

    public static Ran RunIn(string folder, string? input, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"tenon {string.Join(' ', arguments)} did not end; stderr: {error.Result}");
        }
        return new Ran(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Binary);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }
}

/// <summary>A folder that disappears with the test.</summary>
sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tenon-test-").FullName;

    public string Write(string name, string content)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

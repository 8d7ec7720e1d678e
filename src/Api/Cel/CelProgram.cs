using System.Diagnostics.CodeAnalysis;

namespace Tenon.Api.Cel;

/// <summary>
/// An expression of the Common Expression Language as Kubernetes' validation rules use it, ready to run: the whole
/// grammar but message construction; the standard functions and Kubernetes' for texts, lists, regular expressions and
/// quantities. Pure, without side effects, and bounded by <see cref="CelBudget"/>.
/// </summary>
public sealed class CelProgram
{
    public const int MaxLength = 32 * 1024;

    private readonly CelNode _root;

    private CelProgram(string source, CelNode root, bool usesOldSelf)
    {
        Source = source;
        _root = root;
        UsesOldSelf = usesOldSelf;
    }

    public string Source { get; }

    /// <summary>
    /// A transition rule: it speaks of <c>oldSelf</c>, so it holds only between two versions of an object.
    /// </summary>
    public bool UsesOldSelf { get; }

    /// <param name="error">What is wrong with the text and where, in one line.</param>
    public static bool TryCompile(
        string source,
        [NotNullWhen(true)] out CelProgram? program,
        [NotNullWhen(false)] out string? error
    )
    {
        program = null;
        error = source.Length > MaxLength ? $"longer than {MaxLength} characters" : null;
        if (error is not null)
            return false;
        try
        {
            var root = CelParser.Parse(source, out var names);
            error = CelFunctions.Unknown(root);
            if (error is not null)
                return false;
            program = new CelProgram(source, root, names.Contains("oldSelf"));
            return true;
        }
        catch (CelSyntaxException bad)
        {
            error = bad.Message;
            return false;
        }
    }

    /// <summary>
    /// The value, which may be a <see cref="CelValue.Error"/>. Names that are not given are errors when they are
    /// reached.
    /// </summary>
    public CelValue Run(CelBudget budget, params ReadOnlySpan<(string Name, CelValue Value)> variables)
    {
        CelScope? scope = null;
        foreach (var (name, value) in variables)
            scope = new CelScope(name, value, scope);
        try
        {
            return new CelEvaluator(budget).Value(_root, scope);
        }
        catch (CelBudgetException)
        {
            return CelValue.Fail("call cost exceeds limit for rule: no further validation will be performed");
        }
    }
}

/// <summary>What an evaluation may cost: about one unit for each step, more for long texts.</summary>
public sealed class CelBudget(long limit)
{
    /// <summary>The API server's own limit for all rules of one object.</summary>
    public const long PerObject = 10_000_000;

    public long Left { get; private set; } = limit;

    /// <summary>True once a rule ran out; no further rule should be tried.</summary>
    public bool IsExhausted => Left < 0;

    internal void Spend(long units)
    {
        Left = units > Left ? -1 : Left - units;
        if (Left < 0)
            throw new CelBudgetException();
    }
}

/// <summary>Leaves an evaluation that costs too much; <see cref="CelProgram.Run"/> turns it into a value.</summary>
internal sealed class CelBudgetException : Exception;

internal sealed record CelScope(string Name, CelValue Value, CelScope? Outer)
{
    public static CelValue? Find(CelScope? scope, string name)
    {
        for (; scope is not null; scope = scope.Outer)
            if (scope.Name == name)
                return scope.Value;
        return null;
    }
}

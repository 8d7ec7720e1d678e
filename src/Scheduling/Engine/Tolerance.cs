using Tenon.Api.Core;
using Tenon.Domain.Pods;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>Which toleration list covers which taint list, all pairs at once: there are few of each.</summary>
internal static class Tolerance
{
    public static bool[] Matrix(Problem problem)
    {
        Taint[][] taints = [.. problem.TaintLists.Select(Raise)];
        Toleration[][] tolerations = [.. problem.TolerationLists.Select(Raise)];
        var matrix = new bool[taints.Length * tolerations.Length];
        for (var row = 0; row < taints.Length; row++)
        for (var column = 0; column < tolerations.Length; column++)
            matrix[(row * tolerations.Length) + column] = Tolerations.Cover(taints[row], tolerations[column]);
        return matrix;
    }

    public static Taint[] Raise(TaintSpec[] taints) =>
        [
            .. taints.Select(it => new Taint
            {
                Key = it.Key,
                Value = it.Value,
                Effect = it.Effect,
            }),
        ];

    public static Toleration[] Raise(TolerationSpec[] tolerations) =>
        [
            .. tolerations.Select(it => new Toleration
            {
                Key = it.Key,
                Operator = it.Operator,
                Value = it.Value,
                Effect = it.Effect,
            }),
        ];
}

using Tenon.Api.Core;
using Tenon.Domain.Catalog;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Lowering;

/// <summary>A problem, and the objects that its numbers stand for.</summary>
public sealed class Lowered
{
    internal Lowered(
        Problem problem,
        SchedulingInput input,
        IReadOnlyList<Template> templates,
        IReadOnlyList<InstanceType> types,
        NodeState[] nodes,
        Pod[] pods,
        Pod[][] variants,
        IReadOnlyList<ResourceList> requests,
        ShapeTables shapes
    )
    {
        Shapes = shapes;
        Problem = problem;
        Input = input;
        Templates = templates;
        Types = types;
        Nodes = nodes;
        Pods = pods;
        Variants = variants;
        Requests = requests;
    }

    public Problem Problem { get; }
    internal ShapeTables Shapes { get; }
    internal SchedulingInput Input { get; }
    internal IReadOnlyList<Template> Templates { get; }
    internal IReadOnlyList<InstanceType> Types { get; }
    internal NodeState[] Nodes { get; }

    /// <summary>In queue order, as they were given.</summary>
    internal Pod[] Pods { get; }

    /// <summary>Per class, a pod of it as each step of relaxation leaves it.</summary>
    internal Pod[][] Variants { get; }

    /// <summary>Per class, as written, with the slot.</summary>
    internal IReadOnlyList<ResourceList> Requests { get; }

    /// <summary>Solves the problem; what its catalogue's types share is not worked out again.</summary>
    public Plan Solve(SolveLimits limits) => Engine.Engine.Solve(new Tables(Problem, Shapes), limits);
}

using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Random;
using Tenon.Providers.Catalog;
using Tenon.Scheduling;

namespace Tenon.Bench.Workloads;

/// <summary>Workloads on the EC2 catalogue: one amd64 Linux pool, on-demand, instance types up to a size.</summary>
public static class CloudWorkloads
{
    /// <summary>Where traces are looked for when no variable says: beside the checkout.</summary>
    private const string Traces = "../shared/data/workloads";

    private const string TracesVariable = "TENON_WORKLOADS";

    /// <summary>cpu and memory per core both log-normal, as production requests are.</summary>
    public static SchedulingInput LogNormal(int pods)
    {
        var random = new Prng(11);
        return Input(
            [
                .. Enumerable
                    .Range(0, pods)
                    .Select(index =>
                    {
                        var cpu = Math.Clamp(
                            (long)Math.Round(Math.Exp(Math.Log(600) + (1.0 * Normal(random)))),
                            10,
                            32_000
                        );
                        var memory = Math.Clamp(
                            (long)Math.Round(cpu * Math.Exp(Math.Log(3.2) + (0.7 * Normal(random)))),
                            16,
                            200_000
                        );
                        return Pod(index, cpu, memory);
                    }),
            ],
            [],
            mostCores: 64
        );
    }

    /// <summary>Ordinary pods below twelve DaemonSets that take 1.45 cores and 3.1 GiB of every node.</summary>
    public static SchedulingInput DaemonHeavy(int pods)
    {
        var random = new Prng(12);
        var daemons = Enumerable
            .Range(0, 12)
            .Select(index =>
                Pod(index, 10 + (20 * index), 32 + (42 * index)) with
                {
                    Metadata = new ObjectMeta
                    {
                        Name = Text($"daemon-{index}"),
                        Namespace = "kube-system",
                        Uid = Text($"d{index}"),
                    },
                }
            );
        return Input(
            [
                .. Enumerable
                    .Range(0, pods)
                    .Select(index => Pod(index, 100 * random.Next(1, 20), 128 * random.Next(1, 40))),
            ],
            [.. daemons],
            mostCores: 64
        );
    }

    /// <summary>The CPU-only pods of a public trace.</summary>
    public static SchedulingInput OpenB(int? pods, int mostCores)
    {
        var folder = Environment.GetEnvironmentVariable(TracesVariable) ?? Traces;
        var file = Path.Combine(folder, "openb_pod_list_default.csv");
        if (!File.Exists(file))
            throw new FileNotFoundException($"the trace is not in {folder}; set {TracesVariable}");
        var rows = File.ReadLines(file).Skip(1).Select(line => line.Split(',')).Where(cells => cells[3] == "0");
        return Input(
            [
                .. rows.Take(pods ?? int.MaxValue)
                    .Select(
                        (cells, index) =>
                            Pod(
                                index,
                                long.Parse(cells[1], CultureInfo.InvariantCulture),
                                long.Parse(cells[2], CultureInfo.InvariantCulture)
                            )
                    ),
            ],
            [],
            mostCores
        );
    }

    private static SchedulingInput Input(ImmutableArray<Pod> pods, ImmutableArray<Pod> daemons, int mostCores)
    {
        if (Catalogues.Load(Catalogues.Default) is not CatalogueOutcome.Loaded { Catalogue: var catalogue })
            throw new InvalidOperationException("the embedded catalogue does not load");
        var types = catalogue.Types.Where(type => type.Capacity.Of("cpu").ToUnits() <= mostCores);
        return new SchedulingInput
        {
            Pools = [new NodePoolOffer(Pool, [.. types])],
            Nodes = [],
            Pods = pods,
            DaemonSetPods = daemons,
            Options = new SchedulingOptions
            {
                WellKnown = LabelSet.WellKnown.With(catalogue.Vocabulary.WellKnownLabels),
            },
        };
    }

    private static NodePool Pool { get; } =
        new()
        {
            Metadata = new ObjectMeta { Name = "default", Uid = "pool" },
            Spec = new NodePoolSpec
            {
                Template = new NodeClaimTemplate
                {
                    Spec = new NodeClaimTemplateSpec
                    {
                        Requirements =
                        [
                            In(WellKnownLabels.Arch, "amd64"),
                            In(WellKnownLabels.Os, "linux"),
                            In(WellKnownLabels.CapacityType, CapacityTypes.OnDemand),
                        ],
                        NodeClassRef = new NodeClassReference
                        {
                            Group = "karpenter.kwok.sh",
                            Kind = "KWOKNodeClass",
                            Name = "default",
                        },
                    },
                },
            },
        };

    private static NodeRequirement In(string key, string value) =>
        new()
        {
            Key = key,
            Operator = "In",
            Values = [value],
        };

    private static Pod Pod(int index, long cpuMilli, long memoryMi) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = Text($"pod-{index}"),
                Namespace = "default",
                Uid = Text($"{index:D8}"),
            },
            Spec = new PodSpec
            {
                Containers =
                [
                    new Container
                    {
                        Name = "main",
                        Resources = new ResourceRequirements
                        {
                            Requests = ResourceList.Create(
                                ("cpu", Quantity.FromMillis(cpuMilli)),
                                ("memory", Quantity.FromBytes(memoryMi << 20))
                            ),
                        },
                    },
                ],
            },
        };

    /// <summary>
    /// Nearly normal: twelve uniform draws, so that only sums are taken and every machine draws the same.
    /// </summary>
    private static double Normal(Prng random)
    {
        var sum = 0.0;
        for (var i = 0; i < 12; i++)
            sum += random.Next(1_000_000) / 1e6;
        return sum - 6;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// Resources an EC2 machine may have besides Kubernetes' own (AWS provider specification §4.2, §4.3).
/// </summary>
public static class Ec2Resources
{
    public const string PodEni = "vpc.amazonaws.com/pod-eni";
    public const string Efa = "vpc.amazonaws.com/efa";
    public const string PrivateIpv4Address = "vpc.amazonaws.com/PrivateIPv4Address";
    public const string NvidiaGpu = "nvidia.com/gpu";
    public const string AmdGpu = "amd.com/gpu";
    public const string Gaudi = "habana.ai/gaudi";
    public const string Neuron = "aws.amazon.com/neuron";
    public const string NeuronCore = "aws.amazon.com/neuroncore";

    public static readonly ImmutableArray<string> WellKnown =
    [
        PodEni,
        Neuron,
        NeuronCore,
        Gaudi,
        Efa,
        NvidiaGpu,
        AmdGpu,
    ];
}
